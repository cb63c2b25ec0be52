//! By which hash records know a person: another one in every school and calendar year, that of the record's own moment.

use std::collections::BTreeSet;

use serde_json::json;
use sluis_core::{
    ledger::{Digest, Owner, Record},
    time::{FixedClock, Timestamp, Year},
};
use sluis_stand_ins::administration::pupil;

use crate::world::{INSIDE, World};

/// Half a minute before the new year in UTC.
const EVE: &str = "2026-12-31T23:59:30Z";

async fn world_on_the_eve() -> World {
    World::start_at(FixedClock::new(Timestamp::parse(EVE).unwrap()), []).await
}

async fn records(world: &World) -> Vec<Record> {
    world.service.records(Owner::School(world.school)).await
}

/// Resolves the account of the pupil, and gives the record of it.
async fn resolve(world: &World) -> Record {
    let token = world.supplier_token("D1").await;
    let body = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    world.post("/v1/accounts/_resolve", &token, body).await.ok();
    records(world).await.pop().unwrap()
}

fn year_and_subject(record: &Record) -> (String, Digest) {
    let draft = &record.draft;
    (Year::of(draft.end_time).to_string(), draft.subject.unwrap())
}

/// The hashes in the lines of the last page of the list of pupils.
async fn listed(world: &World) -> BTreeSet<String> {
    let token = world.supplier_token("D1").await;
    let path = world.of_school("learners/_search");
    world.post(&path, &token, json!({})).await.ok();
    let school = world.service.token(&world.school_client, None).await;
    let path = world.of_school("records/_export");
    let export = world.post(&path, &school, json!({ "known": [] })).await.ok();
    let lists = export["streams"][0]["records"].as_array().unwrap().iter().rev();
    let mut lists = lists.filter_map(|record| record["lines"].as_array().filter(|lines| !lines.is_empty()));
    let lines = lists.next().unwrap().iter();
    lines.map(|line| line["subject"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn over_new_years_eve_a_warm_roster_knows_people_by_the_new_key() {
    let world = world_on_the_eve().await;
    let (year, before) = year_and_subject(&resolve(&world).await);
    assert_eq!(year, "2026");
    assert_eq!(year_and_subject(&resolve(&world).await).1, before);
    let list_before = listed(&world).await;
    assert!(list_before.contains(&before.to_string()));

    world.service.clock.advance_secs(60);
    let (year, after) = year_and_subject(&resolve(&world).await);
    assert_eq!(year, "2027");
    assert_ne!(after, before);
    assert_eq!(year_and_subject(&resolve(&world).await).1, after);
    let list_after = listed(&world).await;
    assert!(list_after.contains(&after.to_string()));
    assert_eq!(list_after.len(), list_before.len());
    assert!(list_after.is_disjoint(&list_before));
}

/// What is decided as of a later moment than the clock's is recorded with that moment, under the key of its year.
#[actix_web::test]
async fn the_moment_of_a_record_and_the_key_of_its_subject_are_of_one_year() {
    let world = world_on_the_eve().await;
    let (_, before) = year_and_subject(&resolve(&world).await);
    let eve = Timestamp::parse(EVE).unwrap();
    world.service.clock.advance_secs(60);
    let other = world.another_supplier().await;
    world.agree(&other).await;
    world.service.clock.set(eve);
    let (year, ahead) = year_and_subject(&resolve(&world).await);
    assert_eq!(year, "2027", "it is decided as of the act of the new year");
    world.service.clock.advance_secs(60);
    let (_, after) = year_and_subject(&resolve(&world).await);
    assert_eq!(ahead, after);
    assert_ne!(ahead, before);
}

#[actix_web::test]
async fn acts_about_a_person_name_the_person_by_the_year_of_the_act() {
    let world = world_on_the_eve().await;
    let (_, before) = year_and_subject(&resolve(&world).await);
    let eck_id = pupil(INSIDE).eck_id;
    let token = world.service.token(&world.school_client, None).await;
    let body = json!({ "ground": "objection", "eckId": eck_id });
    let placed = world.post(&world.of_school("restrictions"), &token, body).await.ok();
    let body = json!({ "supplier": world.supplier.supplier, "eckId": eck_id });
    let split = world.post(&world.of_school("accounts/_split"), &token, body).await.ok();
    assert_eq!(placed["subject"], json!(before));

    world.service.clock.advance_secs(60);
    let token = world.service.token(&world.school_client, None).await;
    let path = |what: &str, id: &serde_json::Value, step: &str| {
        world.of_school(&format!("{what}/{}/{step}", id.as_str().unwrap()))
    };
    let undo = path("account-changes", &split["id"], "_undo");
    world.post(&undo, &token, json!({})).await.ok();
    for (what, id) in [("account-changes", &split["id"]), ("restrictions", &placed["id"])] {
        let one = format!("{what}/{}", id.as_str().unwrap());
        world.get(&world.of_school(&one), &token).await.ok();
    }
    let end = path("restrictions", &placed["id"], "_end");
    let ended = world.post(&end, &token, json!({})).await.ok();

    let (_, after) = year_and_subject(&resolve(&world).await);
    assert_eq!(ended["subject"], json!(after));
    let records = records(&world).await;
    let subject_of = |name: &str| {
        let found = records.iter().find(|record| record.draft.name.as_str() == name);
        year_and_subject(found.unwrap())
    };
    for name in ["restriction.place", "account.split"] {
        assert_eq!(subject_of(name), ("2026".to_owned(), before), "`{name}`");
    }
    for name in [
        "restriction.view",
        "restriction.end",
        "account_change.view",
        "account_change.undo",
    ] {
        assert_eq!(subject_of(name), ("2027".to_owned(), after), "`{name}`");
    }
}
