//! Authorising suppliers, and taking that back.

use serde_json::json;

use super::world::{NOBODY, Who, World, ids, text};

#[actix_web::test]
async fn a_mandate_is_given_once_and_can_be_revoked_once() {
    let world = World::start().await;
    let path = world.at_board("mandates");
    let body = json!({ "supplier": world.supplier, "validUntil": "2027-08-01T00:00:00Z" });
    let given = world.post(Who::Board, &path, &body).await.created();
    assert_eq!(
        (&given["board"], &given["supplier"]),
        (&json!(world.board), &json!(world.supplier))
    );
    assert_eq!(
        (&given["validFrom"], &given["validUntil"]),
        (&json!(world.now()), &json!("2027-08-01T00:00:00.000Z"))
    );
    world.post(Who::Board, &path, &body).await.problem(409, "already_done");
    let to_another = json!({ "supplier": world.other_supplier });
    assert_eq!(
        world
            .post(Who::Board, &path, &to_another)
            .await
            .created()
            .get("validUntil"),
        None
    );

    let revoke = format!("{path}/{}/_revoke", text(&given["id"]));
    let revoked = world.step(Who::Board, &revoke).await.with(200);
    assert_eq!(revoked["validUntil"], world.now());
    world.step(Who::Board, &revoke).await.problem(409, "already_ended");
    world.post(Who::Board, &path, &body).await.created();
    let list = world.get(Who::Board, &path).await.with(200);
    assert_eq!(ids(&list).len(), 3);
}

#[actix_web::test]
async fn a_mandate_needs_a_supplier_and_time_to_come() {
    let world = World::start().await;
    let path = world.at_board("mandates");
    let of_nobody = json!({ "supplier": NOBODY });
    world
        .post(Who::Board, &path, &of_nobody)
        .await
        .problem(404, "supplier_not_found");
    let past = json!({ "supplier": world.supplier, "validUntil": world.now() });
    world
        .post(Who::Board, &path, &past)
        .await
        .assert_errors(&[("/validUntil", "moment_past")]);
    let wrong = json!({ "supplier": 7, "validUntil": "tomorrow" });
    let refused = world.post(Who::Board, &path, &wrong).await;
    refused.assert_errors(&[("/supplier", "wrong_type"), ("/validUntil", "invalid_value")]);
    assert_eq!(ids(&world.get(Who::Board, &path).await.with(200)), Vec::<String>::new());
    let unknown = format!("{path}/{NOBODY}/_revoke");
    world.step(Who::Board, &unknown).await.problem(404, "mandate_not_found");
}
