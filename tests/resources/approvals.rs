//! Approving optional modules, and taking that back.

use serde_json::json;

use super::world::{NOBODY, Who, World, ids, text};

#[actix_web::test]
async fn an_approval_is_given_once_and_can_be_withdrawn_once() {
    let world = World::start().await;
    let agreement = world.agreement().await["id"].clone();
    let path = world.at_school("approvals");
    let body = json!({ "agreement": agreement, "module": "berichten" });
    let given = world.post(Who::School, &path, &body).await.created();
    assert_eq!(
        (&given["school"], &given["agreement"]),
        (&json!(world.school), &agreement)
    );
    assert_eq!((&given["module"], given.get("validUntil")), (&json!("berichten"), None));
    for who in [Who::School, Who::Board] {
        world.post(who, &path, &body).await.problem(409, "already_done");
    }

    let withdraw = format!("{path}/{}/_withdraw", text(&given["id"]));
    let withdrawn = world.step(Who::Board, &withdraw).await.with(200);
    assert_eq!(withdrawn["validUntil"], world.now());
    world.step(Who::School, &withdraw).await.problem(409, "already_ended");
    world.service.clock.advance_secs(1);
    let again = world.post(Who::Board, &path, &body).await.created();
    let list = world.get(Who::School, &path).await.with(200);
    assert_eq!(ids(&list), [text(&given["id"]), text(&again["id"])]);
    assert_eq!((&list["items"][0], list.get("next")), (&withdrawn, None));
}

#[actix_web::test]
async fn only_an_optional_module_of_an_agreement_of_the_own_board_is_approved() {
    let world = World::start().await;
    let agreement = world.agreement().await["id"].clone();
    let path = world.at_school("approvals");
    for (module, code) in [
        ("oefenen", "module_not_optional"),
        ("onbekend", "module_unknown"),
        ("Berichten", "invalid_value"),
        ("", "invalid_value"),
    ] {
        let body = json!({ "agreement": agreement, "module": module });
        world
            .post(Who::School, &path, &body)
            .await
            .assert_errors(&[("/module", code)]);
    }
    let of_nobody = json!({ "agreement": NOBODY, "module": "berichten" });
    world
        .post(Who::School, &path, &of_nobody)
        .await
        .problem(404, "agreement_not_found");
    let at_other = format!("/v1/schools/{}/approvals", world.other_school);
    let of_another = json!({ "agreement": agreement, "module": "berichten" });
    world
        .post(Who::OtherSchool, &at_other, &of_another)
        .await
        .problem(404, "agreement_not_found");
    assert_eq!(
        ids(&world.get(Who::School, &path).await.with(200)),
        Vec::<String>::new()
    );
    let unknown = format!("{path}/{NOBODY}/_withdraw");
    world
        .step(Who::School, &unknown)
        .await
        .problem(404, "approval_not_found");
}
