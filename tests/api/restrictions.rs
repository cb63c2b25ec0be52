//! Restrictions and objections: they bite at once, at every door, and no supplier learns of them.

use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_connector_port::roster::{Field, PupilKey};
use sluis_stand_ins::administration::{Behaviour, pupil};

use crate::{
    rosters::{FIRST, pupil_of, snapshot},
    world::{Answer, IN_GROUP, INSIDE, LOCATED, OUTSIDE, World},
};

async fn place(world: &World, body: Value) -> Answer {
    let token = world.service.token(&world.school_client, None).await;
    world.post(&world.of_school("restrictions"), &token, body).await
}

async fn end(world: &World, placed: &Value) -> Answer {
    let token = world.service.token(&world.school_client, None).await;
    let path = format!("restrictions/{}/_end", placed["id"].as_str().unwrap());
    world.post(&world.of_school(&path), &token, json!({})).await
}

async fn search(world: &World, token: &str) -> Value {
    let path = world.of_school("learners/_search");
    world.post(&path, token, json!({ "limit": 200 })).await.ok()
}

async fn resolve(world: &World, token: &str, eck_id: &str) -> Answer {
    let body = json!({ "school": world.school, "eckId": eck_id });
    world.post("/v1/accounts/_resolve", token, body).await
}

async fn restrictions(world: &World) -> Value {
    let token = world.service.token(&world.school_client, None).await;
    world.get(&world.of_school("restrictions"), &token).await.ok()
}

/// An answer without what is never twice the same.
fn alike(mut answer: Value) -> Value {
    for member in ["recordId", "traceId"] {
        answer.as_object_mut().unwrap().remove(member);
    }
    answer
}

#[rstest]
#[case::restriction("restriction", "processing_restricted")]
#[case::objection("objection", "person_objected")]
#[actix_web::test]
async fn who_is_restricted_is_gone_at_every_door_and_comes_back(#[case] ground: &str, #[case] reason: &str) {
    let world = World::start().await;
    let (supplier, eck_id) = (&world.supplier, pupil(INSIDE).eck_id);
    let token = world.supplier_token("D1").await;
    let code = world.log_in(supplier, &INSIDE.to_string()).await.code();
    let before = search(&world, &token).await;
    assert_eq!(before["items"].as_array().unwrap().len(), IN_GROUP);

    let placed = place(&world, json!({ "ground": ground, "eckId": eck_id })).await.ok();
    assert_eq!((&placed["ground"], &placed["inRoster"]), (&json!(ground), &json!(true)));
    let after = search(&world, &token).await;
    let left = after["items"].as_array().unwrap();
    assert_eq!(left.len(), IN_GROUP - 1);
    let gone = before["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|item| !left.contains(item));
    let gone = gone.unwrap().clone();
    assert_eq!(
        resolve(&world, &token, &eck_id).await.refusal(),
        ["person_not_available"]
    );
    // A login that was under way ends at the exchange, and none begins.
    assert_eq!(world.exchange(supplier, &code, &[]).await.status, 400);
    let (status, _) = world.log_in(supplier, &INSIDE.to_string()).await.page();
    assert_eq!(status, 403);

    // The school sees why in its own records.
    let school = world.service.token(&world.school_client, None).await;
    let records = world.get(&world.of_school("records?limit=200"), &school).await.ok();
    let records = records["items"].as_array().unwrap();
    let about = |name: &str| {
        let found = records.iter().rev().find(|record| record["name"] == name);
        found.unwrap_or_else(|| panic!("no record of `{name}`"))
    };
    let resolved = about("account.resolve");
    assert_eq!(resolved["reasons"], json!([reason]));
    assert_eq!(resolved["subject"], placed["subject"]);
    assert_eq!(about("restriction.place")["subject"], placed["subject"]);

    let ended = end(&world, &placed).await.ok();
    assert!(ended["validUntil"].is_string());
    let again = search(&world, &token).await;
    assert!(
        again["items"].as_array().unwrap().contains(&gone),
        "the same account is back"
    );
    end(&world, &placed).await.problem(409, "already_ended");
}

#[actix_web::test]
async fn for_a_supplier_who_is_restricted_is_who_is_unknown() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    place(
        &world,
        json!({ "ground": "restriction", "eckId": pupil(INSIDE).eck_id }),
    )
    .await
    .ok();
    let nobody = format!("https://ketenid.nl/pilot/{}", "0a".repeat(64));
    let mut answers = Vec::new();
    for eck_id in [nobody, pupil(OUTSIDE).eck_id, pupil(INSIDE).eck_id] {
        let answer = resolve(&world, &token, &eck_id).await;
        answers.push(alike(answer.problem(403, "refused")));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[actix_web::test]
async fn it_follows_the_person_through_a_roster_that_is_replaced() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let last = INSIDE + u32::try_from(IN_GROUP).unwrap() - 1;
    place(&world, json!({ "ground": "restriction", "eckId": pupil(last).eck_id }))
        .await
        .ok();
    for (behaviour, there) in [(Behaviour::Only(last - 1), false), (Behaviour::Normal, true)] {
        world.administration.behave(behaviour);
        world.pull_again().await;
        let list = restrictions(&world).await;
        assert_eq!(list["items"][0]["inRoster"], there);
    }
    assert_eq!(
        search(&world, &token).await["items"].as_array().unwrap().len(),
        IN_GROUP - 1
    );
}

#[actix_web::test]
async fn somebody_in_no_roster_can_be_restricted_before_the_first_login() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    let placed = place(
        &world,
        json!({ "ground": "restriction", "eckId": pupil(INSIDE).eck_id }),
    )
    .await
    .ok();
    assert_eq!(placed["inRoster"], false);
    assert_eq!(world.log_in(&world.supplier, LOCATED).await.page().0, 403);
    end(&world, &placed).await.ok();
    world.log_in(&world.supplier, LOCATED).await.code();
}

/// A school of which everybody is in scope, also who only logs in, and its pupil with or without key and ECK iD.
async fn a_school_whose_keys_change() -> (World, String) {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    let token = world.supplier_token("D1").await;
    (world, token)
}

/// The roster with this key and, if so, the ECK iD of the pupil.
async fn deliver(world: &World, key: &str, eck_id: bool) {
    let mut file = snapshot(FIRST);
    let pupil = pupil_of(&mut file, INSIDE);
    pupil.key = PupilKey::parse(key).unwrap().into();
    if !eck_id {
        pupil.eck_id = Field::NotDelivered;
    }
    world.import(file).await;
}

async fn deliver_without(world: &World) {
    let mut file = snapshot(FIRST);
    file.pupils.remove(usize::try_from(INSIDE).unwrap() - 1);
    world.import(file).await;
}

/// That nothing of the pupil comes at any door; the list is one shorter than without the restriction.
async fn assert_gone(world: &World, token: &str, listed: usize) {
    let found = search(world, token).await["items"].as_array().unwrap().len();
    assert_eq!(found, listed, "in the list");
    let refused = resolve(world, token, &pupil(INSIDE).eck_id).await.refusal();
    assert_eq!(refused, ["person_not_available"]);
    assert_eq!(world.log_in(&world.supplier, LOCATED).await.page().0, 403, "by login");
}

#[actix_web::test]
async fn who_was_restricted_by_an_eck_id_is_so_when_a_roster_brings_it_to_a_known_key() {
    let (world, token) = a_school_whose_keys_change().await;
    deliver(&world, "k-1", false).await;
    let body = json!({ "ground": "restriction", "eckId": pupil(INSIDE).eck_id });
    let placed = place(&world, body).await.ok();
    assert_eq!((&placed["inRoster"], &placed["byEckId"]), (&json!(false), &json!(true)));
    deliver(&world, "k-1", true).await;
    assert_gone(&world, &token, 59).await;
    assert_eq!(restrictions(&world).await["items"][0]["inRoster"], true);
    // From now on the key is known too.
    deliver_without(&world).await;
    deliver(&world, "k-1", false).await;
    assert_gone(&world, &token, 59).await;
}

#[actix_web::test]
async fn who_was_restricted_before_the_eck_id_came_is_so_by_a_login_and_by_another_key() {
    let (world, token) = a_school_whose_keys_change().await;
    deliver(&world, "k-1", false).await;
    let body = json!({ "ground": "objection", "sourceKey": "k-1" });
    let placed = place(&world, body).await.ok();
    assert_eq!((&placed["inRoster"], &placed["byEckId"]), (&json!(true), &json!(false)));
    deliver(&world, "k-1", true).await;
    assert_eq!(restrictions(&world).await["items"][0]["byEckId"], true);
    deliver_without(&world).await;
    assert_gone(&world, &token, 59).await;
    deliver(&world, "k-2", true).await;
    assert_gone(&world, &token, 59).await;
}

#[actix_web::test]
async fn who_is_restricted_stays_so_when_a_newcomer_gets_the_key() {
    let (world, token) = a_school_whose_keys_change().await;
    deliver(&world, "k-1", true).await;
    let body = json!({ "ground": "restriction", "sourceKey": "k-1" });
    assert_eq!(place(&world, body).await.ok()["byEckId"], true);
    let mut file = snapshot(FIRST);
    let restricted = pupil_of(&mut file, INSIDE);
    let mut newcomer = restricted.clone();
    restricted.key = PupilKey::parse("k-2").unwrap().into();
    newcomer.key = PupilKey::parse("k-1").unwrap().into();
    newcomer.eck_id = Field::NotDelivered;
    file.pupils.insert(0, newcomer);
    world.import(file).await;
    // Nobody can tell whether the newcomer is the same person: both are not available until the school says so.
    assert_gone(&world, &token, 59).await;
}

#[actix_web::test]
async fn the_key_of_the_administration_names_a_person_too() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let body = json!({ "ground": "objection", "sourceKey": pupil(INSIDE).key });
    assert_eq!(place(&world, body.clone()).await.ok()["inRoster"], true);
    assert_eq!(
        search(&world, &token).await["items"].as_array().unwrap().len(),
        IN_GROUP - 1
    );
    place(&world, body).await.problem(409, "already_done");
    // The other ground is another thing on record.
    let body = json!({ "ground": "restriction", "eckId": pupil(INSIDE).eck_id });
    place(&world, body).await.ok();
}

#[rstest]
#[case::nothing(json!({}), &[("/eckId", "one_needed"), ("/ground", "missing")])]
#[case::both(
    json!({ "ground": "restriction", "eckId": pupil(INSIDE).eck_id, "sourceKey": "1" }),
    &[("/sourceKey", "one_too_many")],
)]
#[case::another_ground(json!({ "ground": "consent", "sourceKey": "1" }), &[("/ground", "invalid_value")])]
#[case::upper_case(
    json!({ "ground": "objection", "eckId": format!("https://ketenid.nl/pilot/{}", "0A".repeat(64)) }),
    &[("/eckId", "eck_id_upper_case")],
)]
#[case::national_number(json!({ "ground": "objection", "sourceKey": "111222333" }), &[("/sourceKey", "national_number")])]
#[case::nobody(json!({ "ground": "objection", "sourceKey": "nobody" }), &[("/sourceKey", "person_unknown")])]
#[actix_web::test]
async fn what_is_wrong_is_refused_and_nothing_is_on_record(#[case] body: Value, #[case] wrong: &[(&str, &str)]) {
    let world = World::start().await;
    let expected = wrong
        .iter()
        .map(|(place, code)| ((*place).to_owned(), (*code).to_owned()));
    assert_eq!(place(&world, body).await.input_errors(), expected.collect());
    assert_eq!(restrictions(&world).await["items"], json!([]));
    let token = world.supplier_token("D1").await;
    assert_eq!(
        search(&world, &token).await["items"].as_array().unwrap().len(),
        IN_GROUP
    );
}

/// How many records there are about a pupil under such a name.
async fn found(world: &World, number: u32, name: &str) -> usize {
    let token = world.service.token(&world.school_client, None).await;
    let body = json!({ "sourceKey": pupil(number).key, "limit": 200 });
    let found = world.post(&world.of_school("records/_search"), &token, body).await.ok();
    let names = found["items"].as_array().unwrap().iter().map(|item| &item["name"]);
    names.filter(|other| **other == json!(name)).count()
}

#[actix_web::test]
async fn who_is_looked_at_in_a_list_finds_the_look_and_nobody_else_does() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    for ground in ["restriction", "objection"] {
        place(&world, json!({ "ground": ground, "sourceKey": pupil(INSIDE).key }))
            .await
            .ok();
    }
    place(
        &world,
        json!({ "ground": "restriction", "sourceKey": pupil(OUTSIDE).key }),
    )
    .await
    .ok();
    world.get(&world.of_school("restrictions"), &token).await.ok();
    for (number, looks) in [(INSIDE, 1), (OUTSIDE, 1), (INSIDE + 1, 0)] {
        assert_eq!(found(&world, number, "restriction.list").await, looks, "{number}");
    }
}
