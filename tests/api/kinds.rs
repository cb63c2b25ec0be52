//! Pupils and staff: what is agreed of one kind of person says nothing about the other.

use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_core::{
    agreement::Annex,
    time::{Clock, Window},
};
use sluis_stand_ins::administration::{pupil, staff_member};
use sluis_test_kit::service::sluis_annex;

use crate::world::{INSIDE, TEACHER, World};

/// Whether the roster of the school holds whoever has this key, as the school finds out.
async fn is_held(world: &World, kind: &str, key: &str) -> bool {
    let token = world.service.token(&world.school_client, None).await;
    let body = json!({ "ground": "objection", "kind": kind, "sourceKey": key });
    world.post(&world.of_school("restrictions"), &token, body).await.status == 201
}

/// A world whose board agreed with the operator about another annex, and with a supplier as usual.
async fn agreed_about(change: impl FnOnce(&mut Value)) -> World {
    let world = World::before_all().await;
    let mut document = serde_json::to_value(sluis_annex().document()).unwrap();
    change(&mut document["rows"]);
    let annex = Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap();
    let window = Window::since(world.service.clock.now());
    world
        .service
        .agree_with_operator_about(world.board, window, annex)
        .await;
    world.agree(&world.supplier).await;
    world.pull().await;
    world
}

#[actix_web::test]
async fn both_kinds_come_in_where_both_are_agreed() {
    let world = World::start().await;
    assert!(is_held(&world, "staff", &staff_member(1).key).await);
    assert!(is_held(&world, "pupil", &pupil(INSIDE).key).await);
}

#[rstest]
#[case::nothing(json!([]))]
#[case::all_but_what_they_are_known_by(json!(["CM1", "CM3", "CM20"]))]
#[actix_web::test]
async fn staff_do_not_come_in_where_the_operator_has_no_agreement_about_them(#[case] categories: Value) {
    let world = agreed_about(|rows| rows[0]["staffCategories"] = categories).await;
    assert!(!is_held(&world, "staff", &staff_member(1).key).await);
    assert!(is_held(&world, "pupil", &pupil(INSIDE).key).await);
}

#[actix_web::test]
async fn a_teacher_logs_in_with_what_is_agreed_of_staff_and_is_no_pupil() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.pull().await;
    let supplier = &world.supplier;
    let code = world.log_in(supplier, TEACHER).await.code();
    let tokens = world.exchange(supplier, &code, &[]).await.ok();
    let claims = world.claims(&tokens, supplier.client.id).await;
    let teacher = staff_member(1);
    for (claim, value) in [
        ("givenName", teacher.given_name),
        ("familyName", teacher.family_name),
        ("eckId", &teacher.eck_id),
    ] {
        assert_eq!(claims[claim], value);
    }
    for claim in ["email", "userName", "birthDate", "yearGroup"] {
        assert_eq!(claims.get(claim), None, "`{claim}` is not agreed of staff");
    }

    let token = world.supplier_token("D1").await;
    let path = world.of_school("learners/_search");
    let list = world.post(&path, &token, json!({ "limit": 200 })).await.ok();
    let pupils = list["items"].as_array().unwrap();
    assert!(pupils.iter().all(|pupil| pupil["account"] != claims["sub"]));
    let body = json!({ "school": world.school, "eckId": teacher.eck_id });
    let refused = world.post("/v1/accounts/_resolve", &token, body).await;
    assert_eq!(
        refused.refusal(),
        ["person_not_available"],
        "the account of a teacher comes with a login"
    );
}
