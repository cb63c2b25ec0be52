//! Pupils and staff: what is agreed of one kind of person says nothing about the other.

use rstest::rstest;
use serde_json::{Value, json};
use sluis_core::{
    agreement::Annex,
    time::{Clock, Window},
};
use sluis_stand_ins::administration::{pupil, staff_member};
use sluis_test_kit::service::sluis_annex;

use crate::world::{INSIDE, World};

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
