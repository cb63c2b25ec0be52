//! One acceptance of a board for many schools, with exceptions or for a list, and changing that.

use serde_json::{Value, json};
use sluis::app::caller::Role;
use sluis_core::id::SchoolId;

use super::world::{Answer, NOBODY, Who, World, text};

/// A second school of the board, beside that of the world.
async fn second(world: &World) -> String {
    let body = json!({ "board": world.board, "name": "De Boei", "brin": "99ZZ", "branch": "01" });
    text(&world.post(Who::Operator, "/v1/schools", &body).await.created()["id"])
}

async fn offered(world: &World) -> (String, Value) {
    let offered = world.agreement().await;
    (format!("/v1/agreements/{}", text(&offered["id"])), offered)
}

fn signed(offered: &Value, field: &str, schools: Value) -> Value {
    json!({ "annexHash": offered["annexHash"], field: schools })
}

/// The first reason about the agreement at a school; empty when there is none.
async fn against(world: &World, school: &str) -> String {
    let question = json!({ "school": school, "product": world.product, "purpose": "D1" });
    let answer = world.post(Who::Board, "/v1/decisions", &question).await.with(200);
    let reasons = answer["reasons"].as_array().unwrap().iter();
    let codes = reasons.map(|reason| reason["code"].as_str().unwrap());
    let mut about = codes.filter(|code| code.starts_with("agreement_"));
    about.next().unwrap_or_default().to_owned()
}

#[actix_web::test]
async fn a_board_accepts_for_all_its_schools_but_some_and_changes_that_later() {
    let world = World::start().await;
    let other = second(&world).await;
    let (path, offer) = offered(&world).await;
    let accept = format!("{path}/_accept");
    let body = signed(&offer, "exceptSchools", json!([other]));
    let accepted = world.post(Who::Board, &accept, &body).await.with(200);
    assert_eq!(
        (&accepted["exceptSchools"], accepted.get("onlySchools")),
        (&json!([other]), None)
    );
    assert_eq!(against(&world, &world.school).await, "");
    assert_eq!(against(&world, &other).await, "agreement_excepts_school");
    let seen = world.get(Who::Supplier, &path).await.with(200);
    assert_eq!(seen["exceptSchools"], accepted["exceptSchools"]);

    let cover = format!("{path}/_cover");
    let for_the_other = signed(&offer, "onlySchools", json!([other]));
    let changed = world.post(Who::Board, &cover, &for_the_other).await.with(200);
    assert_eq!(
        (&changed["onlySchools"], changed.get("exceptSchools")),
        (&json!([other]), None)
    );
    assert_eq!(against(&world, &world.school).await, "agreement_excepts_school");
    assert_eq!(against(&world, &other).await, "");
    let again = world.post(Who::Board, &cover, &for_the_other).await;
    again.problem(409, "already_done");

    world.service.clock.advance_secs(1);
    let for_all = json!({ "annexHash": offer["annexHash"] });
    let changed = world.post(Who::Board, &cover, &for_all).await.with(200);
    assert_eq!((changed.get("onlySchools"), changed.get("exceptSchools")), (None, None));
    for school in [&world.school, &other] {
        assert_eq!(against(&world, school).await, "");
    }
    let events = world.get(Who::Supplier, "/v1/events").await.with(200);
    let kinds: Vec<_> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(
        kinds,
        [
            "agreement_accepted",
            "agreement_schools_changed",
            "agreement_schools_changed"
        ]
    );
}

#[actix_web::test]
async fn a_school_that_comes_later_is_covered_by_an_acceptance_for_all_and_by_no_list() {
    let world = World::start().await;
    let (path, offer) = offered(&world).await;
    let accept = format!("{path}/_accept");
    let body = signed(&offer, "exceptSchools", json!([]));
    world.post(Who::Board, &accept, &body).await.with(200);
    let later = second(&world).await;
    assert_eq!(against(&world, &later).await, "");
    let body = signed(&offer, "onlySchools", json!([world.school]));
    world.post(Who::Board, &format!("{path}/_cover"), &body).await.with(200);
    assert_eq!(against(&world, &later).await, "agreement_excepts_school");
}

#[actix_web::test]
async fn a_school_that_the_newer_agreement_excepts_does_not_keep_the_older() {
    let world = World::start().await;
    let other = second(&world).await;
    for field in ["exceptSchools", "onlySchools"] {
        let (path, offer) = offered(&world).await;
        let body = match field {
            "exceptSchools" => signed(&offer, field, json!([])),
            _ => signed(&offer, field, json!([world.school])),
        };
        world
            .post(Who::Board, &format!("{path}/_accept"), &body)
            .await
            .with(200);
        world.service.clock.advance_secs(1);
    }
    assert_eq!(against(&world, &world.school).await, "");
    assert_eq!(against(&world, &other).await, "agreement_excepts_school");
}

#[actix_web::test]
async fn schools_that_are_not_the_boards_are_refused_and_nothing_is_accepted() {
    let world = World::start().await;
    let other = second(&world).await;
    let (path, offer) = offered(&world).await;
    let accept = format!("{path}/_accept");
    for (field, schools, errors) in [
        (
            "exceptSchools",
            json!([other, world.other_school, NOBODY, other]),
            vec![
                ("/exceptSchools/1", "school_unknown"),
                ("/exceptSchools/2", "school_unknown"),
                ("/exceptSchools/3", "repeated"),
            ],
        ),
        (
            "exceptSchools",
            json!([other, world.school]),
            vec![("/exceptSchools", "no_school_left")],
        ),
        ("onlySchools", json!([]), vec![("/onlySchools", "no_school_left")]),
        (
            "onlySchools",
            json!(["De Boei"]),
            vec![("/onlySchools/0", "invalid_value")],
        ),
    ] {
        let refused = world.post(Who::Board, &accept, &signed(&offer, field, schools)).await;
        refused.assert_errors(&errors);
    }
    let mut both = signed(&offer, "exceptSchools", json!([]));
    both["onlySchools"] = json!([]);
    let refused = world.post(Who::Board, &accept, &both).await;
    refused.assert_errors(&[("/onlySchools", "not_together")]);
    let cover = format!("{path}/_cover");
    let early = signed(&offer, "onlySchools", json!([other]));
    world.post(Who::Board, &cover, &early).await.problem(409, "not_ready");
    let seen = world.get(Who::Board, &path).await.with(200);
    assert_eq!(seen, offer);
    world
        .post(Who::Board, &accept, &signed(&offer, "onlySchools", json!([other])))
        .await
        .with(200);
    let refused = world
        .post(Who::Board, &cover, &signed(&offer, "onlySchools", json!([NOBODY])))
        .await;
    refused.assert_errors(&[("/onlySchools/0", "school_unknown")]);
}

/// What concerns a school is in its log, and what does not is not.
#[actix_web::test]
async fn an_excepted_school_has_no_acceptance_on_record() {
    let world = World::start().await;
    let other = second(&world).await;
    let (path, offer) = offered(&world).await;
    let body = signed(&offer, "exceptSchools", json!([other]));
    world
        .post(Who::Board, &format!("{path}/_accept"), &body)
        .await
        .with(200);
    let names = async |school: &str| {
        let role = Role::School(SchoolId::parse(school).unwrap());
        let client = world.service.register(role, &[]).await;
        let token = world.service.token(&client, None).await;
        let records = world.service.get(&format!("/v1/schools/{school}/records"));
        let records = Answer::of(records.bearer_auth(&token)).await.with(200);
        let records = records["items"].as_array().unwrap().clone();
        records
            .iter()
            .map(|record| text(&record["name"]))
            .filter(|name| name.starts_with("agreement."))
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&world.school).await, ["agreement.accept"]);
    assert_eq!(names(&other).await, [""; 0]);
    let body = signed(&offer, "exceptSchools", json!([]));
    world.post(Who::Board, &format!("{path}/_cover"), &body).await.with(200);
    assert_eq!(names(&world.school).await, ["agreement.accept"]);
    assert_eq!(names(&other).await, ["agreement.cover"]);
}
