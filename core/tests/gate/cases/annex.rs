//! Random annexes: whole documents, now and then with defects, receivers, far places and late announcements.

use std::sync::{Arc, LazyLock};

use proptest::{
    collection::vec,
    option,
    prelude::*,
    sample::{Index, select, subsequence},
    strategy::ValueTree,
};
use serde_json::{Value, json};
use sluis_core::agreement::Annex;

use super::{day, mostly, runner};

const SUPPLIERS: [&str; 3] = [
    "00000000-0000-0000-0000-000000000100",
    "00000000-0000-0000-0000-000000000101",
    "00000000-0000-0000-0000-000000000102",
];

fn texts(
    all: &'static [&'static str],
    least: usize,
    rare: &'static [&'static str],
) -> impl Strategy<Value = Vec<String>> {
    let usual = subsequence(all.to_vec(), least..=all.len());
    (usual, option::weighted(0.04, select(rare))).prop_map(|(usual, rare)| {
        let mut texts: Vec<String> = usual.into_iter().map(str::to_owned).collect();
        texts.extend(rare.map(str::to_owned));
        texts
    })
}

fn row() -> impl Strategy<Value = Value> {
    let text = || json!({"nl": "a", "en": "b"});
    let codes = (
        texts(&["V1", "V4"], 1, &["V7"]),
        texts(
            &["D1", "D3", "D5", "D11", "D12", "D13", "D14", "D15"],
            2,
            &["D16", "D17", "D22", "D23"],
        ),
        texts(&["CD1", "CD3", "CD12", "CD20"], 1, &["CD18", "CD29", "CC12", "BSN"]),
        texts(&["CM1", "CM10", "CM12"], 0, &["CM19", "CM29", "CD1"]),
    );
    let module = prop_oneof![6 => Just("m1"), 3 => Just("m2"), 1 => Just("m3")];
    let flags = (
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.04),
        prop::bool::ANY,
        prop::bool::ANY,
        prop::bool::ANY,
    );
    (module, codes, flags).prop_map(move |(module, (processings, purposes, pupil, staff), flags)| {
        let (consent, empty, named, ground, purpose) = flags;
        let mut row = json!({
            "module": module, "processings": processings, "purposes": purposes,
            "pupilCategories": pupil, "staffCategories": staff, "restsOnConsent": consent,
        });
        if empty {
            row["processings"] = json!([]);
        }
        if named {
            row["otherData"] = if ground {
                json!(["userName"])
            } else {
                json!(["userName", "gender"])
            };
        }
        if ground {
            row["specialGround"] = text();
        }
        if purpose {
            row["otherPurpose"] = text();
        }
        row
    })
}

/// What stands in the place of rows where nothing is linked.
fn ticks() -> impl Strategy<Value = Value> {
    let text = || json!({"nl": "a", "en": "b"});
    let purposes = texts(
        &[
            "D1", "D3", "D5", "D7", "D11", "D12", "D13", "D14", "D15", "D16", "D17", "D22",
        ],
        2,
        &["D22", "D23"],
    );
    let module = || prop_oneof![40 => Just(None), 4 => Just(Some("m1")), 5 => Just(Some("m2")), 5 => Just(Some("m4")), 1 => Just(Some("m3"))];
    let of_each = vec((prop::bool::weighted(0.08), module()), 16);
    let again = option::weighted(0.3, (0..2_usize, prop::bool::weighted(0.3), module()));
    let purposes = (purposes, prop::bool::ANY, of_each, again).prop_map(move |(codes, named, of_each, again)| {
        let tick = |(code, (consent, module)): (String, (bool, Option<&str>))| {
            let mut tick = json!({"code": code});
            if named {
                tick["text"] = text();
            }
            if consent {
                tick["restsOnConsent"] = json!(true);
            }
            if let Some(module) = module {
                tick["module"] = json!(module);
            }
            tick
        };
        // Now and then the same once more, otherwise.
        let more = again.map(|(index, consent, module)| (codes[index].clone(), (consent, module)));
        codes.into_iter().zip(of_each).chain(more).map(tick).collect::<Vec<_>>()
    });
    let pupils = texts(
        &["CD1", "CD3", "CD10", "CD12", "CD14", "CD18", "CD20", "CD22", "CD29"],
        1,
        &["CC12", "BSN", "CM1"],
    );
    let staff = texts(&["CM1", "CM10", "CM12"], 0, &["CM19", "CM29", "CD1"]);
    let categories = |codes| {
        let tick = (
            prop::bool::weighted(0.3),
            prop::bool::ANY,
            prop::bool::weighted(0.7),
            prop::bool::weighted(0.8),
        );
        (codes, vec(tick, 10)).prop_map(move |(codes, flags)| {
            let codes: Vec<String> = codes;
            let tick = |(code, (optional, ground, named, right)): (String, (bool, bool, bool, bool))| {
                let mut tick = json!({"code": code, "optional": optional});
                if ground {
                    tick["specialGround"] = text();
                }
                if named {
                    tick["otherData"] = if right {
                        json!(["userName"])
                    } else {
                        json!(["userName", "gender"])
                    };
                }
                tick
            };
            codes.into_iter().zip(flags).map(tick).collect::<Vec<_>>()
        })
    };
    (purposes, categories(pupils.boxed()), categories(staff.boxed())).prop_map(
        |(purposes, pupils, staff)| json!({"purposes": purposes, "pupilCategories": pupils, "staffCategories": staff}),
    )
}

/// What is done with which data, and why: the model, the name of the part, and the part.
fn content() -> impl Strategy<Value = (&'static str, &'static str, Value)> {
    let linked = vec(row(), 1..5).prop_map(|rows| ("4.0-coded", "rows", json!(rows)));
    let unlinked = (select(vec!["4.0", "3.0", "mbo-3.0"]), ticks());
    let unlinked = unlinked.prop_map(|(model, ticks)| (model, "ticks", ticks));
    prop_oneof![3 => linked, 2 => unlinked]
}

/// What it says beside that, now and then such that something is stopped by it.
fn particulars() -> impl Strategy<Value = Option<Value>> {
    let text = || json!({"nl": "a", "en": "b"});
    let said = (
        option::weighted(0.3, prop::bool::ANY),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.1),
        option::weighted(0.5, 0..3_usize),
        option::weighted(0.2, (select(vec!["Hosting B.V.", "Elders B.V."]), prop::bool::ANY)),
    );
    let said = said.prop_map(move |(special, high, promotes, enough, mention)| {
        let mut said = json!({"confidentialityHigh": high});
        if let Some(special) = special {
            said["classification"] = json!({"specialCategories": special});
        }
        if promotes {
            said["mailings"] = json!([{"text": text(), "whose": "all", "promotion": true, "optOut": true}]);
        }
        if let Some(enough) = enough {
            // Enough for all, for a pseudonym, and for nothing.
            let all = ["school", "contact", "number", "name", "device", "birthDate"];
            let last = [6, 4, 1][enough];
            said["anonymising"] = json!({"removes": &all[..last], "whatFor": text()});
        }
        if let Some((party, processes)) = mention {
            said["mentions"] = json!([{"party": party, "task": text(), "processes": processes}]);
        }
        said
    });
    option::weighted(0.4, said)
}

fn annex() -> impl Strategy<Value = Arc<Annex>> {
    let attributes = || subsequence(vec!["givenName", "familyName", "groups", "birthDate"], 0..=4);
    let country = || mostly("NL", vec!["DE", "NO", "US"]);
    let parties = (
        country(),
        option::weighted(0.2, country()),
        mostly("Hosting B.V.", vec!["Elders B.V.", "Maker B.V."]),
        option::weighted(0.2, -50i64..12),
        prop::bool::weighted(0.04),
    );
    let login = (
        attributes(),
        attributes(),
        option::weighted(0.3, select(vec!["7.4", "7.5"])),
        attributes(),
    );
    let rest = (
        prop::bool::weighted(0.15),
        option::weighted(0.8, 0u32..6),
        vec(
            (
                select(SUPPLIERS.to_vec()),
                subsequence(vec!["D5", "D11"], 1..=2),
                prop::bool::weighted(0.9),
            ),
            0..3,
        ),
        mostly("optional", vec!["necessary"]),
        prop::bool::weighted(0.04),
        particulars(),
    );
    (content(), login, parties, rest).prop_map(|((model, part, content), login, parties, rest)| {
        let text = json!({"nl": "a", "en": "b"});
        let (country, back_up, host, announced, broken) = parties;
        let (second_factor, days, receivers, need, endless, particulars) = rest;
        let mut place = json!({"party": host, "country": country});
        if let Some(country) = back_up {
            place["backUpCountry"] = json!(country);
        }
        let mut other = json!({
            "name": "Hosting B.V.", "task": text, "country": if days == Some(5) { country } else { "NL" },
            "pupilCategories": if broken { ["CC12"] } else { ["CD12"] }, "staffCategories": [],
        });
        if let Some(before) = announced {
            other["announced"] = json!(day(before).utc_date().to_string());
        }
        let receivers: Vec<_> = receivers
            .into_iter()
            .map(|(supplier, purposes, known)| {
                let mut receiver = json!({"name": "Ontvanger B.V.", "purposes": purposes});
                if known {
                    receiver["supplier"] = json!(supplier);
                }
                receiver
            })
            .collect();
        let deviations: Vec<_> = login
            .2
            .into_iter()
            .map(|article| json!({"article": article, "attributes": login.3, "motivation": text}))
            .collect();
        let mut retention = if endless {
            json!({})
        } else {
            json!({"daysAfterEnd": 30})
        };
        if let Some(days) = days {
            retention["daysAfterLeaving"] = json!(days);
        }
        let mut document = json!({
            "model": model,
            "product": {"name": "Proef", "description": text},
            "parties": {"processor": {"name": "Maker B.V."}},
            "version": {"number": "1", "date": "2026-01-01"},
            "modules": [
                {"code": "m1", "name": text, "need": "necessary"},
                {"code": "m2", "name": text, "need": need},
                {"code": "m4", "name": text, "need": "optional"},
            ],
            "login": {"pupil": login.0, "staff": login.1},
            "secondFactor": second_factor,
            "deviations": deviations,
            "retention": retention,
            "places": [{"party": "Maker B.V.", "country": "NL"}, place],
            "subProcessors": [other],
            "receivers": receivers,
        });
        document[part] = content;
        if let Some(particulars) = particulars {
            document["particulars"] = particulars;
        }
        Arc::new(Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap())
    })
}

/// Some hundreds of annexes, read once.
static ANNEXES: LazyLock<Vec<Arc<Annex>>> = LazyLock::new(|| {
    let mut runner = runner(1);
    (0..400)
        .map(|_| annex().new_tree(&mut runner).unwrap().current())
        .collect()
});

pub(crate) fn some_annex() -> impl Strategy<Value = Arc<Annex>> {
    any::<Index>().prop_map(|index| Arc::clone(index.get(&ANNEXES)))
}
