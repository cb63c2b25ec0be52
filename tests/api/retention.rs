//! When a year is over for long enough, nobody finds a person in its records any more, and they stay sound.

use std::sync::Arc;

use serde_json::{Value, json};
use sluis::app::evidence::PublicLog;
use sluis_core::{
    ledger::{Owner, Record, SchoolExport, VerifierKey, verify_export},
    time::{Timestamp, Year},
};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::{
    databases::Schema,
    service::{Service, clock},
};

use crate::world::{Answer, INSIDE, World};

const RETENTION: (&str, &str) = ("EVIDENCE__SUBJECT_RETENTION_YEARS", "1");

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

async fn resolve(world: &World, service: &Service) -> Value {
    let bound = json!({ "type": "sluis", "school": world.school, "purpose": "D1" });
    let token = service.token(&world.supplier.client, Some(bound)).await;
    let body = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    let request = service.post("/v1/accounts/_resolve").bearer_auth(token);
    Answer::of(request.json(&body)).await.ok()
}

/// The moments and the years of what a school finds of the pupil.
async fn found(world: &World, service: &Service) -> (Vec<String>, Value) {
    let token = service.token(&world.school_client, None).await;
    let request = service.post(&world.of_school("records/_search")).bearer_auth(token);
    let body = json!({ "eckId": pupil(INSIDE).eck_id, "limit": 200 });
    let answer = Answer::of(request.json(&body)).await.ok();
    let items = answer["items"].as_array().unwrap().iter();
    let moments = items.map(|item| item["at"].as_str().unwrap().to_owned());
    (moments.collect(), answer["years"].clone())
}

async fn records(world: &World) -> Vec<Record> {
    world.service.records(Owner::School(world.school)).await
}

async fn destroyed(world: &World) -> Vec<u16> {
    let records = records(world).await.into_iter();
    let of_years = records.filter(|record| record.draft.name.as_str() == "subject_key.destroy");
    of_years.filter_map(|record| record.draft.subject_year).collect()
}

async fn assert_sound(world: &World) {
    let report = world.service.app.ledger_verify().await.unwrap();
    assert!(report.is_sound(), "{:?}", report.findings);
    let token = world.service.token(&world.school_client, None).await;
    let path = world.of_school("records/_export");
    let export = world.post(&path, &token, json!({ "known": [] })).await.ok();
    let export: SchoolExport = serde_json::from_value(export).unwrap();
    let key = VerifierKey::parse(&world.service.app.verifier_key()).unwrap();
    assert!(verify_export(&export, &key, None).is_sound());
}

#[actix_web::test]
async fn when_a_year_has_been_kept_long_enough_nobody_is_found_in_it_and_the_log_stays_sound() {
    let world = World::start_with([RETENTION]).await;
    let (service, app) = (&world.service, &world.service.app);
    resolve(&world, service).await;
    let before = records(&world).await.pop().unwrap();
    assert_sound(&world).await;

    service.clock.set(at("2027-12-31T23:59:59Z"));
    app.subject_keys_tidy().await.unwrap();
    assert_eq!(destroyed(&world).await, [0; 0]);
    let (moments, years) = found(&world, service).await;
    assert_eq!(moments, [before.draft.end_time.to_string()]);
    assert_eq!(
        years,
        json!([2026, 2027]),
        "what is searched now is on record by the key of now"
    );

    service.clock.set(at("2028-01-01T00:00:00Z"));
    app.subject_keys_tidy().await.unwrap();
    app.subject_keys_tidy().await.unwrap();
    assert_eq!(destroyed(&world).await, [2026], "once");
    let (moments, years) = found(&world, service).await;
    assert_eq!(moments.len(), 1, "the search of 2027 alone: {moments:?}");
    assert_eq!(years, json!([2027, 2028]));
    assert_sound(&world).await;
    assert!(records(&world).await.contains(&before), "no record was touched");

    // The service goes on, and knows the person by the key of the new year.
    resolve(&world, service).await;
    let (_, years) = found(&world, service).await;
    assert_eq!(years, json!([2027, 2028]));
}

#[actix_web::test]
async fn of_several_replicas_one_destroys_and_none_goes_on_by_what_it_remembers() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key").display().to_string();
    let shared = [
        RETENTION,
        ("STORAGE__POSTGRES", schema.address.as_str()),
        ("KEYS__MASTER_KEY_FILE", key.as_str()),
    ];
    let world = World::start_with(shared).await;
    // All draw from one seed: by clocks apart their ids are.
    let replica = |ahead| {
        let settings = shared.into_iter().chain([("KENNISNET__ECK_ID_SEGMENTS", "['pilot']")]);
        let clock = clock();
        clock.advance_secs(ahead);
        Service::start_at(Arc::new(clock), settings)
    };
    let (other, behind) = (replica(1).await, replica(2).await);
    for service in [&world.service, &other, &behind] {
        resolve(&world, service).await;
    }
    assert_eq!(found(&world, &behind).await.0.len(), 3);
    world.service.clock.set(at("2028-01-01T00:00:00Z"));
    other.clock.set(at("2028-01-01T00:00:01Z"));
    let (one, two) = futures::join!(world.service.app.subject_keys_tidy(), other.app.subject_keys_tidy());
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(destroyed(&world).await, [2026], "once");
    for service in [&world.service, &other] {
        let (moments, _) = found(&world, service).await;
        let of_2026 = moments.iter().filter(|at| at.starts_with("2026"));
        assert_eq!(of_2026.count(), 0, "{moments:?}");
    }

    // Its clock stands in the year whose key it still remembers.
    resolve(&world, &behind).await;
    let mut drafts = records(&world).await.into_iter().map(|record| record.draft);
    let draft = drafts.rfind(|draft| draft.name.as_str() == "account.resolve");
    let draft = draft.unwrap();
    assert_eq!(Year::of(draft.end_time).number(), 2_028);
    let (moments, _) = found(&world, &world.service).await;
    assert!(moments.contains(&draft.end_time.to_string()));
    // An act goes by its own clock, and so it is refused.
    let token = behind.token(&world.school_client, None).await;
    let body = json!({ "ground": "objection", "eckId": pupil(INSIDE).eck_id });
    let request = behind.post(&world.of_school("restrictions")).bearer_auth(token);
    Answer::of(request.json(&body)).await.problem(409, "already_done");
}

#[actix_web::test]
async fn by_one_clock_that_is_years_ahead_nothing_is_destroyed() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key").display().to_string();
    let shared = [
        RETENTION,
        ("STORAGE__POSTGRES", schema.address.as_str()),
        ("KEYS__MASTER_KEY_FILE", key.as_str()),
    ];
    let world = World::start_with(shared).await;
    resolve(&world, &world.service).await;
    let (right, ahead) = (Arc::clone(&world.service.clock), Arc::new(clock()));
    ahead.set(at("2036-11-23T09:00:00Z"));
    let replica = Service::start_beside(Arc::clone(&ahead), Arc::clone(&right), shared).await;
    replica.app.subject_keys_tidy().await.unwrap();
    let beside_its_database = Service::start_beside(right, Arc::clone(&ahead), shared).await;
    beside_its_database.app.subject_keys_tidy().await.unwrap();
    assert_eq!(destroyed(&world).await, [0; 0]);
    assert_eq!(found(&world, &world.service).await.0.len(), 1);

    // When it is so by both, it is done.
    let both = Service::start_beside(Arc::clone(&ahead), ahead, shared).await;
    both.app.subject_keys_tidy().await.unwrap();
    assert_eq!(destroyed(&world).await, [2026]);
}
