//! Op School, model 3.0 with a table of categories: a link that the school activates, files of other systems, a pupil who moves to
//! another school, and a number that never comes in.
//!
//! Not played: that files which were sent in are destroyed after 30 days (Sluis keeps no file: what it holds is the roster), the
//! read-only archive per school year, the chosen number of pupils, and the temporary access of an adviser. They are inside the
//! product of the supplier.

use serde_json::{Value, json};
use sluis_connector_port::roster::{Field, SkippedKind, Snapshot};
use sluis_core::{identifier::Brin6, identifier::EckIdRules};
use sluis_edexml::{ReadOptions, xml::Limits};
use sluis_stand_ins::administration::{pupil, write_edexml};

use super::{By, Story, document, errors_in, id, pairs, reasons, refused, repaired, text, withheld};
use crate::{
    rosters::{FIRST, snapshot},
    world::{Answer, Elsewhere, INSIDE, World, errors, school_elsewhere},
};

/// Passes the eleven-test, and is nobody's.
const NATIONAL: &str = "111222333";

#[actix_web::test]
async fn as_it_stands_it_is_no_offer_and_its_national_number_permits_nothing() {
    let mut form = document("op-school");
    let errors = refused(&form, &["/retention/daysAfterEnd", "/version/number"]).await;
    let number = ("/ticks/pupilCategories/6".to_owned(), "national_number".to_owned());
    assert!(errors.contains(&number), "{errors:?}");
    form["retention"]["daysAfterEnd"] = json!(60);
    form["version"] = json!({ "number": "2.0", "date": "2026-10-05" });
    let world = World::bare().await;
    let told = errors_in(&world, &form).await;
    for code in [
        "national_number",
        "category_misnamed",
        "special_ground_missing",
        "advertising",
    ] {
        assert!(told.iter().any(|(found, _)| found == code), "{code}: {told:?}");
    }
    let story = Story::agreed(world, &form).await;
    let defects = story.agreement["defects"].as_array().unwrap();
    assert!(
        defects.iter().any(|defect| defect["code"] == "national_number"),
        "{defects:?}"
    );
    let found = reasons(story.search("D9", &["givenName"]).await);
    let defect = pairs([("annex_defect", "3.0 5.3")]);
    assert!(found.iter().all(|reason| *reason == defect[0]), "{found:?}");
    // There is no field by which it could be asked for.
    let unknown = story.search("D12", &["bsn"]).await.input_errors();
    assert!(unknown.iter().all(|(place, _)| place == "/attributes/0"), "{unknown:?}");
}

#[actix_web::test]
async fn the_link_is_activated_by_the_school_and_nothing_comes_before() {
    let story = Story::agreed(World::bare().await, &repaired("op-school")).await;
    let world = &story.world;
    let entered = story.at_school("connections", world.connection()).await.ok();
    let at = |verb: &str| format!("connections/{}/{verb}", id(&entered));
    story.at_school(&at("_pull"), json!({})).await.problem(409, "not_ready");
    // The maker enrols; the permission is the school's.
    let activate = world.of_school(&at("_activate"));
    story
        .post(By::Supplier, &activate, json!({}))
        .await
        .problem(403, "role_not_permitted");
    assert_eq!(world.administration.requests(), 0);
    assert_eq!(
        story.get(By::School, &world.of_school("groups")).await.ok()["items"],
        json!([])
    );

    story.at_school(&at("_activate"), json!({})).await.ok();
    let run = story.at_school(&at("_pull"), json!({})).await.ok();
    assert_eq!(run["outcome"], "applied");
    assert!(withheld(story.search("D9", &["givenName", "gender"]).await).is_empty());
    // What the school ends does not come any more.
    story.at_school(&at("_end"), json!({})).await.ok();
    story
        .at_school(&at("_pull"), json!({}))
        .await
        .problem(409, "already_ended");
}

#[actix_web::test]
async fn a_file_of_another_system_comes_in_as_far_as_the_document_needs_it() {
    let bare = World::bare().await;
    let school = Brin6::parse(FIRST).unwrap();
    let import = async |world: &World| {
        let run = world
            .service
            .app
            .roster_import(school, snapshot(FIRST), false)
            .await
            .unwrap();
        run.end.unwrap()
    };
    let refused = import(&bare).await;
    assert!(refused.reason.is_some(), "nothing is agreed");

    let story = Story::agreed(bare, &repaired("op-school")).await;
    let taken = import(&story.world).await;
    assert_eq!(taken.reason, None);
    assert!(taken.counts.withheld_fields > 0, "what no row needs is not kept");
    let found = story.search("D9", &["gender", "nationality", "email"]).await.ok();
    assert!(found["items"][0]["attributes"]["gender"].is_string(), "{found}");
    let held = found["withheld"].as_array().unwrap().iter();
    let held: Vec<_> = held.map(|held| text(&held["attribute"])).collect();
    assert_eq!(held, ["email", "nationality"]);
    let runs = story.get(By::School, &story.world.of_school("runs")).await.ok();
    let outcomes: Vec<_> = runs["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| &run["outcome"])
        .collect();
    assert!(
        outcomes.contains(&&json!("refused")) && outcomes.contains(&&json!("applied")),
        "{runs}"
    );
}

/// A file in which one pupil has a national number as key and another has one in a field for it.
fn with_national_numbers() -> Snapshot {
    let mut file = Vec::new();
    write_edexml(&mut file, "2026-2027", 60).unwrap();
    let file = String::from_utf8(file).unwrap();
    let key = |number: u32| format!("<leerling key=\"{}\"", pupil(number).key);
    let file = file.replacen(&key(INSIDE), &format!("<leerling key=\"{NATIONAL}\""), 1);
    let (before, after) = file.split_once(&key(INSIDE + 1)).unwrap();
    let after = after.replacen("<achternaam>", &format!("<bsn>{NATIONAL}</bsn><achternaam>"), 1);
    let file = format!("{before}{}{after}", key(INSIDE + 1));
    let options = ReadOptions {
        school: Brin6::parse(FIRST).unwrap(),
        school_year: None,
        eck_id_rules: EckIdRules::new(["pilot".to_owned()]),
        limits: Limits::default(),
    };
    sluis_edexml::read(file.as_bytes(), &options).unwrap()
}

#[actix_web::test]
async fn a_national_number_stays_outside_by_every_door() {
    let file = with_national_numbers();
    assert_eq!(file.skipped.count(SkippedKind::NationalNumber), 1);
    let place = usize::try_from(INSIDE).unwrap() - 1;
    assert!(matches!(file.pupils[place].key, Field::NotDelivered));
    let story = Story::agreed(World::bare().await, &repaired("op-school")).await;
    story.world.import(file).await;
    // The pupil comes in all the same, by the ECK iD.
    let found = story.search("D12", &["givenName", "pupilNumber"]).await.ok();
    assert!(!found.to_string().contains(NATIONAL));
    let token = story.world.supplier_token("D12").await;
    let resolve = |eck_id: &str| json!({ "school": story.world.school, "eckId": eck_id });
    let known = resolve(&pupil(INSIDE).eck_id);
    story.world.post("/v1/accounts/_resolve", &token, known).await.ok();
    let refused = story
        .world
        .post("/v1/accounts/_resolve", &token, resolve(NATIONAL))
        .await;
    assert_eq!(refused.input_errors(), errors([("/eckId", "national_number")]));
    let asking = json!({ "ground": "objection", "sourceKey": NATIONAL });
    let refused = story.at_school("restrictions", asking).await;
    assert_eq!(refused.input_errors(), errors([("/sourceKey", "national_number")]));
}

/// The school notes that another one asks for a pupil.
async fn ask(story: &Story, to: Option<&str>) -> Answer {
    let mut body = json!({
        "basis": "request", "reference": "aanvraag van De Steven", "eckId": pupil(INSIDE).eck_id, "parts": ["results"],
    });
    if let Some(to) = to {
        body["toBrin"] = json!(to);
    }
    story.at_school("handovers", body).await
}

#[actix_web::test]
async fn a_pupil_moves_to_a_school_that_asked_and_that_is_known_by_its_brin() {
    let story = Story::of(&repaired("op-school")).await;
    let Elsewhere { client, .. } = school_elsewhere(&story.world.service).await;
    let nameless = ask(&story, None).await.problem(400, "invalid_input");
    assert_eq!(nameless["errors"][0]["pointer"], "/toBrin");
    assert!(
        text(&nameless["errors"][0]["detail"]).contains("model 3.0, article 5.5"),
        "{nameless}"
    );

    let handover = ask(&story, Some("97XX00")).await.ok();
    let fetch = async || {
        let token = story.world.service.token(&client, None).await;
        let body = json!({ "handover": handover["id"] });
        story
            .world
            .post(&story.world.of_school("handovers/_fetch"), &token, body)
            .await
    };
    let step = async |verb: &str, body: Value| {
        story
            .at_school(&format!("handovers/{}/{verb}", id(&handover)), body)
            .await
    };
    let parts = json!({ "parts": ["identity", "schooling", "results"] });
    step("_release", parts.clone()).await.problem(409, "not_ready");
    assert_eq!(fetch().await.refusal(), ["person_not_available"]);
    step("_show", json!({ "by": "guardian", "agrees": true })).await.ok();
    assert_eq!(fetch().await.refusal(), ["person_not_available"]);
    step("_release", parts).await.ok();
    let dossier = fetch().await.ok();
    assert_eq!(dossier["attributes"]["givenName"], pupil(INSIDE).given_name);
    assert!(dossier["attributes"].get("eckId").is_none() && dossier["attributes"].get("pupilNumber").is_none());
    // The supplier moves nobody: it has no receiver, and a school is none of its parties.
    assert_eq!(
        reasons(story.search("D11", &["givenName"]).await),
        pairs([("receiver_missing", "3.0 5.3")])
    );
}
