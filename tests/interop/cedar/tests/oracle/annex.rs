//! What the policies say about the annex that is looked into: its rows, its places and hands, what is withheld.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sluis_core::{
    agreement::{AgreementRecord, AnnexDocument, Need, RowDocument, TicksDocument},
    catalogue::Attribute,
    gate::{Channel, Direction},
    person::PersonKind,
};

use super::{
    ATTRIBUTE, HAND, MISPLACED, NARROWING, Names, Oracle, RESEARCH, ROW, STANCE, TICK, UNNAMED, kind_word, merged,
    record, spans,
};
use crate::naive::annex::CATEGORIES;

/// Attributes and the reason of each.
pub(super) type Withheld = BTreeMap<String, String>;

/// What is true of an annex for one request.
#[derive(Default)]
pub(super) struct AnnexFacts {
    pub(super) receivers: Names,
    /// What the rows with the purpose of the request are like.
    pub(super) rows: Names,
    pub(super) hands: Names,
    pub(super) strong: bool,
    pub(super) days: Option<u32>,
    pub(super) withheld: Withheld,
}

/// A row, what is true of it, and the data that it holds.
struct RowFacts {
    names: Names,
    data: Names,
}

impl RowFacts {
    fn is(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    fn has_defect(&self) -> bool {
        ["defect", "doubtful", "ground_missing"]
            .iter()
            .any(|name| self.is(name))
    }

    fn is_active(&self) -> bool {
        self.is("module_is_known") && self.is("approved") && !self.has_defect()
    }

    /// What stands in the way; a missing ground counts only where nothing else is wrong with the row itself.
    fn broken(&self) -> Option<&'static str> {
        match (self.is("defect"), self.is("ground_missing"), self.is("doubtful")) {
            (true, ..) | (false, false, true) => Some("annex_defect"),
            (false, true, _) => Some("special_ground_missing"),
            (false, false, false) => None,
        }
    }

    /// What it is like, in the words of the decision.
    fn sorts(&self) -> Names {
        let mut sorts = Names::new();
        if self.is_active() {
            sorts.insert("active".to_owned());
            if !self.is("rests_on_consent") {
                sorts.insert("free".to_owned());
            }
        }
        if self.is("module_is_known") && !self.is("approved") {
            sorts.insert("unapproved".to_owned());
        }
        sorts.extend(self.broken().map(str::to_owned));
        sorts
    }
}

/// The data that a list of categories of one kind of person stands for; other data are meant by name.
fn data(codes: &[String], kind: PersonKind, named: Option<&[Attribute]>) -> Names {
    let letters = if kind == PersonKind::Pupil { "CD" } else { "CM" };
    let numbers = codes.iter().filter_map(|code| code.strip_prefix(letters));
    let each = numbers.flat_map(|number| match number {
        "29" => named
            .unwrap_or_default()
            .iter()
            .map(|name| format!("29:{}", name.as_str()))
            .collect(),
        other => vec![other.to_owned()],
    });
    each.collect()
}

/// The word for an attribute in such a list.
fn datum(attribute: &str) -> String {
    let (_, category) = CATEGORIES.iter().find(|(name, _)| *name == attribute).unwrap();
    if *category == 29 {
        format!("29:{attribute}")
    } else {
        category.to_string()
    }
}

/// The number of the category of such a word.
fn category(datum: &str) -> &str {
    datum.split_once(':').map_or(datum, |(category, _)| category)
}

/// What is true of each category that is ticked, and of a purpose that is not named.
fn ticked(
    document: &AnnexDocument,
    ticks: &TicksDocument,
    purpose: Option<&str>,
    approvals: &[&str],
    (kind, of_all): (PersonKind, &Value),
) -> Vec<RowFacts> {
    let purposes: Vec<_> = ticks.purposes.iter().map(|tick| tick.code.as_str()).collect();
    let mut others = ticks.purposes.iter().filter(|tick| tick.code == "D22");
    let unnamed = others.any(|tick| tick.text.is_none());
    let approved: Vec<_> = approvals.iter().map(|part| part.to_uppercase()).collect();
    let modules = |necessary: bool| {
        let chosen = document
            .modules
            .iter()
            .filter(|module| !necessary || module.need == Need::Necessary);
        chosen
            .map(|module| module.code.as_str().to_uppercase())
            .collect::<Vec<_>>()
    };
    let asked: Vec<_> = ticks
        .purposes
        .iter()
        .filter(|tick| Some(tick.code.as_str()) == purpose)
        .collect();
    let of_modules = asked
        .iter()
        .filter_map(|tick| Some(tick.module.as_ref()?.as_str().to_uppercase()));
    let of_ticks = json!({
        "purposes": purposes, "unnamed": unnamed, "approvals": approved,
        "modules": modules(false),
        "necessary": modules(true),
        "ofModules": of_modules.collect::<Vec<_>>(),
        "ofTheProduct": asked.iter().any(|tick| tick.module.is_none()),
        "asksConsent": asked.iter().any(|tick| tick.rests_on_consent),
    });
    let of_ticks = merged(of_all.clone(), of_ticks);
    let lists = [("pupil", &ticks.pupil_categories), ("staff", &ticks.staff_categories)];
    let each = lists
        .into_iter()
        .flat_map(|(list, own)| own.iter().map(move |tick| (list, tick)));
    let categories = each.map(|(list, tick)| {
        let facts = json!({
            "list": list,
            "code": tick.code,
            "optional": tick.optional,
            "hasGround": tick.special_ground.is_some(),
            "otherData": tick.other_data.iter().flatten().map(|name| name.as_str()).collect::<Vec<_>>(),
        });
        RowFacts {
            names: TICK.names(merged(of_ticks.clone(), facts)),
            data: data(std::slice::from_ref(&tick.code), kind, tick.other_data.as_deref()),
        }
    });
    let codes =
        |own: &[sluis_core::agreement::CategoryTick]| own.iter().map(|tick| tick.code.clone()).collect::<Vec<_>>();
    let (_, own) = lists[usize::from(kind == PersonKind::Staff)];
    let nothing = RowFacts {
        names: UNNAMED.names(merged(of_ticks.clone(), json!({ "codes": codes(own) }))),
        data: Names::new(),
    };
    let no_research = RowFacts {
        names: RESEARCH.names(merged(of_ticks.clone(), json!({ "codes": codes(own) }))),
        data: Names::new(),
    };
    let misplaced = RowFacts {
        names: MISPLACED.names(merged(of_ticks.clone(), json!({ "codes": codes(own) }))),
        data: Names::new(),
    };
    let without_data = [nothing, no_research, misplaced];
    categories.chain(without_data).filter(|row| row.is("speaks")).collect()
}

/// What a document says beside its rows, as far as they are stopped by it.
fn beside(document: &AnnexDocument) -> Value {
    let said = document.particulars.as_ref();
    let classification = said.and_then(|said| said.classification.as_ref());
    let mut mailings = said.into_iter().flat_map(|said| &said.mailings);
    // What is removed and what has to be are words on the wire: the school is none of the latter.
    let removes = said
        .and_then(|said| said.anonymising.as_ref())
        .map(|of| json!(of.removes));
    let leaves = |telling: &[&str]| {
        let Some(removes) = &removes else { return false };
        let removes: Vec<_> = removes
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect();
        telling.iter().any(|word| !removes.iter().any(|gone| gone == word))
    };
    json!({
        "hasTerm": document.retention.days_after_end.is_some(),
        "promotes": mailings.any(|mailing| mailing.promotion),
        "nothingSpecial": classification.and_then(|of| of.special_categories) == Some(false),
        "leavesNames": leaves(&["name", "number", "contact", "birthDate", "device"]),
        "leavesKnown": leaves(&["name", "number", "contact"]),
    })
}

fn union<'a>(rows: impl Iterator<Item = &'a RowFacts>) -> Names {
    rows.flat_map(|row| row.data.iter().cloned()).collect()
}

impl Oracle<'_> {
    /// The rows of an agreement that speak about a kind of person, as they are for a purpose.
    fn rows(&self, agreement: &AgreementRecord, kind: PersonKind, purpose: Option<&str>) -> Vec<RowFacts> {
        let document = agreement.annex.document();
        let own = self
            .case
            .inputs
            .approvals
            .iter()
            .filter(|approval| approval.agreement == agreement.id);
        let approvals = own.filter(|approval| spans([&approval.window], self.at).contains("holds"));
        let approvals: Vec<_> = approvals.map(|approval| approval.module.as_str()).collect();
        let hands = |of: fn(&sluis_core::agreement::SubProcessorDocument) -> &[String]| {
            document
                .sub_processors
                .iter()
                .flat_map(|party| of(party).to_vec())
                .collect::<Vec<_>>()
        };
        let of_all = record(json!({
            "kind": kind_word(kind),
            "purpose": purpose,
            "handsPupil": hands(|party| &party.pupil_categories),
            "handsStaff": hands(|party| &party.staff_categories),
        }));
        let of_all = merged(of_all, record(beside(document)));
        if let Some(ticks) = &document.ticks {
            return ticked(document, ticks, purpose, &approvals, (kind, &of_all));
        }
        let modules = |necessary: bool| {
            let chosen = document
                .modules
                .iter()
                .filter(|module| !necessary || module.need == Need::Necessary);
            chosen.map(|module| module.code.as_str()).collect::<Vec<_>>()
        };
        let facts = |row: &RowDocument| {
            let facts = json!({
                "module": row.module.as_str(),
                "modules": modules(false),
                "necessary": modules(true),
                "approvals": approvals,
                "processings": row.processings,
                "purposes": row.purposes,
                "pupilCategories": row.pupil_categories,
                "staffCategories": row.staff_categories,
                "consent": row.rests_on_consent,
                "namesPurpose": row.other_purpose.is_some(),
                "hasGround": row.special_ground.is_some(),
                "otherData": row.other_data.iter().flatten().map(|name| name.as_str()).collect::<Vec<_>>(),
            });
            merged(of_all.clone(), facts)
        };
        let rows = document.rows.iter().map(|row| {
            let codes = if kind == PersonKind::Pupil {
                &row.pupil_categories
            } else {
                &row.staff_categories
            };
            RowFacts {
                names: ROW.names(facts(row)),
                data: data(codes, kind, row.other_data.as_deref()),
            }
        });
        rows.filter(|row| row.is("speaks")).collect()
    }

    /// What is true of the annex that is looked into; without one, nothing is.
    pub(super) fn annex(&self, agreement: Option<&AgreementRecord>, consented: bool) -> AnnexFacts {
        let Some(agreement) = agreement else {
            return AnnexFacts::default();
        };
        let (document, request) = (agreement.annex.document(), &self.case.request);
        let purpose = request.purpose.map(|purpose| purpose.to_string());
        let mut rows = self.rows(agreement, request.person_kind, purpose.as_deref());
        rows.retain(|row| row.is("states_purpose"));
        let receivers = document
            .receivers
            .iter()
            .filter(|entry| entry.purposes.iter().any(|other| Some(other.to_string()) == purpose));
        AnnexFacts {
            receivers: receivers
                .filter_map(|entry| Some(entry.supplier?.to_string()))
                .collect(),
            rows: sorts(&rows),
            hands: self.hands(agreement),
            strong: document.second_factor
                || document.particulars.as_ref().and_then(|said| said.confidentiality_high) == Some(true),
            days: document.retention.days_after_leaving,
            withheld: self.withheld(agreement, &rows, consented),
        }
    }

    fn withheld(&self, agreement: &AgreementRecord, rows: &[RowFacts], consented: bool) -> Withheld {
        if !rows.iter().any(RowFacts::is_active) {
            return Withheld::new();
        }
        let (document, request) = (agreement.annex.document(), &self.case.request);
        let set = if request.person_kind == PersonKind::Pupil {
            &document.login.pupil
        } else {
            &document.login.staff
        };
        let deviations = document
            .deviations
            .iter()
            .filter(|deviation| deviation.article == "7.4");
        let login_set: Names = set.iter().map(|attribute| attribute.to_string()).collect();
        let deviating: Names = deviations
            .flat_map(|deviation| deviation.attributes.iter().map(|a| a.to_string()))
            .collect();
        let login = request.channel == Channel::Login || request.purpose.is_some_and(|purpose| purpose.code() == "D13");
        let connection = request.direction == Direction::Connection;
        let needed = if connection { self.needed() } else { Names::new() };
        let active = union(rows.iter().filter(|row| row.is_active()));
        let free = union(rows.iter().filter(|row| row.is_active() && !row.is("rests_on_consent")));
        let unapproved = union(rows.iter().filter(|row| !row.is_active() && !row.has_defect()));
        let purpose = request.purpose.map(|purpose| purpose.to_string());
        let narrowed = self.narrowed(agreement, request.person_kind, purpose.as_deref());
        let mut withheld = Withheld::new();
        for attribute in request.wanted().iter().map(|attribute| attribute.to_string()) {
            let data = datum(&attribute);
            let broken = rows
                .iter()
                .filter(|row| row.data.contains(&data))
                .find_map(RowFacts::broken);
            let why = ATTRIBUTE.names(record(json!({
                "attribute": attribute, "data": data, "category": category(&data), "narrowed": narrowed, "active": active, "free": free, "unapproved": unapproved,
                "broken": broken, "login": login, "loginSet": login_set, "deviating": deviating,
                "model": document.model.as_str(), "connection": connection, "needed": needed,
                "consented": consented,
            })));
            assert!(why.len() <= 1, "{why:?}");
            withheld.extend(why.into_iter().map(|why| (attribute.clone(), why)));
        }
        withheld
    }

    /// What other products that are switched on need of this kind of person.
    fn needed(&self) -> Names {
        let kind = self.case.request.person_kind;
        let others = self.case.inputs.products.iter();
        let others = others.filter(|record| record.product != self.case.request.product);
        let others = others.filter_map(|record| Some((record, self.in_force(record.product)?)));
        let needed = others.filter(|(record, agreement)| self.product(record, agreement).contains("needed"));
        let purposes: Vec<_> = (1..=22).map(|number| format!("D{number}")).collect();
        let free = |row: &RowFacts| row.is_active() && row.is("states_purpose") && !row.is("rests_on_consent");
        let of_each = needed.flat_map(|(_, agreement)| {
            let of_purpose = |purpose: &String| {
                let rows = self.rows(agreement, kind, Some(purpose));
                let narrowed = self.narrowed(agreement, kind, Some(purpose));
                let mut data = union(rows.iter().filter(|row| free(row)));
                data.retain(|data| !narrowed.contains(category(data)));
                data
            };
            purposes.iter().flat_map(of_purpose).collect::<Vec<_>>()
        });
        let data: Names = of_each.collect();
        let names = CATEGORIES.iter().map(|(name, _)| (*name).to_owned());
        names.filter(|name| data.contains(&datum(name))).collect()
    }

    /// The categories that the school has taken from a purpose.
    fn narrowed(&self, agreement: &AgreementRecord, kind: PersonKind, purpose: Option<&str>) -> Names {
        let inputs = &self.case.inputs;
        let versions = inputs
            .agreements
            .iter()
            .filter(|other| other.product == agreement.product);
        let versions: Vec<_> = versions.map(|other| other.id).collect();
        let holds = inputs.narrowings.iter().filter(|narrowing| {
            let facts = record(json!({
                "said": narrowing.agreement, "versions": versions, "kind": kind_word(kind), "purpose": purpose,
                "taken": { "kind": kind_word(narrowing.kind), "purpose": narrowing.purpose.to_string() },
                "times": spans([&narrowing.window], self.at),
            }));
            NARROWING.names(facts).contains("holds")
        });
        holds.map(|narrowing| narrowing.category.number().to_string()).collect()
    }

    pub(super) fn hands(&self, agreement: &AgreementRecord) -> Names {
        let document = agreement.annex.document();
        let listed: Vec<_> = document.sub_processors.iter().map(|party| &party.name).collect();
        let versions = self.case.inputs.agreements.iter();
        let versions: Vec<_> = versions
            .filter(|other| other.product == agreement.product)
            .map(|other| other.id)
            .collect();
        let mut stances = BTreeMap::from([("permitted", Vec::new()), ("objected", Vec::new())]);
        for stance in &self.case.inputs.stances {
            let is = STANCE.names(json!({
                "kind": stance.kind.as_str(), "said": stance.agreement, "agreement": agreement.id, "versions": versions,
                "times": spans([&stance.window], self.at),
            }));
            for (name, parties) in stances.iter_mut().filter(|(name, _)| is.contains(**name)) {
                parties.push(if *name == "objected" {
                    bare(&stance.party)
                } else {
                    stance.party.clone()
                });
            }
        }
        let stances = json!(stances);
        let ask = |facts: Value| HAND.names(merged(stances.clone(), record(facts)));
        let places = document.places.iter().map(|place| {
            let countries = std::iter::once(&place.country).chain(&place.back_up_country);
            ask(json!({
                "at": self.at,
                "party": place.party,
                "bare": bare(&place.party),
                "place": place.party,
                "processor": document.parties.processor.name,
                "listed": listed,
                "model": document.model.as_str(),
                "countries": countries.map(|country| country.as_str()).collect::<Vec<_>>(),
            }))
        });
        let parties = document.sub_processors.iter().map(|party| {
            let announced = party.announced.map(|day| {
                let midnight = day.to_zoned(jiff::tz::TimeZone::UTC).unwrap();
                midnight.timestamp().as_millisecond()
            });
            ask(json!({
                "at": self.at,
                "party": party.name,
                "bare": bare(&party.name),
                "model": document.model.as_str(),
                "countries": [party.country.as_str()],
                "announced": announced,
            }))
        });
        let mentions = document.particulars.iter().flat_map(|said| &said.mentions);
        let mentions = mentions.filter(|mention| mention.processes).map(|mention| {
            ask(json!({
                "at": self.at,
                "party": mention.party,
                "bare": bare(&mention.party),
                "mentioned": mention.party,
                "processor": document.parties.processor.name,
                "listed": listed,
                "model": document.model.as_str(),
                "countries": ["NL"],
            }))
        });
        places.chain(parties).chain(mentions).flatten().collect()
    }
}

/// A name in letters and digits alone.
fn bare(name: &str) -> String {
    let kept = name.chars().filter(|char| char.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

fn sorts(rows: &[RowFacts]) -> Names {
    let mut sorts: Names = rows.iter().flat_map(RowFacts::sorts).collect();
    // A row that nobody approved and that has a defect as well is refused for both.
    if rows.is_empty() {
        sorts.clear();
    } else if sorts.is_empty() {
        sorts.insert("other".to_owned());
    }
    sorts
}
