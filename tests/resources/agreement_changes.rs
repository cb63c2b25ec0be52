//! What would change when one agreement takes the place of another, as each party reads it.

use serde_json::{Value, json};

use super::world::{NOBODY, Who, World, text};

async fn offered(world: &World, change: impl FnOnce(&mut Value)) -> Value {
    world.service.clock.advance_secs(1);
    let mut offer = world.offer();
    change(&mut offer["annex"]);
    world.post(Who::Supplier, "/v1/agreements", &offer).await.created()
}

async fn accept(world: &World, offer: &Value) {
    let path = format!("/v1/agreements/{}/_accept", text(&offer["id"]));
    let body = json!({ "annexHash": offer["annexHash"] });
    world.post(Who::Board, &path, &body).await.with(200);
}

fn changes(offer: &Value) -> String {
    format!("/v1/agreements/{}/changes", text(&offer["id"]))
}

#[actix_web::test]
async fn a_board_reads_what_a_new_version_changes_and_what_its_schools_have_to_approve_anew() {
    let world = World::start().await;
    let older = offered(&world, |_| {}).await;
    let first = world.get(Who::Board, &changes(&older)).await.with(200);
    assert_eq!(first.get("from"), None);
    assert!(
        first["changes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|one| one["change"] == "added")
    );
    accept(&world, &older).await;
    let approving = json!({ "agreement": older["id"], "module": "berichten" });
    world
        .post(Who::School, &world.at_school("approvals"), &approving)
        .await
        .created();

    let newer = offered(&world, |annex| {
        annex["rows"][0]["pupilCategories"] = json!(["CD1", "CD3", "CD12", "CD20", "CD22", "CD26"]);
        annex["retention"]["daysAfterLeaving"] = json!(30);
    })
    .await;
    let path = changes(&newer);
    let read = world.get(Who::Board, &path).await.with(200);
    assert_eq!((&read["agreement"], &read["from"]), (&newer["id"], &older["id"]));
    let points = read["changes"].as_array().unwrap();
    let about: Vec<_> = points
        .iter()
        .map(|one| (one["change"].as_str().unwrap(), one["about"].as_str().unwrap()))
        .collect();
    let mut expected = vec![("added", "category")];
    expected.extend([("added", "use"); 4]);
    expected.extend([("added", "days_after_leaving"), ("removed", "days_after_leaving")]);
    assert_eq!(about, expected);
    let photos = &points[1];
    assert_eq!(
        (
            &photos["personKind"],
            &photos["purpose"],
            &photos["attributes"],
            &photos["restsOnConsent"]
        ),
        (&json!("pupil"), &json!("D1"), &json!(["photo"]), &json!(false))
    );
    let sentence = "Van leerlingen, voor leer- en toetsresultaten bewaren (D1): te gebruiken: foto.";
    assert_eq!(photos["nl"], sentence);
    let at_school = json!([{
        "school": world.school, "heldBefore": true, "holds": true, "approveAnew": ["berichten"],
    }]);
    assert_eq!(read["schools"], at_school);
    assert_eq!(world.get(Who::School, &path).await.with(200)["schools"], at_school);
    let by_supplier = world.get(Who::Supplier, &path).await.with(200);
    assert_eq!(
        (&by_supplier["changes"], &by_supplier["schools"]),
        (&read["changes"], &json!([]))
    );

    // Once it holds it is compared with what it took the place of.
    accept(&world, &newer).await;
    assert_eq!(world.get(Who::Board, &path).await.with(200)["from"], older["id"]);
    let approving = json!({ "agreement": newer["id"], "module": "berichten" });
    world
        .post(Who::School, &world.at_school("approvals"), &approving)
        .await
        .created();
    let read = world.get(Who::Board, &path).await.with(200);
    assert_eq!(read["schools"][0]["approveAnew"], json!([]));
}

#[actix_web::test]
async fn the_other_way_round_and_with_itself() {
    let world = World::start().await;
    let older = offered(&world, |_| {}).await;
    let newer = offered(&world, |annex| annex["secondFactor"] = json!(true)).await;
    for (this, other, change) in [(&newer, &older, "added"), (&older, &newer, "removed")] {
        let path = format!("{}?from={}", changes(this), text(&other["id"]));
        let read = world.get(Who::Supplier, &path).await.with(200);
        let points = read["changes"].as_array().unwrap();
        assert_eq!(points.len(), 1, "{read}");
        assert_eq!(
            (&points[0]["change"], &points[0]["about"]),
            (&json!(change), &json!("second_factor"))
        );
    }
    let path = format!("{}?from={}", changes(&older), text(&older["id"]));
    assert_eq!(world.get(Who::Board, &path).await.with(200)["changes"], json!([]));
}

#[actix_web::test]
async fn only_agreements_about_the_same_are_compared() {
    let world = World::start().await;
    let this = offered(&world, |_| {}).await;
    let mut elsewhere = world.offer();
    elsewhere["board"] = json!(world.other_board);
    let elsewhere = world.post(Who::Supplier, "/v1/agreements", &elsewhere).await.created();
    let of_another = world
        .post(Who::OtherSupplier, "/v1/agreements", &world.offer())
        .await
        .created();
    for other in [text(&elsewhere["id"]), text(&of_another["id"]), NOBODY.to_owned()] {
        for who in [Who::Board, Who::Supplier] {
            let refused = world.get(who, &format!("{}?from={other}", changes(&this))).await;
            refused.problem(404, "agreement_not_found");
        }
    }
    let refused = world.get(Who::Board, &format!("{}?from=x", changes(&this))).await;
    refused.assert_errors(&[("from", "invalid_value")]);
}
