//! What a client may do.

use serde_json::json;

use super::world::{Who, World, text};

#[actix_web::test]
async fn a_supplier_sees_what_is_missing_until_everything_is_there() {
    let world = World::start().await;
    let me = world.get(Who::Supplier, "/v1/me").await.with(200);
    assert_eq!(
        (&me["role"], &me["product"]),
        (&json!("supplier"), &json!(world.product))
    );
    assert_eq!(me["schools"], json!([]));

    let activation = world.activation().await;
    let me = world.get(Who::Supplier, "/v1/me").await.with(200);
    let reach = &me["schools"][0];
    assert_eq!(
        (&reach["school"], &reach["brin"]),
        (&json!(world.school), &json!("99ZZ"))
    );
    assert_eq!((&reach["purposes"], reach.get("since")), (&json!([]), None));
    let missing: Vec<_> = reach["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| &reason["code"])
        .collect();
    assert!(missing.contains(&&json!("agreement_missing")), "{missing:?}");
    assert_eq!(reach["missing"][0]["whoCanFix"], "board");

    let agreement = world.agreement().await;
    let accept = format!("/v1/agreements/{}/_accept", text(&agreement["id"]));
    world
        .post(Who::Board, &accept, &json!({ "annexHash": agreement["annexHash"] }))
        .await
        .with(200);
    let mandate = json!({ "supplier": world.supplier });
    world
        .post(Who::Board, &world.at_board("mandates"), &mandate)
        .await
        .created();
    world.service.clock.advance_secs(60);
    let this = format!("{}/{}", world.at_school("activations"), text(&activation["id"]));
    world.step(Who::Supplier, &format!("{this}/_accept")).await.with(200);

    let me = world.get(Who::Supplier, "/v1/me").await.with(200);
    let reach = &me["schools"][0];
    assert_eq!((&reach["since"], &reach["missing"]), (&json!(world.now()), &json!([])));
    let purposes = reach["purposes"].as_array().unwrap();
    assert!(
        purposes.contains(&json!("D1")) && !purposes.contains(&json!("D9")),
        "{purposes:?}"
    );
    assert!(reach["attributes"].as_array().unwrap().contains(&json!("givenName")));

    let approval = json!({ "agreement": agreement["id"], "module": "berichten" });
    world
        .post(Who::School, &world.at_school("approvals"), &approval)
        .await
        .created();
    let me = world.get(Who::Supplier, "/v1/me").await.with(200);
    assert!(me["schools"][0]["purposes"].as_array().unwrap().contains(&json!("D9")));

    world.step(Who::School, &format!("{this}/_end")).await.with(200);
    let me = world.get(Who::Supplier, "/v1/me").await.with(200);
    let reach = &me["schools"][0];
    assert_eq!((&reach["purposes"], reach.get("since")), (&json!([]), None));
    assert_eq!(reach["missing"][0]["code"], "activation_ended");
}

#[actix_web::test]
async fn each_role_sees_what_it_acts_for() {
    let world = World::start().await;
    for (who, role, acts_for) in [
        (Who::Operator, "operator", None),
        (Who::Board, "board", Some(("board", &world.board))),
        (Who::School, "school", Some(("school", &world.school))),
        (
            Who::OtherSupplier,
            "supplier",
            Some(("supplier", &world.other_supplier)),
        ),
        (Who::Distributor, "distributor", None),
    ] {
        let me = world.get(who, "/v1/me").await.with(200);
        assert_eq!((&me["role"], &me["schools"]), (&json!(role), &json!([])));
        if let Some((party, id)) = acts_for {
            assert_eq!(&me[party], id);
        }
    }
}

#[actix_web::test]
async fn the_schools_come_in_pages() {
    let world = World::start().await;
    world.activation().await;
    let body = json!({ "product": world.product, "scope": { "kind": "school" } });
    let elsewhere = format!("/v1/schools/{}/activations", world.other_school);
    world.post(Who::OtherSchool, &elsewhere, &body).await.created();
    let whole = world.get(Who::Supplier, "/v1/me").await.with(200);
    assert_eq!(
        (whole["schools"].as_array().unwrap().len(), whole.get("next")),
        (2, None)
    );
    let first = world.get(Who::Supplier, "/v1/me?limit=1").await.with(200);
    assert_eq!(first["schools"], json!([whole["schools"][0]]));
    let next = format!("/v1/me?limit=1&cursor={}", text(&first["next"]));
    let second = world.get(Who::Supplier, &next).await.with(200);
    assert_eq!(
        (&second["schools"], second.get("next")),
        (&json!([whole["schools"][1]]), None)
    );
    let refused = world.get(Who::Supplier, "/v1/me?limit=201").await;
    refused.assert_errors(&[("limit", "out_of_range")]);
}

#[actix_web::test]
async fn a_distributor_may_ask_and_hears_that_nobody_instructed_it() {
    let world = World::start().await;
    let question = json!({ "school": world.school, "purpose": "D1" });
    let answer = world.post(Who::Distributor, "/v1/decisions", &question).await.with(200);
    let reasons = answer["reasons"].as_array().unwrap();
    assert!(
        reasons
            .iter()
            .any(|reason| reason["code"] == "distributor_not_instructed"),
        "{answer}"
    );
}
