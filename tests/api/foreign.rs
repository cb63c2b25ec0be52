//! What is another school's is not found: neither under that school nor under one's own. The matrix of `tests/resources/`
//! asks for what does not exist; here it exists, and answers its owner.

use serde_json::{Value, json};
use sluis::app::{activation::ActivationScope, caller::Role};
use sluis_core::ledger::Owner;

use crate::{
    consents::{consenting, give},
    rosters::{FIRST, another_eck_id, pupil_of, snapshot},
    world::{Elsewhere, INSIDE, World, school_elsewhere},
};

/// A school at which two accounts were merged and a roster was pulled: the paths of that change and that run.
async fn with_a_change_and_a_run() -> (World, [String; 2]) {
    let world = World::bare().await;
    world.agree_for(&world.supplier, ActivationScope::School).await;
    world.import(snapshot(FIRST)).await;
    let token = world.supplier_token("D1").await;
    let learners = world.of_school("learners/_search");
    let before = world.post(&learners, &token, json!({ "limit": 200 })).await.ok();
    let mut file = snapshot(FIRST);
    pupil_of(&mut file, INSIDE).eck_id = another_eck_id().into();
    world.import(file).await;
    let after = world.post(&learners, &token, json!({ "limit": 200 })).await.ok();
    let accounts = |list: &Value| -> Vec<Value> {
        let items = list["items"].as_array().unwrap().iter();
        items.map(|item| item["account"].clone()).collect()
    };
    let (before, after) = (accounts(&before), accounts(&after));
    let gone = before.iter().find(|account| !after.contains(account)).unwrap();
    let new = after.iter().find(|account| !before.contains(account)).unwrap();
    world.service.clock.advance_secs(60);
    let school = world.service.token(&world.school_client, None).await;
    let merge = json!({ "supplier": world.supplier.supplier, "from": new, "into": gone, "samePerson": true });
    let change = world
        .post(&world.of_school("accounts/_merge"), &school, merge)
        .await
        .ok();
    let runs = world.get(&world.of_school("runs"), &school).await.ok();
    let id = |thing: &Value| thing["id"].as_str().unwrap().to_owned();
    let paths = [
        format!("account-changes/{}", id(&change)),
        format!("runs/{}", id(&runs["items"][0])),
    ];
    (world, paths)
}

#[actix_web::test]
async fn a_change_and_a_run_of_another_school_are_not_found() {
    let (world, paths) = with_a_change_and_a_run().await;
    let own = world.service.token(&world.school_client, None).await;
    let Elsewhere { school, client, .. } = school_elsewhere(&world.service).await;
    let foreign = world.service.token(&client, None).await;
    for path in &paths {
        let own_path = world.of_school(path);
        world.get(&own_path, &own).await.ok();
        world.get(&own_path, &foreign).await.problem(404, "school_not_found");
        // Under a school of one's own the id of another's leads nowhere.
        let under_ours = world.get(&format!("/v1/schools/{school}/{path}"), &foreign).await;
        assert_eq!(under_ours.status, 404, "{}", under_ours.body);
    }
    let undo = format!("/v1/schools/{school}/{}/_undo", paths[0]);
    assert_eq!(world.post(&undo, &foreign, json!({})).await.status, 404);
    let undo = world.of_school(&format!("{}/_undo", paths[0]));
    world.post(&undo, &own, json!({})).await.ok();
}

#[actix_web::test]
async fn a_consent_of_another_school_is_not_found() {
    let world = consenting().await;
    let path = format!(
        "consents/{}",
        give(&world, json!({})).await.ok()["id"].as_str().unwrap()
    );
    let own = world.service.token(&world.school_client, None).await;
    let Elsewhere { school, client, .. } = school_elsewhere(&world.service).await;
    let foreign = world.service.token(&client, None).await;
    world.get(&world.of_school(&path), &own).await.ok();
    world
        .get(&world.of_school(&path), &foreign)
        .await
        .problem(404, "school_not_found");
    let theirs = format!("/v1/schools/{school}/{path}");
    world.get(&theirs, &foreign).await.problem(404, "consent_not_found");
    for path in [
        format!("{theirs}/_withdraw"),
        world.of_school(&format!("{path}/_withdraw")),
    ] {
        assert_eq!(
            world.post(&path, &foreign, json!({ "by": "guardian" })).await.status,
            404
        );
    }
    assert!(world.get(&world.of_school(&path), &own).await.ok()["validUntil"].is_string());
}

#[actix_web::test]
async fn accounts_are_taken_over_from_no_school_of_another_board() {
    let (world, _) = with_a_change_and_a_run().await;
    let Elsewhere { school, board, .. } = school_elsewhere(&world.service).await;
    let client = world.service.register(Role::Board(board), &[]).await;
    let token = world.service.token(&client, None).await;
    let logged = world.service.records(Owner::School(world.school)).await.len();
    for (school, from) in [(school, world.school), (world.school, school)] {
        let path = format!("/v1/schools/{school}/accounts/_take-over");
        let take = json!({ "supplier": world.supplier.supplier, "fromSchool": from });
        world.post(&path, &token, take).await.problem(404, "school_not_found");
    }
    assert_eq!(world.service.records(Owner::School(world.school)).await.len(), logged);
}
