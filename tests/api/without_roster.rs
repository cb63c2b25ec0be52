//! A school without a roster, or before it comes: who logs in counts as enrolled only where the school said so.

use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_stand_ins::administration::pupil;

use crate::{
    browser::{assert_told, way_back},
    world::{GROUP, INSIDE, LOCATED, World},
};

async fn claims(world: &World) -> Value {
    let code = world.log_in(&world.supplier, LOCATED).await.code();
    let tokens = world.exchange(&world.supplier, &code, &[]).await.ok();
    world.claims(&tokens, world.supplier.client.id).await
}

#[actix_web::test]
async fn a_login_is_enough_where_the_school_said_so() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    let claims = claims(&world).await;
    let pupil = pupil(INSIDE);
    assert_eq!(
        (&claims["eckId"], &claims["givenName"]),
        (&json!(pupil.eck_id), &json!(pupil.given_name))
    );
    for unknown in ["groups", "yearGroup"] {
        assert!(claims.get(unknown).is_none(), "the login does not say it: {claims}");
    }
}

#[actix_web::test]
async fn the_account_and_the_subject_stay_when_the_roster_comes() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    let before = claims(&world).await;
    world.pull().await;
    let after = claims(&world).await;
    assert_eq!(before["sub"], after["sub"]);
    assert_eq!(after["groups"][0]["name"], GROUP, "the roster says more");
    let subjects = world.subjects_of_logins().await;
    assert_eq!(subjects.len(), 4);
    assert!(subjects[0].is_some() && subjects.iter().all(|subject| *subject == subjects[0]));
}

#[actix_web::test]
async fn a_roster_that_comes_between_login_and_exchange_counts() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    let code = world.log_in(&world.supplier, LOCATED).await.code();
    world.pull().await;
    let tokens = world.exchange(&world.supplier, &code, &[]).await.ok();
    let claims = world.claims(&tokens, world.supplier.client.id).await;
    assert_eq!(claims["groups"][0]["name"], GROUP);
}

#[rstest]
#[case::whole_school(ActivationScope::School)]
#[case::a_group(ActivationScope::GroupNames([GROUP.to_owned()].into()))]
#[actix_web::test]
async fn without_that_word_nobody_logs_in_without_a_roster(#[case] scope: ActivationScope) {
    let world = World::bare().await;
    world.agree_for(&world.supplier, scope).await;
    let (status, page) = world.log_in(&world.supplier, LOCATED).await.page();
    assert_eq!(status, 403);
    assert!(page.contains("<code>login_refused</code>"), "{page}");
    assert_told(&way_back(&page), "access_denied");
    assert_eq!(world.subjects_of_logins().await, [None], "nobody is known here");
}

/// Pupils of a location that is not registered here would else get accounts at the one that is.
#[actix_web::test]
async fn a_login_that_names_the_institution_only_speaks_for_no_location() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    let (_, page) = world.log_in(&world.supplier, &INSIDE.to_string()).await.page();
    assert!(page.contains("<code>login_refused</code>"), "{page}");
    world.pull().await;
    world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
}

/// The login names the institution only: it speaks for none of several locations, whatever the supplier chooses.
#[actix_web::test]
async fn a_login_that_fits_several_locations_speaks_for_none() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    world.another_location().await;
    let school = world.school.to_string();
    let request = world.to_kennisnet(&world.supplier, &[("school", &school)]).await;
    let picked = sluis_stand_ins::kennisnet::Kennisnet::picked(&request, &INSIDE.to_string());
    let back = world.from_kennisnet(&picked).await;
    let (_, page) = world.come_back(&back).await.page();
    assert!(page.contains("<code>login_refused</code>"), "{page}");
}

#[actix_web::test]
async fn the_other_doors_stay_shut() {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::SchoolOrLogin).await;
    claims(&world).await;
    let token = world.supplier_token("D1").await;
    let body = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    let reasons = world.post("/v1/accounts/_resolve", &token, body).await.refusal();
    assert_eq!(reasons, ["person_not_available"]);
}
