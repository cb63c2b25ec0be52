//! The register of processing activities, as far as agreements tell.

use serde_json::{Value, json};

use super::world::{Who, World, text};

async fn register(world: &World, who: Who) -> Vec<Value> {
    let found = world.get(who, "/v1/processing-activities").await.with(200);
    found["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn both_sides_read_in_the_register_what_they_signed_and_nobody_else_does() {
    let world = World::start().await;
    let offered = world.agreement().await;
    // An offer is no processing.
    assert_eq!(register(&world, Who::Board).await, [Value::Null; 0]);
    let signature = json!({ "annexHash": offered["annexHash"] });
    let path = format!("/v1/agreements/{}", text(&offered["id"]));
    world
        .post(Who::Board, &format!("{path}/_accept"), &signature)
        .await
        .with(200);
    let of_board = register(&world, Who::Board).await;
    assert_eq!(of_board.len(), 1);
    let line = &of_board[0];
    assert_eq!(
        (&line["id"], &line["state"], &line["model"]),
        (&offered["id"], &json!("in_force"), &json!("4.0-coded"))
    );
    assert_eq!(
        line["controller"],
        json!({ "board": world.board, "name": "Stichting De Vuurtoren" })
    );
    let processor = json!({
        "supplier": world.supplier, "name": "Wadden Leermiddelen", "product": world.product, "productName": "Rekenbaai",
    });
    assert_eq!(line["processor"], processor);
    let purposes = line["purposes"].as_array().unwrap();
    assert!(
        purposes
            .iter()
            .any(|purpose| purpose["code"] == "D13" && purpose["nl"].is_string()),
        "{purposes:?}"
    );
    assert!(line["pupilCategories"].as_array().unwrap().contains(&json!("CD12")));
    let hosting = line["recipients"]
        .as_array()
        .unwrap()
        .iter()
        .find(|party| party["name"] == "Hunze Hosting B.V.");
    assert_eq!(hosting.unwrap()["role"], "sub_processor");
    assert_eq!(line["outsideEea"], json!([]));
    for who in [Who::School, Who::Supplier] {
        assert_eq!(register(&world, who).await, of_board, "{who:?}");
    }
    for who in [Who::OtherBoard, Who::OtherSchool, Who::OtherSupplier, Who::Distributor] {
        assert_eq!(register(&world, who).await, [Value::Null; 0], "{who:?}");
    }
    let of = |product: &str| format!("/v1/processing-activities?product={product}");
    let one = world.get(Who::Board, &of(&world.product)).await.with(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let none = world.get(Who::Board, &of(&world.other_product)).await.with(200);
    assert_eq!(none["items"], json!([]));
    // What has ended stays: its data may still be there.
    world
        .post(Who::Board, &format!("{path}/_end"), &signature)
        .await
        .with(200);
    world.service.clock.advance_secs(60);
    assert_eq!(register(&world, Who::Supplier).await[0]["state"], "ended");
}
