//! What the gate refuses is on record, and so is a login up to its token.

use serde_json::{Value, json};
use sluis::app::caller::RoleKind::{School, Supplier};
use sluis_stand_ins::administration::pupil;

use super::{
    id_of,
    table::{Line, assert_told},
    walk::Walk,
};
use crate::{
    browser::Ended,
    rosters::{FIRST, another_eck_id, snapshot},
    world::{INSIDE, LOCATED, OUTSIDE},
};

/// A sub-processor of the operator of this service: while a school objects to it, nothing is taken in.
const HOST: &str = "Schutkolk Hosting B.V.";

/// A login up to the way back to the supplier, or to a page that says why there is none.
async fn log_in(walk: &mut Walk, step: &'static str, username: &str) -> Ended {
    let ended = walk.world.log_in(&walk.world.supplier, username).await;
    walk.tell_beside(step, Supplier, "", &Value::Null).await;
    ended
}

async fn exchange(walk: &mut Walk, step: &'static str, code: &str) -> u16 {
    let answer = walk.world.exchange(&walk.world.supplier, code, &[]).await;
    walk.tell_beside(step, Supplier, "", &Value::Null).await;
    answer.status
}

async fn ask_all(walk: &mut Walk) {
    let school = walk.things["school"].clone();
    walk.refuse("learner_search", Supplier, json!({})).await;
    let body = json!({ "school": school, "eckId": pupil(INSIDE).eck_id });
    walk.refuse("account_resolve", Supplier, body).await;
    walk.refuse("account_change_search", Supplier, json!({})).await;
    let answer = walk
        .refuse("decision_create", Supplier, json!({ "school": school }))
        .await;
    assert_eq!(answer["decision"], "deny", "{answer}");
}

#[actix_web::test]
async fn every_door_of_the_gate_leaves_just_these_records_of_what_it_refuses() {
    let mut walk = Walk::begin().await;
    ask_all(&mut walk).await;
    assert_eq!(log_in(&mut walk, "callback:not-agreed", LOCATED).await.page().0, 403);

    let body = walk.world.connection();
    let connection = walk.step("connection_create", School, body).await;
    walk.things.insert("connection", id_of(&connection));
    walk.step("connection_activate", School, json!({})).await;
    let token = walk.world.service.token(&walk.world.school_client, None).await;
    let agreements = walk.world.get("/v1/agreements", &token).await.ok();
    let agreements = agreements["items"].as_array().unwrap().iter();
    let mut ids = agreements.map(|agreement| agreement["id"].as_str().unwrap());
    let of_operator = ids.find(|id| *id != walk.routing["agreement"]);
    let body = json!({ "agreement": of_operator.unwrap(), "kind": "objection", "party": HOST });
    let stance = walk.step("stance_create", School, body).await;
    walk.things.insert("stance", id_of(&stance));
    walk.refuse("connection_pull", School, json!({})).await;
    walk.step("stance_end", School, json!({})).await;

    // Now everything is agreed, for one group, of which one pupil is not.
    walk.world.agree(&walk.world.supplier).await;
    walk.world.import(snapshot(FIRST)).await;
    walk.overlook().await;
    for (step, eck_id) in [
        ("account_resolve:out-of-scope", pupil(OUTSIDE).eck_id),
        ("account_resolve:unknown", another_eck_id().expose().to_owned()),
    ] {
        let body = json!({ "school": walk.things["school"], "eckId": eck_id });
        walk.refuse(step, Supplier, body).await;
    }
    let ended = log_in(&mut walk, "callback:out-of-scope", &OUTSIDE.to_string()).await;
    assert_eq!(ended.page().0, 403);
    let code = log_in(&mut walk, "callback", &INSIDE.to_string()).await.code();
    assert_eq!(exchange(&mut walk, "token", &code).await, 200);
    let code = log_in(&mut walk, "callback", &INSIDE.to_string()).await.code();
    walk.world.switch_off().await;
    walk.overlook().await;
    assert_eq!(exchange(&mut walk, "token:switched-off", &code).await, 400);
    let lines: &[Line] = &walk.beside;
    assert_told("tests/api/acts/refusals.txt", include_str!("refusals.txt"), lines);
}
