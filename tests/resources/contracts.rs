//! The contract under an agreement, and the end of the data.

use serde_json::json;

use super::{
    matters::{DAY, agreed, left, step},
    world::{Who, World, text},
};

#[actix_web::test]
async fn the_agreement_ends_with_the_contract_under_it_and_the_data_go_back_first() {
    let mut world = World::start().await;
    let offered = agreed(&world).await;
    let agreement = offered["id"].clone();
    let entering = json!({
        "agreement": agreement, "reference": "2026-0117", "startsOn": "2020-08-01", "endsOn": "2021-07-31", "renewsMonths": 12,
        "noticeMonths": 2,
    });
    let mut wrong = entering.clone();
    wrong["endsOn"] = json!("2019-07-31");
    world
        .post(Who::Board, "/v1/contracts", &wrong)
        .await
        .assert_errors(&[("/endsOn", "dates_contradict")]);
    wrong["noticeBefore"] = json!("07-01");
    world
        .post(Who::Board, "/v1/contracts", &wrong)
        .await
        .assert_errors(&[("/noticeBefore", "one_too_many")]);
    let contract = world.post(Who::Supplier, "/v1/contracts", &entering).await.with(201);
    assert_eq!(left(&contract), ["board confirm_contract", "board decide_on_renewal"]);
    let last_day = world.in_secs(100 * DAY)[..10].to_owned();
    let notice = json!({ "step": "notice_given", "endsOn": last_day, "why": "Ander leermiddel." });
    step(&world, Who::Board, &contract, notice.clone())
        .await
        .problem(409, "not_ready");
    let confirm = json!({ "step": "contract_confirmed" });
    step(&world, Who::Supplier, &contract, confirm.clone())
        .await
        .problem(409, "other_side");
    step(&world, Who::Board, &contract, confirm).await.with(200);
    let path = format!("/v1/agreements/{}", text(&agreement));
    assert_eq!(world.get(Who::Board, &path).await.with(200)["state"], "in_force");
    // No end yet: nothing to return.
    let ending = json!({ "agreement": agreement });
    world
        .post(Who::Board, "/v1/endings", &ending)
        .await
        .problem(409, "not_ready");
    let past = json!({ "step": "notice_given", "endsOn": "2021-07-31" });
    let refused = step(&world, Who::Board, &contract, past).await;
    refused.assert_errors(&[("/endsOn", "in_the_past"), ("/endsOn", "notice_too_late")]);
    let soon = json!({ "step": "notice_given", "endsOn": world.in_secs(30 * DAY)[..10] });
    let refused = step(&world, Who::Supplier, &contract, soon).await;
    refused.assert_errors(&[("/endsOn", "notice_too_late")]);
    // One contract at a time, and none by a school's program.
    world
        .post(Who::Board, "/v1/contracts", &entering)
        .await
        .problem(409, "already_done");
    world
        .post(Who::School, "/v1/contracts", &entering)
        .await
        .problem(403, "role_not_permitted");
    step(&world, Who::School, &contract, notice.clone())
        .await
        .problem(409, "other_side");
    step(&world, Who::Board, &contract, notice).await.with(200);
    let ending = world.post(Who::Board, "/v1/endings", &ending).await.with(201);
    world.wait_secs(102 * DAY).await;
    assert_eq!(world.get(Who::Board, &path).await.with(200)["state"], "ended");

    let destroyed = json!({ "step": "destroyed", "at": world.now(), "how": "Sleutels vernietigd." });
    step(&world, Who::Supplier, &ending, destroyed.clone())
        .await
        .problem(409, "not_ready");
    step(&world, Who::Board, &ending, destroyed.clone())
        .await
        .problem(409, "other_side");
    let returned = json!({ "step": "returned", "at": world.now(), "format": "json" });
    step(&world, Who::Supplier, &ending, returned.clone())
        .await
        .problem(409, "not_ready");
    step(
        &world,
        Who::Board,
        &ending,
        json!({ "step": "return_asked", "format": "json" }),
    )
    .await
    .with(200);
    step(&world, Who::Supplier, &ending, returned).await.with(200);
    // The school has to have them before they are destroyed.
    step(&world, Who::Supplier, &ending, destroyed.clone())
        .await
        .problem(409, "not_ready");
    step(&world, Who::Board, &ending, json!({ "step": "return_received" }))
        .await
        .with(200);
    let confirmed = json!({ "step": "destruction_confirmed", "lastBackUpUntil": "2035-01-01" });
    step(&world, Who::Supplier, &ending, confirmed.clone())
        .await
        .problem(409, "not_ready");
    step(&world, Who::Supplier, &ending, destroyed).await.with(200);
    let nobody = json!({ "step": "sub_processor_destroyed", "party": "Niemand B.V.", "at": world.now() });
    step(&world, Who::Supplier, &ending, nobody)
        .await
        .assert_errors(&[("/party", "party_unknown")]);
    step(&world, Who::Supplier, &ending, confirmed.clone())
        .await
        .problem(409, "not_ready");
    let there = json!({ "step": "sub_processor_destroyed", "party": "Hunze Hosting B.V.", "at": world.now() });
    step(&world, Who::Supplier, &ending, there).await.with(200);
    step(&world, Who::Board, &ending, json!({ "step": "ending_closed" }))
        .await
        .problem(409, "not_ready");
    step(&world, Who::Supplier, &ending, confirmed).await.with(200);
    let closed = step(&world, Who::Board, &ending, json!({ "step": "ending_closed" }))
        .await
        .with(200);
    assert_eq!(left(&closed), [""; 0]);
}
