//! What a person gets who asks for their own data: all that the school holds, and who got what.

use serde_json::{Value, json};
use sluis::app::{activation::ActivationScope, caller::Role};
use sluis_core::{
    ledger::{Outcome, Owner},
    time::{Clock, Timestamp},
};
use sluis_stand_ins::administration::{pupil, staff_member};

use crate::{
    consents::{give, on_consent},
    rosters::{FIRST, snapshot},
    world::{Answer, INSIDE, OUTSIDE, World},
};

/// A second later, so that what is on record has an order.
async fn by_school(world: &World, path: &str, body: Value) -> Answer {
    world.service.clock.advance_secs(1);
    let token = world.service.token(&world.school_client, None).await;
    world.post(path, &token, body).await
}

async fn ask_as(world: &World, right: &str, by: &str, whom: Value) -> Value {
    let mut body = json!({
        "school": world.school, "right": right, "receivedAt": world.service.clock.now(), "askedBy": by,
    });
    body.as_object_mut().unwrap().extend(whom.as_object().unwrap().clone());
    by_school(world, "/v1/subject-requests", body).await.ok()
}

async fn ask(world: &World, right: &str, number: u32) -> Value {
    ask_as(world, right, "guardian", json!({ "eckId": pupil(number).eck_id })).await
}

async fn step(world: &World, matter: &Value, body: Value) {
    let path = format!("/v1/matters/{}/_step", matter["id"].as_str().unwrap());
    by_school(world, &path, body).await.ok();
}

async fn identify(world: &World, matter: &Value) {
    step(world, matter, json!({ "step": "identity_established" })).await;
}

async fn access(world: &World, matter: &Value, language: &str) -> Answer {
    let path = format!("/v1/matters/{}/_access", matter["id"].as_str().unwrap());
    by_school(world, &path, json!({ "language": language })).await
}

/// The answer to somebody who asks now, and whose identity is sure.
async fn accessed(world: &World, number: u32) -> Value {
    let matter = ask(world, "access", number).await;
    identify(world, &matter).await;
    access(world, &matter, "nl").await.ok()
}

async fn resolve(world: &World, number: u32) -> Answer {
    world.service.clock.advance_secs(1);
    let token = world.supplier_token("D1").await;
    let body = json!({ "school": world.school, "eckId": pupil(number).eck_id });
    world.post("/v1/accounts/_resolve", &token, body).await
}

async fn list(world: &World) {
    world.service.clock.advance_secs(1);
    let token = world.supplier_token("D1").await;
    let body = json!({ "limit": 200 });
    world
        .post(&world.of_school("learners/_search"), &token, body)
        .await
        .ok();
}

async fn restrict(world: &World, number: u32) {
    let body = json!({ "ground": "restriction", "eckId": pupil(number).eck_id });
    by_school(world, &world.of_school("restrictions"), body).await.ok();
}

fn items<'a>(answer: &'a Value, place: &str) -> &'a Vec<Value> {
    answer.pointer(place).unwrap().as_array().unwrap()
}

fn words(answer: &Value, place: &str, field: &str) -> Vec<String> {
    let items = items(answer, place).iter();
    items
        .map(|item| item.pointer(field).unwrap().as_str().unwrap().to_owned())
        .collect()
}

fn value<'a>(answer: &'a Value, attribute: &str) -> &'a Value {
    let mut values = items(answer, "/held/values").iter();
    values.find(|value| value["attribute"] == attribute).unwrap()
}

/// A school of which everybody is in scope, with a roster that was pulled.
async fn pulled() -> World {
    let world = World::bare().await;
    world
        .agree_about(&world.supplier, ActivationScope::School, on_consent())
        .await;
    world.pull().await;
    world
}

#[actix_web::test]
async fn who_asks_is_told_all_that_is_held_and_all_that_went_in_spite_of_a_restriction() {
    let world = pulled().await;
    let account = resolve(&world, INSIDE).await.ok()["account"].clone();
    list(&world).await;
    resolve(&world, OUTSIDE).await.ok();
    let consent = give(&world, json!({})).await.ok();
    restrict(&world, INSIDE).await;
    assert_eq!(resolve(&world, INSIDE).await.refusal(), ["person_not_available"]);
    let told = accessed(&world, INSIDE).await;

    let held = &told["held"];
    assert_eq!((&held["inRoster"], &held["kind"]), (&json!(true), &json!("pupil")));
    let name = value(&told, "givenName");
    assert_eq!(name["value"], pupil(INSIDE).given_name);
    assert_eq!(
        (&name["label"], &name["category"]["code"]),
        (&json!("roepnaam"), &json!("CD1"))
    );
    assert_eq!(value(&told, "eckId")["value"], pupil(INSIDE).eck_id);
    assert_eq!(value(&told, "groups")["value"][0]["name"], "Groep 7");
    assert_eq!(held["accounts"][0]["account"], account);
    assert_eq!(held["accounts"][0]["supplier"]["name"], "Wadden Leermiddelen B.V.");
    assert_eq!(words(&told, "/held/restrictions", "/ground"), ["restriction"]);
    assert_eq!(words(&told, "/held/consents", "/id"), [consent["id"].as_str().unwrap()]);
    assert_eq!(held["consents"][0]["product"]["name"], "Rekenbaai");

    assert_eq!(words(&told, "/released", "/outcome"), ["permit", "permit", "deny"]);
    for release in items(&told, "/released") {
        assert_eq!(release["to"], "supplier");
        assert_eq!(release["supplier"]["id"], json!(world.supplier.supplier));
        assert_eq!(release["product"]["name"], "Rekenbaai");
        assert_eq!(release["purpose"]["label"], "leer- en toetsresultaten bewaren");
    }
    // A record about one person has attributes, one about a list categories.
    assert!(words(&told, "/released/0/data", "/code").contains(&"givenName".to_owned()));
    assert!(words(&told, "/released/1/data", "/code").contains(&"CD1".to_owned()));
    assert_eq!(told["released"][2]["data"], json!([]));
    assert_eq!(told["years"], json!([2026]));

    // Nothing of anybody else, and no reference to a paper.
    let all = told.to_string();
    assert!(!all.contains(&pupil(OUTSIDE).eck_id) && !all.contains(&pupil(INSIDE + 1).eck_id));
    assert!(!all.contains("formulier 118"));
    let other = accessed(&world, OUTSIDE).await;
    assert_eq!(words(&other, "/released", "/outcome"), ["permit", "permit"]);
    assert_eq!(
        (&other["held"]["restrictions"], &other["held"]["consents"]),
        (&json!([]), &json!([]))
    );
    assert_ne!(other["held"]["accounts"][0]["account"], account);
}

#[actix_web::test]
async fn the_text_says_it_in_plain_dutch_or_english() {
    let world = pulled().await;
    resolve(&world, INSIDE).await.ok();
    list(&world).await;
    give(&world, json!({})).await.ok();
    restrict(&world, INSIDE).await;
    let matter = ask(&world, "portability", INSIDE).await;
    identify(&world, &matter).await;
    let told = access(&world, &matter, "nl").await.ok();
    let text = told["text"].as_str().unwrap();
    let name = format!("- roepnaam: {}\n", pupil(INSIDE).given_name);
    for said in [
        "Gegevens over uw kind bij De Baken, op ",
        &name,
        "- klassen en groepen: Groep 7\n",
        "- Rekenbaai (Wadden Leermiddelen B.V.)\n  Wanneer: 2 keer, van ",
        "  Waarvoor: leer- en toetsresultaten bewaren (D1).\n",
        "- Het gebruik van gegevens is beperkt: sinds ",
        "- Toestemming voor Rekenbaai, sinds ",
        "AVG, artikel 16",
        "Autoriteit Persoonsgegevens",
    ] {
        assert!(text.contains(said), "no `{said}` in\n{text}");
    }
    let longest = text
        .split(['.', '\n', ';', ':'])
        .map(|part| part.split_whitespace().count())
        .max();
    assert!(longest < Some(20), "a sentence is too long for everybody:\n{text}");

    // It is made anew: that it was told before is told as well.
    let told = access(&world, &matter, "en").await.ok();
    let text = told["text"].as_str().unwrap();
    for said in [
        "Data about your child at De Baken",
        "WHO GOT DATA",
        "- Your child or a parent\n",
        "What for: keep learning",
    ] {
        assert!(text.contains(said), "no `{said}` in\n{text}");
    }
    assert!(!text.contains("Waarvoor") && !text.contains("roepnaam"));
    let last = items(&told, "/released").last().unwrap();
    assert_eq!(
        (&last["to"], &last["purpose"]["code"]),
        (&json!("person"), &json!("D21"))
    );
}

#[actix_web::test]
async fn it_is_on_record_about_the_person_and_found_by_a_search() {
    let world = World::start().await;
    let told = accessed(&world, INSIDE).await;
    let records = world.service.records(Owner::School(world.school)).await;
    let mut own = records
        .iter()
        .filter(|record| record.draft.name.as_str() == "request.access");
    let draft = &own.next().unwrap().draft;
    assert!(own.next().is_none(), "one answer is one record");
    assert_eq!(
        (json!(draft.id), draft.outcome),
        (told["recordId"].clone(), Outcome::Permit)
    );
    assert!(draft.subject.is_some() && draft.released.iter().any(|code| code.as_str() == "givenName"));
    assert_eq!(draft.purpose.as_ref().unwrap().as_str(), "D21");
    let found = async |number: u32| {
        let body = json!({ "eckId": pupil(number).eck_id, "limit": 200 });
        let found = by_school(&world, &world.of_school("records/_search"), body).await.ok();
        words(&found, "/items", "/name").contains(&"request.access".to_owned())
    };
    assert!(found(INSIDE).await);
    assert!(!found(OUTSIDE).await);
}

#[actix_web::test]
async fn nobody_gets_it_before_it_is_sure_who_asks_nor_by_another_right_nor_when_it_is_over() {
    let world = World::start().await;
    let records = async || {
        let all = world.service.records(Owner::School(world.school)).await;
        all.iter()
            .filter(|record| record.draft.name.as_str() == "request.access")
            .count()
    };
    let matter = ask(&world, "access", INSIDE).await;
    let refused = access(&world, &matter, "nl").await;
    assert!(refused.body["detail"].as_str().unwrap().contains("GDPR 12(6)"));
    refused.problem(409, "not_ready");
    for right in ["rectification", "erasure", "restriction", "objection"] {
        let other = ask(&world, right, INSIDE).await;
        identify(&world, &other).await;
        let refused = access(&world, &other, "nl").await;
        assert!(refused.body["detail"].as_str().unwrap().contains("GDPR 15, 20"));
        refused.problem(409, "not_ready");
    }
    identify(&world, &matter).await;
    assert_eq!(records().await, 0);
    access(&world, &matter, "nl").await.ok();
    step(&world, &matter, json!({ "step": "request_withdrawn" })).await;
    access(&world, &matter, "nl").await.problem(409, "already_ended");
    assert_eq!(records().await, 1);
}

#[actix_web::test]
async fn a_guardian_gets_nothing_of_a_member_of_staff() {
    let world = pulled().await;
    let of_staff = json!({ "kind": "staff", "eckId": staff_member(1).eck_id });
    let matter = ask_as(&world, "access", "guardian", of_staff.clone()).await;
    identify(&world, &matter).await;
    assert_eq!(
        access(&world, &matter, "nl").await.refusal(),
        ["subject_request_missing"]
    );
    let matter = ask_as(&world, "access", "person", of_staff).await;
    identify(&world, &matter).await;
    assert_eq!(access(&world, &matter, "nl").await.ok()["held"]["kind"], "staff");
}

#[actix_web::test]
async fn only_the_school_and_its_board_get_it() {
    let world = World::start().await;
    let account = resolve(&world, INSIDE).await.ok()["account"].clone();
    let token = world.service.token(&world.supplier.client, None).await;
    let body = json!({
        "school": world.school, "right": "access", "receivedAt": world.service.clock.now(), "askedBy": "person",
        "account": account,
    });
    let matter = world.post("/v1/subject-requests", &token, body).await.ok();
    let path = format!("/v1/matters/{}/_access", matter["id"].as_str().unwrap());
    let body = json!({ "language": "nl" });
    identify(&world, &matter).await;
    world
        .post(&path, &token, body.clone())
        .await
        .problem(403, "role_not_permitted");
    let elsewhere = crate::world::elsewhere(&world.service).await;
    let elsewhere = world.service.token(&elsewhere, None).await;
    world
        .post(&path, &elsewhere, body.clone())
        .await
        .problem(404, "matter_not_found");
    let operator = world.service.register(Role::Operator, &[]).await;
    let operator = world.service.token(&operator, None).await;
    world
        .post(&path, &operator, body.clone())
        .await
        .problem(403, "role_not_permitted");
    let board = world.service.token(&world.board_client, None).await;
    let told = world.post(&path, &board, body).await.ok();
    assert_eq!(value(&told, "givenName")["value"], pupil(INSIDE).given_name);
    assert!(
        told["text"]
            .as_str()
            .unwrap()
            .starts_with("Gegevens over u bij De Baken")
    );
}

#[actix_web::test]
async fn who_left_is_told_what_went_in_all_years_and_that_nothing_is_held() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.import(snapshot(FIRST)).await;
    resolve(&world, INSIDE).await.ok();
    world
        .service
        .clock
        .set(Timestamp::parse("2027-01-04T09:00:00Z").unwrap());
    list(&world).await;
    let before = ask(&world, "access", INSIDE).await;
    let mut gone = snapshot(FIRST);
    gone.pupils.remove(usize::try_from(INSIDE).unwrap() - 1);
    world.import(gone).await;
    let by_key = ask_as(&world, "access", "person", json!({ "sourceKey": pupil(INSIDE).key })).await;
    let by_eck = ask(&world, "access", INSIDE).await;
    for (place, matter) in [before, by_key, by_eck].iter().enumerate() {
        identify(&world, matter).await;
        let told = access(&world, matter, "nl").await.ok();
        assert_eq!(
            (&told["held"]["inRoster"], &told["held"]["values"]),
            (&json!(false), &json!([]))
        );
        assert_eq!(told["held"].get("reasons"), None);
        // What it was answered before is in it as well: the gate gave nothing then.
        let outcomes = words(&told, "/released", "/outcome");
        assert_eq!(outcomes[..2], ["permit", "permit"], "{told}");
        assert_eq!(outcomes.len(), 2 + place);
        assert_eq!(told["years"], json!([2026, 2027]));
        let text = told["text"].as_str().unwrap();
        assert!(text.contains("Er staan hier geen gegevens meer"), "{text}");
        assert!(text.contains("- Rekenbaai (Wadden Leermiddelen B.V.)"), "{text}");
    }
}

#[actix_web::test]
async fn a_disclosure_that_the_person_may_not_know_of_is_left_out() {
    let world = pulled().await;
    let now = world.service.clock.now();
    let disclose = async |told: Value| {
        let mut body = json!({
            "authority": "00000001001234567000", "law": "Leerplichtwet 1969, artikel 21", "reference": "brief 12",
            "verifiedAt": now, "validUntil": now.plus_secs(3_600), "attributes": ["givenName"],
            "eckId": pupil(INSIDE).eck_id,
        });
        body.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        let placed = by_school(&world, &world.of_school("disclosures"), body).await.ok();
        let path = format!("disclosures/{}/_release", placed["id"].as_str().unwrap());
        let body = json!({ "authority": "00000001001234567000" });
        by_school(&world, &world.of_school(&path), body).await.ok();
    };
    disclose(json!({ "notInformedBecause": "de wet verbiedt het" })).await;
    let told = accessed(&world, INSIDE).await;
    assert_eq!(
        (&told["held"]["disclosures"], &told["released"]),
        (&json!([]), &json!([]))
    );
    assert!(told["text"].as_str().unwrap().contains("Niemand kreeg gegevens."));
    disclose(json!({ "informedAt": now })).await;
    let told = accessed(&world, INSIDE).await;
    assert_eq!(
        words(&told, "/held/disclosures", "/authority"),
        ["00000001001234567000"]
    );
    assert_eq!(words(&told, "/released", "/to"), ["person", "authority"]);
    assert!(!told.to_string().contains("Leerplichtwet") && !told.to_string().contains("brief 12"));
}
