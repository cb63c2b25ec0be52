//! A school searches its records about one person.

use std::{collections::BTreeSet, pin::pin, time::Duration};

use futures::{
    future::{Either, select},
    join,
};
use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_connector_port::roster::{Field, Snapshot};
use sluis_core::{
    ledger::Owner,
    time::{FixedClock, Timestamp},
};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::databases::Schema;
use tokio::time::sleep;

use crate::{
    rosters::{FIRST, another_eck_id, listed, pupil_of, snapshot, without_eck_ids},
    world::{Answer, INSIDE, LOCATED, World, elsewhere},
};

async fn ask(world: &World, body: Value) -> Answer {
    let token = world.service.token(&world.school_client, None).await;
    world.post(&world.of_school("records/_search"), &token, body).await
}

/// All pages of what is found, and the years that were searched.
async fn found(world: &World, mut body: Value) -> (Vec<Value>, Value) {
    let mut items = Vec::new();
    loop {
        let page = ask(world, body.clone()).await.ok();
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        assert!(items.len() < 100, "each search adds less than it shows");
        if page["next"].is_null() {
            return (items, page["years"].clone());
        }
        body["cursor"] = page["next"].clone();
    }
}

async fn resolve(world: &World, number: u32) {
    let token = world.supplier_token("D1").await;
    let body = json!({ "school": world.school, "eckId": pupil(number).eck_id });
    world.post("/v1/accounts/_resolve", &token, body).await.ok();
}

async fn list(world: &World) {
    let token = world.supplier_token("D1").await;
    let path = world.of_school("learners/_search");
    world.post(&path, &token, json!({})).await.ok();
}

fn names(items: &[Value]) -> Vec<&str> {
    let names = items.iter().map(|item| item["name"].as_str().unwrap());
    names.filter(|name| *name != "record.search").collect()
}

#[actix_web::test]
async fn every_record_and_page_about_a_person_is_found_over_the_years_and_nobody_elses() {
    let eve = Timestamp::parse("2026-12-31T23:59:30Z").unwrap();
    let world = World::start_at(FixedClock::new(eve), []).await;
    let token = world.service.token(&world.school_client, None).await;
    resolve(&world, INSIDE).await;
    resolve(&world, INSIDE + 1).await;
    list(&world).await;
    let body = json!({ "ground": "objection", "eckId": pupil(INSIDE).eck_id });
    let placed = world.post(&world.of_school("restrictions"), &token, body).await.ok();
    let end = format!("restrictions/{}/_end", placed["id"].as_str().unwrap());
    world.post(&world.of_school(&end), &token, json!({})).await.ok();
    world.service.clock.advance_secs(60);
    list(&world).await;
    resolve(&world, INSIDE).await;
    resolve(&world, INSIDE + 1).await;

    let by_eck_id = json!({ "eckId": pupil(INSIDE).eck_id });
    let (whole, years) = found(&world, by_eck_id.clone()).await;
    assert_eq!(years, json!([2026, 2027]));
    let expected = [
        "account.resolve",
        "learner.search",
        "restriction.place",
        "restriction.end",
        "learner.search",
        "account.resolve",
    ];
    // Within one millisecond ids are in no order.
    let (told, expected) = (names(&whole), expected.to_vec());
    let sorted = |mut names: Vec<&str>| {
        names.sort_unstable();
        names.join(" ")
    };
    assert_eq!(sorted(told), sorted(expected.clone()));
    let moments: Vec<_> = whole.iter().map(|item| item["at"].as_str().unwrap()).collect();
    assert!(moments.is_sorted());
    for item in &whole {
        let in_page = item["name"] == "learner.search";
        assert_eq!(item["line"]["outcome"] == "permit", in_page, "{item}");
        assert_eq!(item["line"].is_object(), in_page);
        assert_eq!(item["subject"].is_string(), !in_page);
    }
    let of_page = whole.iter().find(|item| item["line"].is_object()).unwrap();
    assert!(!of_page["line"]["categories"].as_array().unwrap().is_empty());

    let mut by_source_key = json!({ "sourceKey": pupil(INSIDE).key, "limit": 2 });
    let (in_pages, _) = found(&world, by_source_key.clone()).await;
    assert_eq!(sorted(names(&in_pages)), sorted(expected));
    let ids: BTreeSet<_> = in_pages.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), in_pages.len(), "nothing is shown twice");
    assert!(whole.iter().all(|item| ids.contains(item["id"].as_str().unwrap())));

    by_source_key["kind"] = json!("staff");
    let answer = ask(&world, by_source_key).await;
    let wrong = [("/sourceKey".to_owned(), "person_unknown".to_owned())];
    assert_eq!(answer.input_errors(), wrong.into());
    let told = json!(whole).to_string();
    assert!(!told.contains(&pupil(INSIDE).eck_id) && !told.contains(pupil(INSIDE).given_name));
}

#[actix_web::test]
async fn searching_is_itself_on_record_about_the_person() {
    let world = World::start().await;
    let body = json!({ "eckId": pupil(INSIDE).eck_id });
    let (first, _) = found(&world, body.clone()).await;
    assert_eq!(first, [json!(null); 0]);
    let records = world.service.records(Owner::School(world.school)).await;
    let draft = &records.last().unwrap().draft;
    assert_eq!(draft.name.as_str(), "record.search");
    assert_eq!(draft.asker, Some(world.school_client.id));
    let (second, _) = found(&world, body).await;
    assert_eq!(second.len(), 1);
    assert_eq!(second[0]["subject"], json!(draft.subject.unwrap()));
}

#[actix_web::test]
async fn who_is_in_no_roster_any_more_is_found_by_the_eck_id() {
    let world = World::bare().await;
    world.agree(&world.supplier).await;
    let mut school = snapshot(FIRST);
    world.import(school.clone()).await;
    resolve(&world, INSIDE).await;
    let gone = pupil_of(&mut school, INSIDE).key.clone();
    school.pupils.retain(|pupil| pupil.key != gone);
    world.import(school).await;
    let (items, _) = found(&world, json!({ "eckId": pupil(INSIDE).eck_id })).await;
    assert_eq!(names(&items), ["account.resolve"]);
    let (items, _) = found(&world, json!({ "sourceKey": pupil(INSIDE).key })).await;
    assert_eq!(names(&items), ["account.resolve"]);
}

/// The names of what is found of the pupil, by the ECK iD and by the key of the administration.
async fn by_either(world: &World) -> [BTreeSet<String>; 2] {
    let told = async |body| {
        let (items, _) = found(world, body).await;
        names(&items).into_iter().map(str::to_owned).collect()
    };
    let person = pupil(INSIDE);
    [
        told(json!({ "eckId": person.eck_id })).await,
        told(json!({ "sourceKey": person.key })).await,
    ]
}

fn without(mut school: Snapshot, number: u32) -> Snapshot {
    let gone = pupil_of(&mut school, number).key.clone();
    school.pupils.retain(|pupil| pupil.key != gone);
    school
}

#[actix_web::test]
async fn who_came_without_an_eck_id_got_one_left_and_came_back_is_found_by_all_ids() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.import(without_eck_ids()).await;
    listed(&world, world.school).await;
    world.import(without(without_eck_ids(), INSIDE)).await;
    assert_eq!(
        by_either(&world).await,
        [BTreeSet::new(), ["learner.search".to_owned()].into()]
    );
    for school in [without_eck_ids(), snapshot(FIRST)] {
        world.import(school).await;
    }
    resolve(&world, INSIDE).await;
    let both = || BTreeSet::from(["account.resolve".to_owned(), "learner.search".to_owned()]);
    assert_eq!(by_either(&world).await, [both(), both()]);
    world.import(without(snapshot(FIRST), INSIDE)).await;
    assert_eq!(by_either(&world).await, [both(), both()], "who has left");
    world.import(snapshot(FIRST)).await;
    assert_eq!(by_either(&world).await, [both(), both()], "who came back");
}

#[actix_web::test]
async fn whose_key_went_to_somebody_else_is_found_by_the_eck_id_alone() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.import(snapshot(FIRST)).await;
    resolve(&world, INSIDE).await;
    world.import(without(snapshot(FIRST), INSIDE)).await;
    let mut school = snapshot(FIRST);
    pupil_of(&mut school, INSIDE).eck_id = another_eck_id().into();
    world.import(school).await;
    let none = BTreeSet::new();
    let resolved = || BTreeSet::from(["account.resolve".to_owned()]);
    assert_eq!(
        by_either(&world).await,
        [resolved(), none],
        "the key is another pupil's"
    );
    world.import(without(snapshot(FIRST), INSIDE)).await;
    let (items, _) = found(&world, json!({ "eckId": pupil(INSIDE).eck_id })).await;
    assert!(names(&items).contains(&"account.resolve"));
    let answer = ask(&world, json!({ "sourceKey": pupil(INSIDE).key })).await;
    let wrong = [("/sourceKey".to_owned(), "person_unknown".to_owned())];
    assert_eq!(answer.input_errors(), wrong.into(), "it is nobody's for certain");
}

#[actix_web::test]
async fn whose_key_went_to_somebody_without_an_eck_id_is_found_by_the_eck_id_alone() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.import(snapshot(FIRST)).await;
    resolve(&world, INSIDE).await;
    world.import(without(snapshot(FIRST), INSIDE)).await;
    let mut school = snapshot(FIRST);
    pupil_of(&mut school, INSIDE).eck_id = Field::Empty;
    world.import(school).await;
    listed(&world, world.school).await;
    let of_either = [
        ["account.resolve".to_owned()].into(),
        ["learner.search".to_owned()].into(),
    ];
    assert_eq!(by_either(&world).await, of_either, "the key may be another pupil's");
    let mut school = snapshot(FIRST);
    pupil_of(&mut school, INSIDE).eck_id = another_eck_id().into();
    world.import(school).await;
    assert_eq!(by_either(&world).await, of_either, "and now it is");
}

#[actix_web::test]
async fn who_lost_the_eck_id_and_stayed_is_found_by_either_key() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.import(snapshot(FIRST)).await;
    resolve(&world, INSIDE).await;
    let mut school = snapshot(FIRST);
    pupil_of(&mut school, INSIDE).eck_id = Field::Empty;
    world.import(school).await;
    listed(&world, world.school).await;
    let both = || BTreeSet::from(["account.resolve".to_owned(), "learner.search".to_owned()]);
    assert_eq!(by_either(&world).await, [both(), both()]);
}

#[actix_web::test]
async fn what_somebody_was_known_by_goes_with_the_key_of_the_year() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.import(snapshot(FIRST)).await;
    resolve(&world, INSIDE).await;
    world.import(without(snapshot(FIRST), INSIDE)).await;
    for (moment, known) in [("2033-12-31T23:59:59Z", true), ("2034-01-01T00:00:00Z", false)] {
        world.service.clock.set(Timestamp::parse(moment).unwrap());
        world.service.app.subject_keys_tidy().await.unwrap();
        let answer = ask(&world, json!({ "sourceKey": pupil(INSIDE).key })).await;
        assert_eq!(answer.status, if known { 200 } else { 400 }, "{moment} {}", answer.body);
    }
}

#[actix_web::test]
async fn whoever_is_named_by_either_key_is_found_by_what_they_logged_in_with_and_were_listed_by() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    let code = world.log_in(&world.supplier, LOCATED).await.code();
    world.exchange(&world.supplier, &code, &[]).await.ok();
    world.import(without_eck_ids()).await;
    listed(&world, world.school).await;
    world.import(snapshot(FIRST)).await;
    resolve(&world, INSIDE).await;
    let expected = ["account.resolve", "learner.search", "login.release", "login.return"];
    for named in [
        json!({ "eckId": pupil(INSIDE).eck_id }),
        json!({ "sourceKey": pupil(INSIDE).key }),
    ] {
        let (items, _) = found(&world, named.clone()).await;
        let told: BTreeSet<_> = names(&items).into_iter().collect();
        assert!(expected.iter().all(|name| told.contains(name)), "{named} {told:?}");
    }
}

#[actix_web::test]
async fn what_comes_after_a_search_began_is_on_none_of_its_pages() {
    let world = World::start().await;
    for _ in 0..3 {
        resolve(&world, INSIDE).await;
    }
    let mut body = json!({ "eckId": pupil(INSIDE).eck_id, "limit": 1 });
    let (items, _) = found(&world, body.clone()).await;
    assert_eq!(items.len(), 3);
    let (later, _) = found(&world, body.clone()).await;
    assert_eq!(later.len(), 6, "the search before had three pages, which are on record");

    let first = ask(&world, body.clone()).await.ok();
    body["cursor"] = first["next"].clone();
    resolve(&world, INSIDE).await;
    let (rest, _) = found(&world, body).await;
    let ids: BTreeSet<_> = rest.iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(
        ids.len(),
        11,
        "of the twelve that were there, all but the one on the first page"
    );
}

/// An act that waits for something holds up all others, on all replicas.
#[actix_web::test]
async fn a_look_waits_for_no_act() {
    let Some(schema) = Schema::create().await else {
        return;
    };
    let world = World::start_with([("STORAGE__POSTGRES", schema.address.as_str())]).await;
    let token = world.service.token(&world.school_client, None).await;
    let body = json!({ "ground": "restriction", "eckId": pupil(INSIDE).eck_id });
    let placed = world.post(&world.of_school("restrictions"), &token, body).await.ok();
    let restriction = format!("restrictions/{}", placed["id"].as_str().unwrap());
    let looks = async || {
        ask(&world, json!({ "eckId": pupil(INSIDE).eck_id })).await.ok();
        for path in ["restrictions", &restriction, "account-changes"] {
            world.get(&world.of_school(path), &token).await.ok();
        }
        let body = json!({ "supplier": world.supplier.supplier, "eckId": pupil(INSIDE).eck_id });
        world
            .post(&world.of_school("accounts/_search"), &token, body)
            .await
            .ok();
    };
    looks().await;
    let board_is_locked = schema.execute("BEGIN; SELECT id FROM boards FOR UPDATE; SELECT pg_sleep(4); COMMIT");
    let act = pin!(async {
        sleep(Duration::from_millis(500)).await;
        world.another_location().await
    });
    let looked = pin!(async {
        sleep(Duration::from_millis(1_000)).await;
        looks().await;
    });
    let (first, ()) = join!(select(act, looked), board_is_locked);
    assert!(matches!(first, Either::Right(_)), "the act was first");
}

#[actix_web::test]
async fn a_search_of_nobody_by_a_made_up_cursor_or_by_another_school_is_refused() {
    let world = World::start().await;
    let eck_id = pupil(INSIDE).eck_id;
    for (body, place, code) in [
        (json!({}), "/eckId", "one_needed"),
        (
            json!({ "eckId": eck_id, "sourceKey": "1" }),
            "/sourceKey",
            "one_too_many",
        ),
        (
            json!({ "eckId": eck_id, "cursor": "AZkKPnwAcACAAAAAAAAAAQ" }),
            "/cursor",
            "invalid_value",
        ),
        (json!({ "eckId": eck_id, "limit": 201 }), "/limit", "out_of_range"),
    ] {
        let wrong = [(place.to_owned(), code.to_owned())];
        assert_eq!(ask(&world, body).await.input_errors(), wrong.into());
    }
    let stranger = elsewhere(&world.service).await;
    let foreign = world.service.token(&stranger, None).await;
    let path = world.of_school("records/_search");
    let answer = world.post(&path, &foreign, json!({ "eckId": eck_id })).await;
    answer.problem(404, "school_not_found");
}
