//! A school says whose an account is where keys cannot tell: at once, on record, and so that it can be undone.

use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::{
    activation::ActivationScope,
    agree::AgreementOffer,
    caller::Role,
    organise::{BoardCreate, SchoolCreate},
};
use sluis_core::{
    identifier::Brin6,
    time::{Clock, Window},
};
use sluis_stand_ins::administration::{Behaviour, pupil};
use sluis_test_kit::service::nobody;

use crate::{
    rosters::{FIRST, SECOND, snapshot},
    world::{Answer, INSIDE, TEACHER, World, annex, caller, elsewhere, errors},
};

/// A school of which everybody is in scope, and whose supplier has seen everybody.
pub(crate) async fn world(behaviour: Behaviour) -> (World, String) {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.administration.behave(behaviour);
    world.pull().await;
    let token = world.supplier_token("D1").await;
    learners(&world, &token).await;
    later(&world);
    (world, token)
}

/// What happens next happens at another moment.
pub(crate) fn later(world: &World) {
    world.service.clock.advance_secs(60);
}

async fn learners(world: &World, token: &str) -> Vec<Value> {
    let path = world.of_school("learners/_search");
    let found = world.post(&path, token, json!({ "limit": 200 })).await.ok();
    found["items"].as_array().unwrap().clone()
}

/// The account of a pupil in the list of the supplier.
pub(crate) async fn account(world: &World, token: &str, number: u32) -> Value {
    let pupil = pupil(number);
    let listed = learners(world, token).await;
    let found = listed.iter().find(|learner| {
        let attributes = &learner["attributes"];
        attributes["givenName"] == pupil.given_name && attributes["familyName"] == pupil.family_name
    });
    found.unwrap()["account"].clone()
}

pub(crate) async fn by_school(world: &World, path: &str, body: Value) -> Answer {
    let token = world.service.token(&world.school_client, None).await;
    world.post(&world.of_school(path), &token, body).await
}

pub(crate) async fn merge(world: &World, from: &Value, into: &Value, same_person: bool) -> Answer {
    let body = json!({ "supplier": world.supplier.supplier, "from": from, "into": into, "samePerson": same_person });
    by_school(world, "accounts/_merge", body).await
}

async fn split(world: &World, number: u32) -> Answer {
    let body = json!({ "supplier": world.supplier.supplier, "sourceKey": pupil(number).key });
    by_school(world, "accounts/_split", body).await
}

pub(crate) async fn undo(world: &World, change: &Value) -> Answer {
    let path = format!("account-changes/{}/_undo", change["id"].as_str().unwrap());
    by_school(world, &path, json!({})).await
}

pub(crate) async fn events(world: &World, after: u64) -> Vec<Value> {
    let token = world.service.token(&world.supplier.client, None).await;
    let found = world.get(&format!("/v1/events?after={after}"), &token).await.ok();
    about_accounts(&found)
}

/// The events that are about accounts.
pub(crate) fn about_accounts(found: &Value) -> Vec<Value> {
    let events = found["items"].as_array().unwrap().iter();
    let about = events.filter(|event| event["kind"].as_str().unwrap().starts_with("accounts_"));
    about.cloned().collect()
}

pub(crate) async fn told(world: &World, token: &str) -> Value {
    let path = world.of_school("account-changes/_search");
    world.post(&path, token, json!({})).await.ok()["items"].clone()
}

/// The names of the records of the school, the oldest first.
async fn names_of_records(world: &World) -> Vec<String> {
    let token = world.service.token(&world.school_client, None).await;
    let records = world.get(&world.of_school("records?limit=200"), &token).await.ok();
    let records = records["items"].as_array().unwrap().iter();
    records
        .map(|record| record["name"].as_str().unwrap().to_owned())
        .collect()
}

#[actix_web::test]
async fn two_accounts_of_one_person_become_one_and_undoing_it_restores_both() {
    let (world, token) = world(Behaviour::Normal).await;
    let [kept, gone] = [account(&world, &token, 1).await, account(&world, &token, 2).await];
    assert_ne!(kept, gone);
    // The roster holds two persons: the school must say that they are one.
    let refused = merge(&world, &gone, &kept, false).await;
    assert_eq!(refused.input_errors(), errors([("/samePerson", "two_persons")]));
    let change = merge(&world, &gone, &kept, true).await.ok();
    assert_eq!((&change["from"], &change["into"]), (&gone, &kept));
    assert_eq!(
        account(&world, &token, 2).await,
        kept,
        "with the answer, by the same token"
    );
    let code = world.log_in(&world.supplier, "1").await.code();
    let tokens = world.exchange(&world.supplier, &code, &[]).await.ok();
    assert_eq!(world.claims(&tokens, world.supplier.client.id).await["sub"], kept);
    let notices = events(&world, 0).await;
    assert_eq!(notices.len(), 1);
    assert_eq!(
        (&notices[0]["sequence"], &notices[0]["kind"], &notices[0]["resource"]),
        (&json!(2), &json!("accounts_changed"), &json!(world.school))
    );
    assert_eq!(told(&world, &token).await, json!([change]));
    assert!(names_of_records(&world).await.contains(&"account.merge".to_owned()));

    merge(&world, &gone, &kept, true).await.problem(409, "already_done");
    later(&world);
    let undone = undo(&world, &change).await.ok();
    assert!(undone["undoneAt"].is_string());
    assert_eq!(account(&world, &token, 1).await, kept);
    assert_eq!(account(&world, &token, 2).await, gone);
    assert_eq!(events(&world, 2).await[0]["kind"], "accounts_change_undone");
    assert_eq!(told(&world, &token).await, json!([undone]));
    undo(&world, &change).await.problem(409, "already_ended");
}

#[actix_web::test]
async fn a_key_that_went_to_another_pupil_without_eck_ids_is_mended_by_a_split() {
    let (world, token) = world(Behaviour::EckIdsOf(0)).await;
    let shared = account(&world, &token, 1).await;
    let change = split(&world, 1).await.ok();
    let own = account(&world, &token, 1).await;
    assert_eq!((&change["from"], &change["into"]), (&shared, &own));
    assert_ne!(own, shared);
    // The ECK iD that comes later belongs to the new account.
    later(&world);
    world.administration.behave(Behaviour::Normal);
    world.pull_again().await;
    assert_eq!(account(&world, &token, 1).await, own);
    // By now something was built on it.
    undo(&world, &change).await.problem(409, "not_ready");
    assert_eq!(account(&world, &token, 1).await, own, "nothing changed");
}

#[actix_web::test]
async fn a_split_is_undone_while_nothing_was_built_on_it() {
    let (world, token) = world(Behaviour::Normal).await;
    let before = account(&world, &token, 1).await;
    let change = split(&world, 1).await.ok();
    assert_ne!(account(&world, &token, 1).await, before);
    later(&world);
    undo(&world, &change).await.ok();
    assert_eq!(account(&world, &token, 1).await, before);
}

#[actix_web::test]
async fn a_school_looks_up_an_account_with_its_keys_and_their_dates() {
    let (world, token) = world(Behaviour::EckIdsOf(0)).await;
    let before = account(&world, &token, INSIDE).await;
    world.administration.behave(Behaviour::Normal);
    world.pull_again().await;
    learners(&world, &token).await;
    later(&world);
    split(&world, INSIDE).await.ok();
    let body = json!({ "supplier": world.supplier.supplier, "eckId": pupil(INSIDE).eck_id });
    let found = by_school(&world, "accounts/_search", body.clone()).await.ok();
    let now = account(&world, &token, INSIDE).await;
    assert_eq!(found["account"], now);
    let keys = found["keys"].as_array().unwrap();
    let of = |account: &Value| {
        let theirs = keys.iter().filter(|key| &key["account"] == account);
        let mut kinds: Vec<_> = theirs
            .map(|key| (key["kind"].clone(), key["validUntil"].is_string()))
            .collect();
        kinds.sort_by_key(|(kind, ended)| (kind.to_string(), *ended));
        kinds
    };
    assert_eq!(of(&now), [(json!("eckId"), false), (json!("sourceKey"), false)]);
    assert_eq!(of(&before), [(json!("eckId"), true), (json!("sourceKey"), true)]);
    assert!(names_of_records(&world).await.contains(&"account.search".to_owned()));
    // Before the supplier saw anybody there is no account, and looking opens none.
    let other = world.another_supplier().await;
    let body = json!({ "supplier": other.supplier, "eckId": pupil(INSIDE).eck_id });
    for _ in 0..2 {
        let found = by_school(&world, "accounts/_search", body.clone()).await.ok();
        assert_eq!(found, json!({ "keys": [] }));
    }
}

#[actix_web::test]
async fn what_is_no_account_of_the_school_is_left_alone() {
    let (world, token) = world(Behaviour::Normal).await;
    let [mine, next] = [account(&world, &token, 1).await, account(&world, &token, 2).await];
    let stranger = json!(nobody());
    let expected = |pointer: &str| errors([(pointer, "account_unknown")]);
    assert_eq!(
        merge(&world, &stranger, &mine, false).await.input_errors(),
        expected("/from")
    );
    assert_eq!(
        merge(&world, &mine, &stranger, false).await.input_errors(),
        expected("/into")
    );
    assert_eq!(
        merge(&world, &mine, &mine, false).await.input_errors(),
        errors([("/into", "same_account")])
    );
    // Another supplier has accounts of its own.
    let other = world.another_supplier().await;
    let body = json!({ "supplier": other.supplier, "from": mine, "into": next });
    let refused = by_school(&world, "accounts/_merge", body).await;
    assert_eq!(
        refused.input_errors(),
        errors([("/from", "account_unknown"), ("/into", "account_unknown")])
    );
    let body = json!({ "supplier": nobody(), "from": mine, "into": next });
    by_school(&world, "accounts/_merge", body)
        .await
        .problem(404, "supplier_not_found");
    // A school of another board learns nothing and changes nothing.
    let client = elsewhere(&world.service).await;
    let foreign = world.service.token(&client, None).await;
    let body = json!({ "supplier": world.supplier.supplier, "from": mine, "into": next, "samePerson": true });
    let answer = world
        .post(&world.of_school("accounts/_merge"), &foreign, body.clone())
        .await;
    answer.problem(404, "school_not_found");
    let schools = world.get("/v1/schools", &foreign).await.ok();
    let school = schools["items"][0]["id"].as_str().unwrap();
    let answer = world
        .post(&format!("/v1/schools/{school}/accounts/_merge"), &foreign, body)
        .await;
    assert_eq!(
        answer.input_errors(),
        errors([("/from", "account_unknown"), ("/into", "account_unknown")])
    );
    assert_eq!(events(&world, 0).await, Vec::<Value>::new());
    assert_eq!(account(&world, &token, 1).await, mine);
}

async fn teacher(world: &World) -> Value {
    let code = world.log_in(&world.supplier, TEACHER).await.code();
    let tokens = world.exchange(&world.supplier, &code, &[]).await.ok();
    world.claims(&tokens, world.supplier.client.id).await["sub"].clone()
}

#[actix_web::test]
async fn staff_who_went_over_to_another_school_of_the_board_keep_their_accounts() {
    let (world, _) = world(Behaviour::Normal).await;
    let before = teacher(&world).await;
    later(&world);
    // The teacher goes from the one school to the other.
    let other = world.second_school().await;
    let take = json!({ "supplier": world.supplier.supplier, "fromSchool": world.school });
    let path = format!("/v1/schools/{other}/accounts/_take-over");
    let board = world.service.token(&world.board_client, None).await;
    for (school, there) in [(SECOND, true), (FIRST, false)] {
        if !there {
            // Whoever both have is at both: nobody came over.
            assert_eq!(world.post(&path, &board, take.clone()).await.ok()["items"], json!([]));
        }
        let mut file = snapshot(school);
        file.staff.drain(..usize::from(!there));
        world.import(file).await;
    }
    let anew = teacher(&world).await;
    assert_ne!(anew, before, "staff have an account at each school");
    later(&world);

    let changes = world.post(&path, &board, take.clone()).await.ok();
    let changes = changes["items"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "one of them ever had an account: {changes:?}");
    assert_eq!(
        (&changes[0]["kind"], &changes[0]["into"]),
        (&json!("takeOver"), &before)
    );
    assert_eq!(teacher(&world).await, before);
    assert_eq!(
        world.post(&path, &board, take).await.ok()["items"],
        json!([]),
        "it is done once"
    );
    later(&world);
    let undo = format!(
        "/v1/schools/{other}/account-changes/{}/_undo",
        changes[0]["id"].as_str().unwrap()
    );
    world.post(&undo, &board, json!({})).await.ok();
    assert_eq!(teacher(&world).await, anew);

    let take = json!({ "supplier": world.supplier.supplier, "fromSchool": other });
    let refused = world.post(&path, &board, take).await.input_errors();
    assert_eq!(refused, errors([("/fromSchool", "same_school")]));
}

#[rstest]
#[case::merge("accounts/_merge", json!({ "from": "x" }), &[("/from", "invalid_value"), ("/into", "missing"), ("/supplier", "missing")])]
#[case::split("accounts/_split", json!({}), &[("/eckId", "one_needed"), ("/supplier", "missing")])]
#[case::search(
    "accounts/_search",
    json!({ "supplier": nobody(), "eckId": "111222333" }),
    &[("/eckId", "national_number")],
)]
#[actix_web::test]
async fn what_is_wrong_comes_at_once(#[case] path: &str, #[case] body: Value, #[case] wrong: &[(&str, &str)]) {
    let world = World::bare().await;
    let expected = wrong
        .iter()
        .map(|(place, code)| ((*place).to_owned(), (*code).to_owned()));
    assert_eq!(by_school(&world, path, body).await.input_errors(), expected.collect());
}

pub(crate) async fn end(world: &World, restrictions: Vec<Value>) {
    for restriction in restrictions {
        let path = format!("restrictions/{}/_end", restriction["id"].as_str().unwrap());
        by_school(world, &path, json!({})).await.ok();
    }
}

#[actix_web::test]
async fn whoever_was_told_apart_from_somebody_does_not_tell_of_them() {
    let (world, token) = world(Behaviour::EckIdsOf(0)).await;
    let [kept, gone] = [account(&world, &token, 1).await, account(&world, &token, 2).await];
    let merged = merge(&world, &gone, &kept, true).await.ok();
    later(&world);
    let parted = split(&world, 2).await.ok();
    let told_of = async |restricted: u32| {
        let body = json!({ "ground": "restriction", "sourceKey": pupil(restricted).key });
        let placed = by_school(&world, "restrictions", body).await.ok();
        let told = told(&world, &token).await;
        end(&world, vec![placed]).await;
        told
    };
    // The new account is in no list, and it is in no change.
    assert_eq!(told_of(2).await, json!([merged]));
    assert_eq!(told_of(1).await, json!([]));
    assert_eq!(told(&world, &token).await, json!([merged, parted]));
}

#[actix_web::test]
async fn a_supplier_learns_of_nobody_who_is_not_available() {
    let (world, token) = world(Behaviour::Normal).await;
    let [kept, gone] = [account(&world, &token, 1).await, account(&world, &token, 2).await];
    let change = merge(&world, &gone, &kept, true).await.ok();
    assert_eq!(told(&world, &token).await, json!([change]));
    // Each of them alone, and both: the supplier never learns that there is another one.
    for restricted in [&[1][..], &[2], &[1, 2]] {
        let mut placed = Vec::new();
        for number in restricted {
            let body = json!({ "ground": "restriction", "sourceKey": pupil(*number).key });
            placed.push(by_school(&world, "restrictions", body).await.ok());
        }
        assert_eq!(told(&world, &token).await, json!([]), "{restricted:?}");
        end(&world, placed).await;
        assert_eq!(told(&world, &token).await, json!([change]), "it is told again");
    }
    world.switch_off().await;
    let path = world.of_school("account-changes/_search");
    let refused = world.post(&path, &token, json!({})).await.refusal();
    assert_eq!(refused, ["activation_ended"]);
}

/// A pupil who also goes to a school of another board, where the account is the same by the ECK iD.
#[actix_web::test]
async fn an_account_that_a_school_of_another_board_has_seen_is_left_alone() {
    let (world, token) = world(Behaviour::Normal).await;
    let app = &world.service.app;
    let name = "Stichting Elders".to_owned();
    let board = app
        .board_create(None, BoardCreate { name, oin: None })
        .await
        .unwrap()
        .id;
    let brin = Brin6::parse("98YY00").unwrap();
    let school = SchoolCreate {
        board,
        name: "De Steiger".to_owned(),
        brin,
        oin: None,
        rio: None,
        digi_delivery_id: None,
    };
    let school = app.school_create(None, school).await.unwrap().id;
    let client = world.service.register(Role::Board(board), &[]).await;
    let from_board = caller(&client, Role::Board(board));
    let from_supplier = caller(&world.supplier.client, world.supplier.role());
    let window = Window::since(world.service.clock.now());
    world.service.agree_with_operator(board, window).await;
    let offer = AgreementOffer {
        board,
        window,
        annex: annex(),
    };
    let agreement = app.agreement_offer(&from_supplier, offer).await.unwrap();
    app.agreement_accept(&from_board, agreement.id, agreement.annex_hash)
        .await
        .unwrap();
    app.mandate_create(&from_board, board, world.supplier.supplier, None)
        .await
        .unwrap();
    let (product, scope) = (world.supplier.product, ActivationScope::School);
    let activation = app.activation_create(&from_board, school, product, scope, None).await;
    app.activation_accept(&from_supplier, school, activation.unwrap().id)
        .await
        .unwrap();
    world.import(snapshot("98YY00")).await;

    let [mine, next] = [account(&world, &token, 1).await, account(&world, &token, 2).await];
    let bound = json!({ "type": "sluis", "school": school, "purpose": "D1" });
    let there = world.service.token(&world.supplier.client, Some(bound)).await;
    let body = json!({ "school": school, "eckId": pupil(1).eck_id });
    let found = world.post("/v1/accounts/_resolve", &there, body).await.ok();
    assert_eq!(found["account"], mine, "a pupil keeps the account at another school");
    // That the pupil goes to that school, and since when, is not for this one to know.
    let body = json!({ "supplier": world.supplier.supplier, "eckId": pupil(1).eck_id });
    let found = by_school(&world, "accounts/_search", body).await.ok();
    let keys = found["keys"].as_array().unwrap().iter();
    let mut kinds: Vec<_> = keys.map(|key| key["kind"].clone()).collect();
    kinds.sort_by_key(Value::to_string);
    assert_eq!(
        (&found["account"], kinds),
        (&mine, vec![json!("eckId"), json!("sourceKey")])
    );
    for (from, into) in [(&mine, &next), (&next, &mine)] {
        merge(&world, from, into, true).await.problem(409, "not_ready");
    }
    split(&world, 1).await.problem(409, "not_ready");
    assert_eq!(events(&world, 0).await, Vec::<Value>::new());
    assert_eq!(account(&world, &token, 1).await, mine);
}
