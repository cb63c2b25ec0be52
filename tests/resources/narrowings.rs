//! What a school takes from the purposes of a product.

use serde_json::json;

use super::world::{NOBODY, Who, World, ids, text};

#[actix_web::test]
async fn a_category_is_taken_from_a_purpose_once_and_given_back_once() {
    let world = World::start().await;
    let agreement = world.agreement().await["id"].clone();
    let path = world.at_school("narrowings");
    let body = json!({ "agreement": agreement, "purpose": "D3", "category": "CD20" });
    let made = world.post(Who::School, &path, &body).await.created();
    assert_eq!(
        (&made["school"], &made["agreement"], &made["purpose"], &made["category"]),
        (&json!(world.school), &agreement, &json!("D3"), &json!("CD20"))
    );
    assert_eq!(
        (&made["validFrom"], made.get("validUntil")),
        (&json!(world.now()), None)
    );
    for who in [Who::School, Who::Board] {
        world.post(who, &path, &body).await.problem(409, "already_done");
    }
    let this = format!("{path}/{}", text(&made["id"]));
    let ended = world.step(Who::Board, &format!("{this}/_end")).await.with(200);
    assert_eq!(ended["validUntil"], world.now());
    let again = world.step(Who::School, &format!("{this}/_end")).await;
    again.problem(409, "already_ended");
    assert_eq!(world.get(Who::School, &this).await.with(200), ended);
    let second = world.post(Who::Board, &path, &body).await.created();
    let mut found = ids(&world.get(Who::School, &path).await.with(200));
    let mut expected = [text(&made["id"]), text(&second["id"])];
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

#[actix_web::test]
async fn only_what_the_annex_has_for_a_purpose_can_be_taken_from_it() {
    let world = World::start().await;
    let agreement = world.agreement().await["id"].clone();
    let path = world.at_school("narrowings");
    for (purpose, category) in [("D3", "CD18"), ("D6", "CD1"), ("D3", "CM10")] {
        let body = json!({ "agreement": agreement, "purpose": purpose, "category": category });
        let refused = world.post(Who::School, &path, &body).await;
        refused.assert_errors(&[("/category", "category_not_of_purpose")]);
    }
    let body = json!({ "agreement": agreement, "purpose": "D23", "category": "BSN" });
    let refused = world.post(Who::School, &path, &body).await;
    refused.assert_errors(&[("/category", "invalid_value"), ("/purpose", "invalid_value")]);
    let of_nobody = json!({ "agreement": NOBODY, "purpose": "D3", "category": "CD20" });
    let refused = world.post(Who::School, &path, &of_nobody).await;
    refused.problem(404, "agreement_not_found");
    let at_other = format!("/v1/schools/{}/narrowings", world.other_school);
    let of_another = json!({ "agreement": agreement, "purpose": "D3", "category": "CD20" });
    let refused = world.post(Who::OtherSchool, &at_other, &of_another).await;
    refused.problem(404, "agreement_not_found");
    assert_eq!(ids(&world.get(Who::School, &path).await.with(200)), [""; 0]);
    let unknown = world.step(Who::School, &format!("{path}/{NOBODY}/_end")).await;
    unknown.problem(404, "narrowing_not_found");
}
