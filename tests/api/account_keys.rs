//! An account stays the same while the keys of a person come, go and change.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sluis_connector_port::roster::Field;
use sluis_stand_ins::administration::{Behaviour, pupil};

use crate::{
    rosters::{self, FIRST, SECOND, account, another_eck_id, snapshot, two_schools, two_schools_with, without_eck_ids},
    world::{IN_GROUP, INSIDE, World},
};

/// The last pupil of the group.
const LAST: u32 = INSIDE + 14;

/// The account of each given name of the group, as the supplier lists them, page by page.
async fn listed(world: &World, token: &str, limit: usize) -> BTreeMap<String, Value> {
    let path = world.of_school("learners/_search");
    let mut found = BTreeMap::new();
    let mut cursor = Value::Null;
    loop {
        let page = world
            .post(&path, token, json!({ "limit": limit, "cursor": cursor }))
            .await
            .ok();
        for item in page["items"].as_array().unwrap() {
            let name = item["attributes"]["givenName"].as_str().unwrap();
            let family = item["attributes"]["familyName"].as_str().unwrap();
            found.insert(format!("{name} {family}"), item["account"].clone());
        }
        cursor = page["next"].clone();
        if cursor.is_null() {
            return found;
        }
    }
}

/// A school whose system delivers the ECK iDs of this many pupils.
async fn world(eck_ids: u32) -> World {
    let world = World::bare().await;
    world.agree(&world.supplier).await;
    world.administration.behave(Behaviour::EckIdsOf(eck_ids));
    world.pull().await;
    world
}

#[actix_web::test]
async fn an_account_stays_when_the_eck_id_comes_and_when_it_goes() {
    let world = world(0).await;
    let token = world.supplier_token("D1").await;
    let before = listed(&world, &token, 200).await;
    assert_eq!(before.len(), IN_GROUP);
    // First everybody has an ECK iD, then only half the school, then everybody again.
    for behaviour in [Behaviour::Normal, Behaviour::EckIdsOf(INSIDE + 3), Behaviour::Normal] {
        world.administration.behave(behaviour);
        world.pull_again().await;
        assert_eq!(listed(&world, &token, 200).await, before, "{behaviour:?}");
        assert_eq!(listed(&world, &token, 4).await, before, "{behaviour:?}, in pages");
    }
}

#[actix_web::test]
async fn who_logs_in_by_an_eck_id_has_the_account_of_the_list_before() {
    let world = world(0).await;
    let token = world.supplier_token("D1").await;
    let before = listed(&world, &token, 200).await;
    world.administration.behave(Behaviour::Normal);
    world.pull_again().await;
    let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
    let tokens = world.exchange(&world.supplier, &code, &[]).await.ok();
    let claims = world.claims(&tokens, world.supplier.client.id).await;
    let person = pupil(INSIDE);
    let name = format!("{} {}", person.given_name, person.family_name);
    assert_eq!(before[&name], claims["sub"]);
}

#[actix_web::test]
async fn two_suppliers_and_two_persons_never_have_one_account() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let here = listed(&world, &token, 200).await;
    let other = world.another_supplier().await;
    world.agree(&other).await;
    let bound = json!({ "type": "sluis", "school": world.school, "purpose": "D1" });
    let token = world.service.token(&other.client, Some(bound)).await;
    let there = listed(&world, &token, 200).await;
    let mut all: Vec<_> = here.values().chain(there.values()).map(Value::to_string).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 2 * IN_GROUP);
}

#[actix_web::test]
async fn a_list_goes_on_when_the_last_of_a_page_has_left() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let all = listed(&world, &token, 200).await;
    let path = world.of_school("learners/_search");
    let mut limit = 1;
    // The page that ends with the pupil who leaves.
    let first = loop {
        let page = world.post(&path, &token, json!({ "limit": limit })).await.ok();
        let last = page["items"].as_array().unwrap().last().unwrap();
        if last["attributes"]["givenName"] == pupil(LAST).given_name
            && last["attributes"]["familyName"] == pupil(LAST).family_name
        {
            break page;
        }
        limit += 1;
    };
    world.administration.behave(Behaviour::Only(LAST - 1));
    world.pull_again().await;
    let rest = world
        .post(&path, &token, json!({ "limit": 200, "cursor": first["next"] }))
        .await;
    if first["next"].is_null() {
        assert_eq!(limit, all.len(), "the pupil stood at the end of the list");
        return;
    }
    let rest = rest.ok();
    assert_eq!(rest["items"].as_array().unwrap().len() + limit, all.len());
}

#[actix_web::test]
async fn an_account_of_before_keys_had_kinds_stays_when_the_eck_id_comes() {
    let world = world(0).await;
    let token = world.supplier_token("D1").await;
    let before = listed(&world, &token, 200).await;
    world.service.accounts_of_before().await;
    world.administration.behave(Behaviour::Normal);
    world.pull_again().await;
    assert_eq!(listed(&world, &token, 200).await, before);
    // From then on the ECK iD leads, and the key of the administration alone does not hide that.
    world.administration.behave(Behaviour::EckIdsOf(0));
    world.pull_again().await;
    assert_eq!(listed(&world, &token, 200).await, before);
}

#[actix_web::test]
async fn a_key_of_before_that_an_eck_id_takes_elsewhere_stops_no_answer() {
    // The first school was seen without ECK iDs, the second with them.
    let (world, second) = two_schools_with(without_eck_ids()).await;
    let placeholders: BTreeSet<_> = rosters::listed(&world, world.school).await.into_iter().collect();
    world.import(snapshot(SECOND)).await;
    let known: BTreeSet<_> = rosters::listed(&world, second).await.into_iter().collect();
    assert!(placeholders.is_disjoint(&known));
    world.service.accounts_of_before().await;
    world.import(snapshot(FIRST)).await;
    let now: BTreeSet<_> = rosters::listed(&world, world.school).await.into_iter().collect();
    assert_eq!(now, known);
}

#[actix_web::test]
async fn a_key_that_leads_to_an_account_which_the_school_never_saw_can_be_given_away() {
    let (world, second) = two_schools().await;
    let kept = account(&world, world.school, &pupil(INSIDE).eck_id).await;
    let mut there = snapshot(SECOND);
    there.pupils.drain(1..);
    there.pupils[0].eck_id = Field::Empty;
    world.import(there.clone()).await;
    let gone = rosters::listed(&world, second).await.remove(0);
    let board = world.service.token(&world.board_client, None).await;
    let merge = json!({ "supplier": world.supplier.supplier, "from": gone, "into": kept, "samePerson": true });
    world
        .post(&world.of_school("accounts/_merge"), &board, merge)
        .await
        .ok();
    // Before the supplier asks again, the second school gives the key to somebody with an ECK iD.
    let newcomer = another_eck_id();
    there.pupils[0].eck_id = newcomer.clone().into();
    world.import(there).await;
    let new = account(&world, second, newcomer.expose()).await;
    assert!(new != kept && new != gone, "{new}");
    assert_eq!(account(&world, world.school, &pupil(INSIDE).eck_id).await, kept);
}
