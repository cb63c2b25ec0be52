//! Changes of accounts at several schools of a board: each is asked about, has its records and is told of.

use serde_json::{Value, json};
use sluis::app::organise::SchoolCreate;
use sluis_connector_port::roster::{Field, StaffKey};
use sluis_core::{id::SchoolId, identifier::Brin6, ledger::Owner};
use sluis_stand_ins::administration::pupil;

use crate::{
    rosters::{
        FIRST, SECOND, account, events, listed, nameless, snapshot, snapshot_of, told, two_schools, two_schools_with,
    },
    world::{Answer, TEACHER, World, errors},
};

/// A third school of the board, which has seen nobody.
async fn third_school(world: &World) -> SchoolId {
    let school = SchoolCreate {
        board: world.board,
        name: "De Steiger".to_owned(),
        brin: Brin6::parse("99ZZ02").unwrap(),
        oin: None,
        rio: None,
        digi_delivery_id: None,
    };
    world.service.app.school_create(None, school).await.unwrap().id
}

async fn by_board(world: &World, school: SchoolId, path: &str, body: Value) -> Answer {
    let token = world.service.token(&world.board_client, None).await;
    world.post(&format!("/v1/schools/{school}/{path}"), &token, body).await
}

/// Whether each record of this name in the log of a school is about a person.
async fn records(world: &World, school: SchoolId, name: &str) -> Vec<bool> {
    let records = world.service.records(Owner::School(school)).await;
    let named = records.iter().filter(|record| record.draft.name.as_str() == name);
    named.map(|record| record.draft.subject.is_some()).collect()
}

#[actix_web::test]
async fn two_persons_of_two_schools_are_not_merged_unasked_in_whosever_name() {
    let (world, second) = two_schools().await;
    let third = third_school(&world).await;
    let mut there = snapshot(SECOND);
    there.pupils.drain(..1);
    there.pupils.truncate(1);
    world.import(there).await;
    let kept = account(&world, world.school, &pupil(1).eck_id).await;
    let gone = account(&world, second, &pupil(2).eck_id).await;
    let merge = |same_person: bool| {
        let supplier = world.supplier.supplier;
        json!({ "supplier": supplier, "from": gone, "into": kept, "samePerson": same_person })
    };
    for school in [world.school, second, third] {
        let refused = by_board(&world, school, "accounts/_merge", merge(false)).await;
        assert_eq!(
            refused.input_errors(),
            errors([("/samePerson", "two_persons")]),
            "{school}"
        );
    }
    assert!(events(&world).await.is_empty());
    // The board says that they are one, in the name of a school that has seen neither.
    let change = by_board(&world, third, "accounts/_merge", merge(true)).await.ok();
    let notices = events(&world).await;
    let mut schools: Vec<_> = notices.iter().map(|event| event["school"].to_string()).collect();
    let mut expected = vec![json!(world.school).to_string(), json!(second).to_string()];
    schools.sort();
    expected.sort();
    assert_eq!(schools, expected, "one for each school where accounts changed");
    for school in [world.school, second] {
        assert_eq!(json!(told(&world, school).await), json!([change]));
        let found = records(&world, school, "account.merge").await;
        assert!(!found.is_empty() && found.iter().all(|about| *about), "{found:?}");
    }
    assert_eq!(
        records(&world, third, "account.merge").await,
        [false],
        "it holds neither"
    );
    let token = world.service.token(&world.board_client, None).await;
    for school in [world.school, second, third] {
        let path = format!("/v1/schools/{school}/account-changes");
        assert_eq!(world.get(&path, &token).await.ok()["items"], json!([change]));
        let path = format!("{path}/{}", change["id"].as_str().unwrap());
        assert_eq!(world.get(&path, &token).await.ok(), change);
    }
    world.service.clock.advance_secs(60);
    // Undone by way of another school that it concerns.
    let undo = format!("account-changes/{}/_undo", change["id"].as_str().unwrap());
    let undone = by_board(&world, second, &undo, json!({})).await.ok();
    assert_eq!(account(&world, second, &pupil(2).eck_id).await, gone);
    assert_eq!(told(&world, second).await, [undone]);
    assert_eq!(events(&world).await.len(), 4);
    for school in [world.school, second] {
        let found = records(&world, school, "account_change.undo").await;
        assert!(!found.is_empty() && found.iter().all(|about| *about), "{found:?}");
    }
}

#[actix_web::test]
async fn a_supplier_whose_product_is_off_is_told_of_nothing() {
    let (world, _) = two_schools().await;
    let accounts = listed(&world, world.school).await;
    world.switch_off().await;
    let body = json!({
        "supplier": world.supplier.supplier, "from": accounts[0], "into": accounts[1], "samePerson": true,
    });
    let change = by_board(&world, world.school, "accounts/_merge", body).await.ok();
    world.service.clock.advance_secs(60);
    let undo = format!("account-changes/{}/_undo", change["id"].as_str().unwrap());
    by_board(&world, world.school, &undo, json!({})).await.ok();
    assert!(events(&world).await.is_empty());
}

#[actix_web::test]
async fn many_come_over_a_hundred_at_once_and_the_events_do_not_count_them() {
    let (world, second) = two_schools_with(nameless(snapshot_of(FIRST, 220))).await;
    let before = listed(&world, world.school).await;
    assert_eq!(before.len(), 220);
    // Half of the school goes over, with the keys that they had.
    let (mut left, mut there) = (nameless(snapshot_of(FIRST, 220)), nameless(snapshot_of(SECOND, 220)));
    left.pupils.drain(..105);
    there.pupils.truncate(105);
    world.import(left).await;
    world.import(there).await;
    let take = json!({ "supplier": world.supplier.supplier, "fromSchool": world.school, "sameSourceKeys": true });
    for (over, notices) in [(100, 1), (5, 2), (0, 2)] {
        let changes = by_board(&world, second, "accounts/_take-over", take.clone()).await.ok();
        assert_eq!(changes["items"].as_array().unwrap().len(), over);
        assert_eq!(
            events(&world).await.len(),
            notices,
            "one for each act, at the school that has them now"
        );
    }
    let now = listed(&world, second).await;
    assert_eq!(now.len(), 105);
    assert!(now.iter().all(|account| before.contains(account)));
    assert_eq!(told(&world, second).await.len(), 105);
}

#[actix_web::test]
async fn nobody_takes_over_an_account_that_somebody_of_the_school_has() {
    let (world, second) = two_schools().await;
    let code = world.log_in(&world.supplier, TEACHER).await.code();
    world.exchange(&world.supplier, &code, &[]).await.ok();
    let mut left = snapshot(FIRST);
    let teacher = left.staff.remove(0);
    let key = teacher.key.clone();
    world.import(left).await;
    // The teacher comes over by the ECK iD, under another key.
    let mut there = snapshot(SECOND);
    there.staff = vec![teacher];
    there.staff[0].key = StaffKey::parse("elsewhere-1").unwrap().into();
    world.import(there.clone()).await;
    let take = json!({ "supplier": world.supplier.supplier, "fromSchool": world.school, "sameSourceKeys": true });
    let came = by_board(&world, second, "accounts/_take-over", take.clone()).await.ok();
    assert_eq!(came["items"].as_array().unwrap().len(), 1);
    // Somebody new has the key by now that the teacher had at the first school.
    let mut new = there.staff[0].clone();
    (new.key, new.eck_id) = (key, Field::Empty);
    there.staff.push(new);
    world.import(there).await;
    let came = by_board(&world, second, "accounts/_take-over", take).await.ok();
    assert_eq!(came["items"], json!([]));
}
