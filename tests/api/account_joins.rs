//! Two accounts that turn out to be one person's when the ECK iD comes: joined on record, told, and undone like what a school
//! decides.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_connector_port::roster::Field;
use sluis_core::{
    id::SchoolId,
    ledger::{Owner, RecordKind},
};
use sluis_stand_ins::administration::pupil;

use crate::{
    rosters::{FIRST, SECOND, account, events, listed, pupil_of, snapshot, told, two_schools_with, without_eck_ids},
    world::{INSIDE, LOCATED, World},
};

/// A pupil who was listed before there was an ECK iD, and has an account at another school by the ECK iD: that one, and
/// the other accounts of the list.
pub(crate) async fn known_elsewhere() -> (World, SchoolId, Value, BTreeSet<String>) {
    let (world, second) = two_schools_with(without_eck_ids()).await;
    let placeholders = listed(&world, world.school).await.into_iter().collect();
    world.import(snapshot(SECOND)).await;
    let known = account(&world, second, &pupil(INSIDE).eck_id).await;
    world.service.clock.advance_secs(60);
    (world, second, known, placeholders)
}

#[actix_web::test]
async fn an_account_from_before_the_eck_id_is_joined_on_record_and_the_supplier_learns() {
    let (world, second, known, placeholders) = known_elsewhere().await;
    assert_eq!(events(&world).await, Vec::<Value>::new());
    world.import(snapshot(FIRST)).await;
    let eck_id = pupil(INSIDE).eck_id;
    assert_eq!(account(&world, world.school, &eck_id).await, known);
    let notices = events(&world).await;
    assert_eq!(notices.len(), 1);
    assert_eq!(
        (&notices[0]["kind"], &notices[0]["school"]),
        (&json!("accounts_changed"), &json!(world.school))
    );
    let changes = told(&world, world.school).await;
    let change = &changes[0];
    assert_eq!(changes.len(), 1);
    assert_eq!((&change["kind"], &change["into"]), (&json!("join"), &known));
    assert!(placeholders.contains(change["from"].as_str().unwrap()), "{change}");
    assert!(told(&world, second).await.is_empty(), "nothing changed there");
    // The school finds it in its list and in its log: about the pupil, and by nobody.
    let token = world.service.token(&world.school_client, None).await;
    let listed = world.get(&world.of_school("account-changes"), &token).await.ok();
    assert_eq!(listed["items"], json!(changes));
    let records = world.service.records(Owner::School(world.school)).await;
    let drafts = records.iter().map(|record| &record.draft);
    let joins: Vec<_> = drafts.filter(|draft| draft.name.as_str() == "account.join").collect();
    assert_eq!(joins.len(), 1);
    assert!(joins[0].asker.is_none() && joins[0].subject.is_some());
    assert_eq!((joins[0].kind, joins[0].channel.as_str()), (RecordKind::Act, "service"));
    assert_eq!(json!(joins[0].resource.as_ref().unwrap().id), change["id"]);
    let elsewhere = world.service.records(Owner::School(second)).await;
    assert!(
        elsewhere
            .iter()
            .all(|record| record.draft.name.as_str() != "account.join")
    );
}

#[actix_web::test]
async fn a_join_that_a_school_undoes_is_not_made_again() {
    let (world, second, known, _) = known_elsewhere().await;
    world.import(snapshot(FIRST)).await;
    let eck_id = pupil(INSIDE).eck_id;
    account(&world, world.school, &eck_id).await;
    let change = told(&world, world.school).await[0].clone();
    world.service.clock.advance_secs(60);
    // The school itself, though another one has seen the account by the ECK iD: its answers do not change.
    let token = world.service.token(&world.school_client, None).await;
    let undo = world.of_school(&format!("account-changes/{}/_undo", change["id"].as_str().unwrap()));
    let undone = world.post(&undo, &token, json!({})).await.ok();
    assert!(undone["undoneAt"].is_string());
    for school in [world.school, second] {
        assert_eq!(account(&world, school, &eck_id).await, known, "the ECK iD leads");
    }
    assert_eq!(told(&world, world.school).await, [undone]);
    let kinds: Vec<_> = events(&world).await.iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, [json!("accounts_changed"), json!("accounts_change_undone")]);
    world.post(&undo, &token, json!({})).await.problem(409, "already_ended");
    // The key of the administration leads where it led before.
    let mut file = snapshot(FIRST);
    pupil_of(&mut file, INSIDE).eck_id = Field::Empty;
    world.import(file).await;
    let now = listed(&world, world.school).await;
    assert!(now.iter().any(|account| change["from"] == account.as_str()), "{change}");
    assert!(now.iter().all(|account| known != account.as_str()));
}

#[actix_web::test]
async fn who_logged_in_before_the_roster_had_the_eck_id_keeps_that_account_and_the_other_is_joined() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    let code = world.log_in(&world.supplier, LOCATED).await.code();
    let tokens = world.exchange(&world.supplier, &code, &[]).await.ok();
    let by_login = world.claims(&tokens, world.supplier.client.id).await["sub"].clone();
    world.import(without_eck_ids()).await;
    let before: BTreeSet<_> = listed(&world, world.school).await.into_iter().collect();
    assert!(!before.contains(by_login.as_str().unwrap()));
    world.import(snapshot(FIRST)).await;
    let after: BTreeSet<_> = listed(&world, world.school).await.into_iter().collect();
    let gone: Vec<_> = before.difference(&after).collect();
    let new: Vec<_> = after.difference(&before).collect();
    assert_eq!((gone.len(), new.len()), (1, 1));
    assert_eq!(by_login, new[0].as_str());
    let changes = told(&world, world.school).await;
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (&changes[0]["kind"], &changes[0]["from"], &changes[0]["into"]),
        (&json!("join"), &json!(gone[0]), &by_login)
    );
}
