//! An annex that does not link purposes and categories: what is released is what the restrictive table permits, and an
//! optional category only once the school has approved it.

use serde_json::{Value, json};
use sluis_core::time::Clock;

use crate::world::{Answer, World, annex};

/// Rekenbaai by the tick boxes of model 4.0.
fn ticked() -> Value {
    let mut document = serde_json::to_value(annex().document()).unwrap();
    document.as_object_mut().unwrap().remove("rows");
    document["modules"][1]["need"] = json!("necessary");
    document["model"] = json!("4.0");
    document["ticks"] = json!({
        "purposes": [{ "code": "D1" }, { "code": "D9" }, { "code": "D13" }],
        "pupilCategories": [
            { "code": "CD1", "optional": false },
            { "code": "CD9", "optional": true },
            { "code": "CD12", "optional": false },
            { "code": "CD14", "optional": false },
            { "code": "CD20", "optional": false },
        ],
        "staffCategories": [{ "code": "CM1", "optional": false }, { "code": "CM9", "optional": true }],
    });
    document
}

/// Both sides accept, the board gives a mandate, and both switch the product on. Answers the agreement.
async fn agree(world: &World) -> Value {
    agree_by(world, ticked()).await
}

async fn agree_by(world: &World, ticked: Value) -> Value {
    let service = &world.service;
    let supplier = service.token(&world.supplier.client, None).await;
    let board = service.token(&world.board_client, None).await;
    let school = service.token(&world.school_client, None).await;
    let now = world.service.clock.now().to_string();
    let offer = json!({ "board": world.board, "validFrom": now, "annex": ticked });
    let agreement = world.post("/v1/agreements", &supplier, offer).await.ok();
    assert_eq!(
        (&agreement["model"], &agreement["annex"], &agreement["defects"]),
        (&json!("4.0"), &ticked, &json!([]))
    );
    let accept = format!("/v1/agreements/{}/_accept", agreement["id"].as_str().unwrap());
    let signature = json!({ "annexHash": agreement["annexHash"] });
    world.post(&accept, &board, signature).await.ok();
    let mandates = format!("/v1/boards/{}/mandates", world.board);
    let mandate = json!({ "supplier": world.supplier.supplier });
    world.post(&mandates, &board, mandate).await.ok();
    let activation = json!({ "product": world.supplier.product, "scope": { "kind": "school" } });
    let activation = world
        .post(&world.of_school("activations"), &school, activation)
        .await
        .ok();
    let accept = format!("activations/{}/_accept", activation["id"].as_str().unwrap());
    world.post(&world.of_school(&accept), &supplier, json!({})).await.ok();
    agreement
}

async fn search(world: &World, purpose: &str) -> Answer {
    let token = world.supplier_token(purpose).await;
    let wanted = json!({ "attributes": ["givenName", "groups", "email", "birthDate"] });
    world.post(&world.of_school("learners/_search"), &token, wanted).await
}

/// The attributes that come with a pupil, and why the others do not.
fn said(found: &Value) -> (Vec<&str>, Vec<[&str; 3]>) {
    let items = found["items"].as_array().unwrap();
    let attributes = items[0]["attributes"].as_object().unwrap();
    let held = found["withheld"].as_array().into_iter().flatten();
    let held = held.map(|held| {
        let reason = &held["reason"];
        [&held["attribute"], &reason["code"], &reason["missing"]["name"]].map(|value| value.as_str().unwrap())
    });
    (attributes.keys().map(String::as_str).collect(), held.collect())
}

#[actix_web::test]
async fn what_is_ticked_is_released_by_the_table_and_what_is_optional_once_it_is_approved() {
    let world = World::bare().await;
    let agreement = agree(&world).await;
    world.pull().await;
    let birth_date = ["birthDate", "attribute_not_agreed", "birthDate"];
    let found = search(&world, "D9").await.ok();
    let waits = ["email", "module_not_approved", "cd9"];
    assert_eq!(said(&found), (vec!["givenName", "groups"], vec![waits, birth_date]));
    let cited = &found["withheld"][0]["reason"]["article"];
    assert_eq!(cited, &json!({ "model": "4.0", "number": "3.3" }));

    let school = world.service.token(&world.school_client, None).await;
    let approvals = world.of_school("approvals");
    let approval = |part: &str| json!({ "agreement": agreement["id"], "module": part });
    for (part, code) in [("cd10", "module_unknown"), ("cd1", "module_not_optional")] {
        let refused = world.post(&approvals, &school, approval(part)).await;
        let refused = refused.problem(400, "invalid_input");
        assert_eq!(refused["errors"][0]["code"], code, "{part}");
    }
    // The staff's private address is another part.
    world.post(&approvals, &school, approval("cm9")).await.ok();
    world.pull_again().await;
    assert_eq!(said(&search(&world, "D9").await.ok()).1, [waits, birth_date]);
    let approved = world.post(&approvals, &school, approval("cd9")).await.ok();
    world.pull_again().await;
    let found = search(&world, "D9").await.ok();
    assert_eq!(said(&found), (vec!["email", "givenName", "groups"], vec![birth_date]));

    // Nobody needs an address to keep results, whatever is ticked and approved.
    let found = search(&world, "D1").await.ok();
    let email = ["email", "attribute_not_agreed", "email"];
    assert_eq!(said(&found), (vec!["givenName", "groups"], vec![email, birth_date]));
    assert_eq!(search(&world, "D3").await.refusal(), ["purpose_not_agreed"]);

    let withdraw = format!("approvals/{}/_withdraw", approved["id"].as_str().unwrap());
    world.post(&world.of_school(&withdraw), &school, json!({})).await.ok();
    assert_eq!(said(&search(&world, "D9").await.ok()).1, [waits, birth_date]);
}

#[actix_web::test]
async fn a_purpose_of_a_module_is_open_once_that_is_approved_or_switched_on_where_the_annex_lets_it_count() {
    let world = World::bare().await;
    let mut document = ticked();
    let module = |code: &str, by_use: bool| {
        let name = json!({ "nl": code, "en": code });
        let mut module = json!({ "code": code, "name": name, "need": "optional" });
        if by_use {
            module["approvedByUse"] = json!(true);
        }
        module
    };
    let modules = document["modules"].as_array_mut().unwrap();
    modules.extend([module("toetsen", true), module("nieuws", false)]);
    document["ticks"]["purposes"] = json!([
        { "code": "D13" }, { "code": "D1", "module": "toetsen" }, { "code": "D9", "module": "nieuws" },
    ]);
    let agreement = agree_by(&world, document).await;
    world.service.clock.advance_secs(1);
    world.pull().await;
    let school = world.service.token(&world.school_client, None).await;
    let approvals = world.of_school("approvals");
    let approve = async |module: &str, form: &str| {
        let body = json!({ "agreement": agreement["id"], "module": module, "form": form });
        world.post(&approvals, &school, body).await
    };
    assert_eq!(search(&world, "D1").await.refusal(), ["module_not_approved"]);
    // The module, and the private address that is a part of its own.
    let waiting = ["module_not_approved"; 2];
    assert_eq!(search(&world, "D9").await.refusal(), waiting);
    let refused = approve("nieuws", "practice").await.problem(400, "invalid_input");
    assert_eq!(refused["errors"][0]["code"], "practice_not_agreed");
    assert!(
        refused["errors"][0]["detail"].as_str().unwrap().contains("3.3"),
        "{refused}"
    );
    let given = approve("toetsen", "practice").await.ok();
    assert_eq!(given["form"], "practice");
    search(&world, "D1").await.ok();
    assert_eq!(search(&world, "D9").await.refusal(), waiting);
    assert_eq!(approve("nieuws", "act").await.ok()["form"], "act");
    search(&world, "D9").await.ok();

    // What was switched on is on record as that, and can be taken back like any approval.
    let records = world.get(&world.of_school("records"), &school).await.ok();
    let names: Vec<_> = records["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| record.to_string())
        .collect();
    assert!(names.iter().any(|record| record.contains("approval.practice")));
    let withdraw = format!("approvals/{}/_withdraw", given["id"].as_str().unwrap());
    world.post(&world.of_school(&withdraw), &school, json!({})).await.ok();
    assert_eq!(search(&world, "D1").await.refusal(), ["module_not_approved"]);

    // Nothing is switched on of a product that is off.
    let activations = world.get(&world.of_school("activations"), &school).await.ok();
    let end = format!("activations/{}/_end", activations["items"][0]["id"].as_str().unwrap());
    world.post(&world.of_school(&end), &school, json!({})).await.ok();
    let refused = approve("toetsen", "practice").await.problem(400, "invalid_input");
    assert_eq!(refused["errors"][0]["code"], "product_not_active");
}

#[actix_web::test]
async fn a_purpose_that_is_ticked_on_consent_goes_about_who_consented() {
    let world = World::bare().await;
    let mut document = ticked();
    document["ticks"]["purposes"] =
        json!([{ "code": "D13" }, { "code": "D1" }, { "code": "D9", "restsOnConsent": true }]);
    agree_by(&world, document).await;
    world.pull().await;
    let found = search(&world, "D1").await.ok();
    let pupils = found["items"].as_array().unwrap().len();
    assert!(pupils > 1);
    assert_eq!(search(&world, "D9").await.ok()["items"], json!([]));
}
