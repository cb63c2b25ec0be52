//! Research (D16) and analysis (D17): nothing goes that names a person, whatever an annex says.

use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_core::agreement::Annex;
use sluis_stand_ins::administration::pupil;

use crate::{
    rosters::{FIRST, snapshot},
    world::{INSIDE, World, annex},
};

/// The annex, by which names and ECK iDs go under D16 and D17 too.
fn for_research() -> Annex {
    let mut document = serde_json::to_value(annex().document()).unwrap();
    let purposes = document["rows"][0]["purposes"].as_array_mut().unwrap();
    purposes.extend([json!("D16"), json!("D17")]);
    Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap()
}

#[rstest]
#[case("D16")]
#[case("D17")]
#[actix_web::test]
async fn nobody_is_named_to_research(#[case] purpose: &str) {
    let world = World::bare().await;
    world
        .agree_about(&world.supplier, ActivationScope::School, for_research())
        .await;
    world.import(snapshot(FIRST)).await;
    let token = world.supplier_token(purpose).await;
    let resolving = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id });
    for (path, body) in [
        (world.of_school("learners/_search"), json!({})),
        (
            world.of_school("learners/_search"),
            json!({ "attributes": ["results"] }),
        ),
        ("/v1/accounts/_resolve".to_owned(), resolving),
    ] {
        let refused = world.post(&path, &token, body).await;
        assert!(!refused.body.to_string().contains(pupil(INSIDE).given_name));
        assert_eq!(refused.refusal(), ["deidentification_missing"], "{path}");
    }
    // The same annex gives names under another purpose.
    let token = world.supplier_token("D1").await;
    let found: Value = world
        .post(&world.of_school("learners/_search"), &token, json!({}))
        .await
        .ok();
    assert!(found["items"][0]["attributes"]["givenName"].is_string());
}
