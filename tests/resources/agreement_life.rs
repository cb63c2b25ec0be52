//! What sides say about an agreement after they accepted it: suspending, resuming, ending, superseding.

use serde_json::{Value, json};

use super::world::{NOBODY, Who, World, annex, text};

/// An agreement of the board and the supplier that both have accepted.
async fn accepted(world: &World) -> (String, Value) {
    let offered = world.agreement().await;
    let path = format!("/v1/agreements/{}", text(&offered["id"]));
    let signature = json!({ "annexHash": offered["annexHash"] });
    let accept = format!("{path}/_accept");
    world.post(Who::Board, &accept, &signature).await.with(200);
    (path, signature)
}

fn with(signature: &Value, field: &str, value: Value) -> Value {
    let mut body = signature.clone();
    body[field] = value;
    body
}

/// Why the gate refuses the supplier, as far as it is about the agreement: code, article and who can fix it.
async fn against(world: &World) -> Vec<(String, String, String)> {
    let question = json!({ "school": world.school, "purpose": "D1" });
    let answer = world.post(Who::Supplier, "/v1/decisions", &question).await.with(200);
    let reasons = answer["reasons"].as_array().unwrap().iter();
    let reasons = reasons.map(|reason| {
        let part = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (
            part(&reason["code"]),
            part(&reason["article"]["number"]),
            part(&reason["whoCanFix"]),
        )
    });
    reasons.filter(|(code, ..)| code.starts_with("agreement_")).collect()
}

fn reason(code: &str, article: &str, fixer: &str) -> (String, String, String) {
    (code.to_owned(), article.to_owned(), fixer.to_owned())
}

#[actix_web::test]
async fn each_side_suspends_for_itself_and_only_it_resumes() {
    let world = World::start().await;
    let (path, signature) = accepted(&world).await;
    let [suspend, resume] = ["_suspend", "_resume"].map(|step| format!("{path}/{step}"));
    assert_eq!(world.get(Who::School, &path).await.with(200)["state"], "in_force");
    assert_eq!(against(&world).await, []);

    let by_board = reason("agreement_suspended_by_board", "2.5", "board");
    let by_supplier = reason("agreement_suspended_by_supplier", "2.5", "supplier");
    let why = with(
        &signature,
        "reason",
        json!("De hosting verhuist naar een land buiten de EER."),
    );
    let suspended = world.post(Who::Supplier, &suspend, &why).await.with(200);
    assert_eq!(suspended["state"], "suspended");
    let expected = json!({ "side": "supplier", "validFrom": world.now(), "reason": why["reason"] });
    assert_eq!(suspended["suspensions"], json!([expected]));
    assert_eq!(against(&world).await, std::slice::from_ref(&by_supplier));

    // The other side can neither take it back nor is kept from suspending too.
    world
        .post(Who::Board, &resume, &signature)
        .await
        .problem(409, "not_ready");
    world
        .post(Who::Supplier, &suspend, &signature)
        .await
        .problem(409, "already_done");
    world.service.clock.advance_secs(1);
    world.post(Who::Board, &suspend, &signature).await.with(200);
    assert_eq!(against(&world).await, [by_board.clone(), by_supplier]);
    world.service.clock.advance_secs(1);
    let resumed = world.post(Who::Supplier, &resume, &signature).await.with(200);
    assert_eq!(
        (&resumed["state"], &resumed["suspensions"][0]["validUntil"]),
        (&json!("suspended"), &json!(world.now()))
    );
    assert_eq!(against(&world).await, [by_board]);
    let resumed = world.post(Who::Board, &resume, &signature).await.with(200);
    assert_eq!((&resumed["state"], against(&world).await), (&json!("in_force"), vec![]));
    for who in [Who::Board, Who::Supplier] {
        world.post(who, &resume, &signature).await.problem(409, "not_ready");
    }
}

#[actix_web::test]
async fn what_a_side_says_about_words_that_it_has_not_read_changes_nothing() {
    let world = World::start().await;
    let offered = world.agreement().await;
    let path = format!("/v1/agreements/{}", text(&offered["id"]));
    let signature = json!({ "annexHash": offered["annexHash"] });
    let other = json!({ "annexHash": "0".repeat(64) });
    for step in ["_suspend", "_resume", "_end"] {
        let step = format!("{path}/{step}");
        let early = world.post(Who::Board, &step, &signature).await;
        early.problem(409, "not_ready");
        let unread = world.post(Who::Board, &step, &other).await;
        unread.problem(409, "annex_hash_mismatch");
        let empty = world.post(Who::Supplier, &step, &json!({})).await;
        empty.assert_errors(&[("/annexHash", "missing")]);
    }
    let number = with(&signature, "reason", json!("zie leerling 123456782"));
    let refused = world.post(Who::Board, &format!("{path}/_suspend"), &number).await;
    assert!(!refused.body.to_string().contains("123456782"));
    refused.assert_errors(&[("/reason", "national_number")]);
    let unknown = format!("/v1/agreements/{NOBODY}/_suspend");
    let refused = world.post(Who::Supplier, &unknown, &signature).await;
    refused.problem(404, "agreement_not_found");
    let seen = world.get(Who::Board, &path).await.with(200);
    assert_eq!(seen, offered);
    assert_eq!(seen["state"], "offered");
}

#[actix_web::test]
async fn a_board_ends_at_once_and_what_has_ended_is_not_touched_any_more() {
    let world = World::start().await;
    let (path, signature) = accepted(&world).await;
    world.service.clock.advance_secs(60);
    let end = format!("{path}/_end");
    let why = with(&signature, "reason", json!("De licentie is opgezegd."));
    let over = world.post(Who::Board, &end, &why).await.with(200);
    assert_eq!(
        (&over["state"], &over["endsAt"], over.get("validUntil")),
        (&json!("ended"), &json!(world.now()), None)
    );
    assert_eq!(against(&world).await, [reason("agreement_ended", "15.1", "board")]);
    for step in ["_suspend", "_resume", "_end"] {
        let again = world.post(Who::Board, &format!("{path}/{step}"), &signature).await;
        again.problem(409, "already_ended");
    }
}

#[actix_web::test]
async fn an_end_by_a_date_holds_from_that_date_and_can_only_be_made_earlier() {
    let world = World::start().await;
    let (path, signature) = accepted(&world).await;
    let end = format!("{path}/_end");
    let by = |secs| with(&signature, "endsAt", json!(world.in_secs(secs)));
    let told = |body: Value| body["errors"][0]["detail"].as_str().unwrap().to_owned();
    for (who, body, code) in [
        (Who::Supplier, signature.clone(), "missing"),
        (Who::Supplier, by(0), "moment_past"),
        (Who::Board, by(-1), "moment_past"),
    ] {
        let refused = world.post(who, &end, &body).await;
        let detail = told(refused.body.clone());
        assert!(detail.ends_with("(model 4.0-coded, article 15.1)"), "{detail}");
        refused.assert_errors(&[("/endsAt", code)]);
    }
    let ends = world.post(Who::Supplier, &end, &by(100)).await.with(200);
    assert_eq!(
        (&ends["state"], &ends["endsAt"]),
        (&json!("in_force"), &json!(world.in_secs(100)))
    );
    assert_eq!(against(&world).await, []);
    for who in [Who::Supplier, Who::Board] {
        let later = world.post(who, &end, &by(100)).await;
        assert!(told(later.body.clone()).contains("article 15.1"));
        later.assert_errors(&[("/endsAt", "end_not_earlier")]);
    }
    let earlier = world.post(Who::Board, &end, &by(50)).await.with(200);
    assert_eq!(earlier["endsAt"], world.in_secs(50));
    world.service.clock.advance_secs(49);
    assert_eq!(against(&world).await, []);
    world.service.clock.advance_secs(1);
    assert_eq!(against(&world).await, [reason("agreement_ended", "15.1", "board")]);
    assert_eq!(world.get(Who::Supplier, &path).await.with(200)["state"], "ended");
}

#[actix_web::test]
async fn an_accepted_newer_agreement_supersedes_the_older_from_its_start() {
    let world = World::start().await;
    let (older, signature) = accepted(&world).await;
    let mut offer = world.offer();
    offer["validFrom"] = json!(world.in_secs(100));
    offer["annex"]["version"]["number"] = json!("2.0");
    offer["annex"]["rows"][0]["purposes"] = json!(["D13"]);
    world.service.clock.advance_secs(1);
    let offered = world.post(Who::Supplier, "/v1/agreements", &offer).await.created();
    let newer = format!("/v1/agreements/{}", text(&offered["id"]));
    let state = async |path: &str| {
        let seen = world.get(Who::Board, path).await.with(200);
        (text(&seen["state"]), seen["supersededBy"].clone())
    };
    let of = |state: &str| (state.to_owned(), Value::Null);
    assert_eq!(
        (state(&older).await, state(&newer).await),
        (of("in_force"), of("offered"))
    );
    let accept = format!("{newer}/_accept");
    let body = json!({ "annexHash": offered["annexHash"] });
    world.post(Who::Board, &accept, &body).await.with(200);
    assert_eq!(
        (state(&older).await, state(&newer).await),
        (of("in_force"), of("accepted"))
    );
    assert_eq!(against(&world).await, []);

    world.service.clock.advance_secs(99);
    let superseded = ("superseded".to_owned(), offered["id"].clone());
    assert_eq!((state(&older).await, state(&newer).await), (superseded, of("in_force")));
    for step in ["_suspend", "_end"] {
        let gone = world.post(Who::Board, &format!("{older}/{step}"), &signature).await;
        gone.problem(409, "already_ended");
    }
    // What came before does not revive.
    let ended = world.post(Who::Board, &format!("{newer}/_end"), &body).await.with(200);
    assert_eq!(ended["state"], "ended");
    assert_eq!(against(&world).await, [reason("agreement_ended", "15.1", "board")]);
    assert_eq!(state(&older).await.0, "superseded");
}

#[actix_web::test]
async fn one_that_ends_before_it_begins_supersedes_nothing() {
    let world = World::start().await;
    let (older, _) = accepted(&world).await;
    world.service.clock.advance_secs(1);
    let offer = json!({ "board": world.board, "validFrom": world.in_secs(100), "annex": annex() });
    let offered = world.post(Who::Supplier, "/v1/agreements", &offer).await.created();
    let newer = format!("/v1/agreements/{}", text(&offered["id"]));
    let body = json!({ "annexHash": offered["annexHash"] });
    for step in ["_accept", "_end"] {
        world
            .post(Who::Board, &format!("{newer}/{step}"), &body)
            .await
            .with(200);
    }
    world.service.clock.advance_secs(200);
    assert_eq!(world.get(Who::Board, &newer).await.with(200)["state"], "ended");
    assert_eq!(world.get(Who::Board, &older).await.with(200)["state"], "in_force");
    assert_eq!(against(&world).await, []);
}

#[actix_web::test]
async fn an_agreement_that_is_accepted_and_ended_within_a_moment_does_not_bring_the_older_back() {
    let world = World::start().await;
    accepted(&world).await;
    world.service.clock.advance_secs(1);
    let (newer, signature) = accepted(&world).await;
    let ended = world
        .post(Who::Board, &format!("{newer}/_end"), &signature)
        .await
        .with(200);
    assert_eq!(ended["state"], "ended");
    let codes: Vec<_> = against(&world).await.into_iter().map(|(code, ..)| code).collect();
    assert_eq!(codes, ["agreement_ended"]);
}

#[actix_web::test]
async fn the_supplier_hears_of_each_step() {
    let world = World::start().await;
    let (older, signature) = accepted(&world).await;
    for step in ["_suspend", "_resume"] {
        for who in [Who::Board, Who::Supplier] {
            world.post(who, &format!("{older}/{step}"), &signature).await.with(200);
        }
    }
    world.service.clock.advance_secs(1);
    let (newer, signature) = accepted(&world).await;
    world
        .post(Who::Board, &format!("{newer}/_end"), &signature)
        .await
        .with(200);
    let events = world.get(Who::Supplier, "/v1/events").await.with(200);
    let events = events["items"].as_array().unwrap();
    assert!(events.iter().all(|event| event.get("school").is_none()));
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            (
                event["kind"].as_str().unwrap(),
                format!("/v1/agreements/{}", text(&event["resource"])),
            )
        })
        .collect();
    let of = |kind, path: &String| (kind, path.clone());
    assert_eq!(
        told,
        [
            of("agreement_accepted", &older),
            of("agreement_suspended", &older),
            of("agreement_suspended", &older),
            of("agreement_resumed", &older),
            of("agreement_resumed", &older),
            of("agreement_accepted", &newer),
            of("agreement_superseded", &older),
            of("agreement_ended", &newer),
        ]
    );
    let elsewhere = world.get(Who::OtherSupplier, "/v1/events").await.with(200);
    assert_eq!(elsewhere["items"], json!([]));
}
