//! The catalogue, without a token.

use serde_json::{Value, json};
use sluis_test_kit::service::Service;

use super::world::Answer;

async fn read(service: &Service, path: &str) -> Vec<Value> {
    let body = Answer::of(service.get(path)).await.with(200);
    assert_eq!(body["version"], "1");
    body["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn codes_are_explained_to_everybody() {
    let service = Service::start().await;
    let purposes = read(&service, "/v1/purposes").await;
    assert_eq!(purposes.len(), 22);
    assert_eq!(
        (&purposes[4]["code"], &purposes[4]["needsReceiver"]),
        (&json!("D5"), &json!(true))
    );
    assert_eq!(purposes[18]["inferred"], true);
    assert!(
        purposes
            .iter()
            .all(|purpose| purpose["label"]["nl"].is_string() && purpose["label"]["en"].is_string())
    );

    let categories = read(&service, "/v1/data-categories").await;
    assert_eq!(categories.len(), 58);
    assert_eq!(categories[11]["code"], "CD12");
    assert_eq!(categories[11]["attributes"], json!(["eckId"]));
    assert_eq!(categories[17]["special"], true);
    assert_eq!(
        (&categories[17]["purposes"], &categories[52]["purposes"]),
        (&json!(["D7"]), &json!(["D7", "D8", "D10"])),
        "the restrictive table"
    );
    assert_eq!(
        (&categories[29]["code"], &categories[29]["personKind"]),
        (&json!("CM1"), &json!("staff"))
    );

    let sets = read(&service, "/v1/attribute-sets").await;
    let small = sets
        .iter()
        .find(|set| set["name"] == "uwlr-small" && set["version"] == "2.3")
        .unwrap();
    assert!(small["pupil"].as_array().unwrap().contains(&json!("eckId")));
    assert!(!small["pupil"].as_array().unwrap().contains(&json!("birthDate")));
}
