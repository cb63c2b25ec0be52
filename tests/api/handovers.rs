//! Handover: the dossier of a pupil goes to the next school, once that asked, somebody has seen what goes, and the school released it.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use sluis::app::activation::ActivationScope;
use sluis_core::{
    agreement::Annex,
    ledger::{Outcome, Owner},
};
use sluis_stand_ins::administration::pupil;

use crate::{
    rosters::{FIRST, account, pupil_of, snapshot},
    world::{Answer, Elsewhere, INSIDE, World, annex, errors, school_elsewhere},
};

/// The school that pupils go to, by the BRIN with branch of `school_elsewhere`.
const NEXT: &str = "97XX00";

/// A school with a roster, and the next school, of another board.
async fn leaving() -> (World, Elsewhere) {
    let world = World::bare().await;
    world
        .agree_about(&world.supplier, ActivationScope::School, with_birth_dates())
        .await;
    world.import(snapshot(FIRST)).await;
    let next = school_elsewhere(&world.service).await;
    (world, next)
}

/// The annex, for which the roster holds dates of birth.
fn with_birth_dates() -> Annex {
    let mut document = serde_json::to_value(annex().document()).unwrap();
    let rows = document["rows"].as_array_mut().unwrap();
    rows[0]["pupilCategories"].as_array_mut().unwrap().push(json!("CD14"));
    Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap()
}

async fn by_school(world: &World, path: &str, body: Value) -> Answer {
    let token = world.service.token(&world.school_client, None).await;
    world.post(&world.of_school(path), &token, body).await
}

/// A school puts on record that the next one asks for the pupil, with changes to what it says.
async fn ask(world: &World, changes: Value) -> Answer {
    let mut body = json!({
        "toBrin": NEXT, "basis": "request", "reference": "aanvraag van De Steven voor Noor",
        "eckId": pupil(INSIDE).eck_id, "parts": ["results", "contact"],
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
            value => body[name] = value.clone(),
        }
    }
    by_school(world, "handovers", body).await
}

fn at(handover: &Value, verb: &str) -> String {
    format!("handovers/{}/{verb}", handover["id"].as_str().unwrap())
}

async fn show(world: &World, handover: &Value, changes: Value) -> Answer {
    let mut body = json!({ "by": "guardian", "agrees": true });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    by_school(world, &at(handover, "_show"), body).await
}

async fn release(world: &World, handover: &Value, parts: &[&str]) -> Answer {
    by_school(world, &at(handover, "_release"), json!({ "parts": parts })).await
}

const ALL: [&str; 4] = ["identity", "schooling", "results", "contact"];

/// A handover that was seen and released.
async fn released(world: &World, changes: Value) -> Value {
    let handover = ask(world, changes).await.ok();
    show(world, &handover, json!({})).await.ok();
    release(world, &handover, &ALL).await.ok()
}

async fn fetch(world: &World, next: &Elsewhere, handover: &Value) -> Answer {
    let token = world.service.token(&next.client, None).await;
    let body = json!({ "handover": handover["id"] });
    world.post(&world.of_school("handovers/_fetch"), &token, body).await
}

fn state(handover: &Value) -> &str {
    handover["state"].as_str().unwrap()
}

#[actix_web::test]
async fn a_dossier_goes_once_it_was_asked_for_seen_and_released_until_it_is_received() {
    let (world, next) = leaving().await;
    let handover = ask(&world, json!({})).await.ok();
    assert_eq!(state(&handover), "requested");
    assert_eq!(
        fetch(&world, &next, &handover).await.refusal(),
        ["person_not_available"]
    );
    release(&world, &handover, &ALL).await.problem(409, "not_ready");
    let shown = show(&world, &handover, json!({ "optOut": ["contact"] })).await.ok();
    assert_eq!((state(&shown), &shown["shown"]["by"]), ("shown", &json!("guardian")));
    assert_eq!(
        fetch(&world, &next, &handover).await.refusal(),
        ["person_not_available"]
    );
    let wrong = release(&world, &handover, &ALL).await;
    assert_eq!(wrong.input_errors(), errors([("/parts", "parts_differ")]));
    let parts = ["identity", "schooling", "results"];
    assert_eq!(state(&release(&world, &handover, &parts).await.ok()), "released");

    let found = fetch(&world, &next, &handover).await.ok();
    let names: BTreeSet<_> = found["attributes"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    // What the roster holds of it: agreements need no more.
    assert!(
        names.contains("givenName") && names.contains("birthDate") && names.contains("groups"),
        "{names:?}"
    );
    assert!(
        !names.contains("eckId") && !names.contains("pupilNumber"),
        "a number never goes: {names:?}"
    );
    let withheld = found["withheld"].as_array().unwrap();
    for (attribute, goes) in [("health", false), ("postcode", false), ("results", true)] {
        let held = withheld.iter().find(|held| held["attribute"] == attribute);
        let reason = held.map(|held| held["reason"]["code"].as_str().unwrap());
        assert_eq!(reason, (!goes).then_some("attribute_not_granted"), "{attribute}");
    }
    let token = world.service.token(&next.client, None).await;
    let receipt = world.of_school(&at(&handover, "_receive"));
    let received = world.post(&receipt, &token, json!({ "result": "received" })).await.ok();
    assert_eq!(received["state"], "received");
    assert_eq!(
        fetch(&world, &next, &handover).await.refusal(),
        ["person_not_available"]
    );
    world
        .post(&receipt, &token, json!({ "result": "received" }))
        .await
        .problem(409, "already_ended");
    let own = world.service.token(&world.school_client, None).await;
    let told = world
        .get(
            &world.of_school(&format!("handovers/{}", handover["id"].as_str().unwrap())),
            &own,
        )
        .await
        .ok();
    assert_eq!((state(&told), &told["receivedAt"]), ("received", &received["at"]));
    assert!(told["fetchedAt"].is_string());
    assert_eq!(told["reference"], "aanvraag van De Steven voor Noor");
}

#[actix_web::test]
async fn what_was_fetched_is_in_the_logs_of_both_schools_and_a_refusal_too() {
    let (world, next) = leaving().await;
    let handover = released(&world, json!({})).await;
    let logs = [Owner::School(world.school), Owner::School(next.school)];
    let mut before = Vec::new();
    for log in logs {
        before.push(world.service.records(log).await.len());
    }
    fetch(&world, &next, &handover).await.ok();
    by_school(&world, &at(&handover, "_refuse"), json!({ "by": "school" }))
        .await
        .ok();
    fetch(&world, &next, &handover).await.refusal();
    let drafts = async |log: usize| {
        let records = world.service.records(logs[log]).await;
        let fetches = records.into_iter().skip(before[log]).map(|record| record.draft);
        fetches
            .filter(|draft| draft.name.as_str() == "handover.fetch")
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (drafts(0).await, drafts(1).await);
    let outcomes =
        |drafts: &[sluis_core::ledger::RecordDraft]| drafts.iter().map(|draft| draft.outcome).collect::<Vec<_>>();
    assert_eq!(outcomes(&ours), [Outcome::Permit, Outcome::Deny]);
    assert_eq!(outcomes(&theirs), [Outcome::Done, Outcome::Failed]);
    assert_eq!(ours[0].released, theirs[0].released);
    assert!(ours[0].released.iter().any(|code| code.as_str() == "birthDate"));
    assert_eq!(ours[0].asker, Some(next.client.id));
    assert!(
        ours.iter().all(|draft| draft.subject.is_some()),
        "it is about the pupil"
    );
    assert_eq!(ours[1].reasons[0].as_str(), "handover_missing");
    // The school that asked has no more on record than it was told.
    assert_eq!(theirs[1].reasons[0].as_str(), "person_not_available");
    assert!(theirs[1].subject.is_none() && theirs[1].released.is_empty());
}

#[actix_web::test]
async fn who_is_unknown_and_who_is_not_permitted_look_alike_to_the_next_school() {
    let (world, next) = leaving().await;
    let unknown = json!({ "id": sluis_test_kit::service::nobody() });
    let others = released(&world, json!({ "toBrin": "96ZZ00" })).await;
    let restricted = released(&world, json!({ "eckId": pupil(INSIDE + 1).eck_id })).await;
    let body = json!({ "ground": "objection", "eckId": pupil(INSIDE + 1).eck_id });
    by_school(&world, "restrictions", body).await.ok();
    let refused = released(&world, json!({ "eckId": pupil(INSIDE + 2).eck_id })).await;
    by_school(&world, &at(&refused, "_refuse"), json!({ "by": "guardian" }))
        .await
        .ok();
    let expired = released(&world, json!({ "eckId": pupil(INSIDE + 3).eck_id })).await;
    world.service.clock.advance_secs(91 * 24 * 3_600);
    let mut bodies = BTreeSet::new();
    for handover in [&unknown, &others, &restricted, &refused, &expired] {
        let mut body = fetch(&world, &next, handover).await.problem(403, "refused");
        for own in ["recordId", "traceId", "instance"] {
            body.as_object_mut().unwrap().remove(own);
        }
        bodies.insert(body.to_string());
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert!(bodies.first().unwrap().contains("person_not_available"));
    // And what is not released to a school has no receipt.
    let token = world.service.token(&next.client, None).await;
    for handover in [&unknown, &others] {
        let receipt = world.of_school(&at(handover, "_receive"));
        let answer = world.post(&receipt, &token, json!({ "result": "received" })).await;
        answer.problem(404, "handover_not_found");
    }
}

#[rstest]
#[case::no_identity(json!({ "toBrin": null }), &[("/toBrin", "one_needed")])]
#[case::two_identities(json!({ "toOin": "00000001001234567000" }), &[("/toOin", "one_too_many")])]
#[case::no_branch(json!({ "toBrin": "97XX" }), &[("/toBrin", "invalid_value")])]
#[case::itself(json!({ "toBrin": "99ZZ00" }), &[("/toBrin", "to_itself")])]
#[case::forbidden(json!({ "parts": ["results", "special", "money"] }), &[("/parts/1", "part_forbidden"), ("/parts/2", "part_forbidden")])]
#[case::unknown_part(json!({ "parts": ["grades"] }), &[("/parts/0", "invalid_value")])]
#[case::in_the_past(json!({ "validUntil": "2020-01-01T00:00:00Z" }), &[("/validUntil", "in_past")])]
#[case::in_the_future(json!({ "requestedAt": "2090-01-01T00:00:00Z" }), &[("/requestedAt", "in_future")])]
#[case::nobody(json!({ "eckId": null, "sourceKey": "nobody" }), &[("/sourceKey", "person_unknown")])]
#[case::order_of_nobody(json!({ "basis": "order" }), &[("/orderedBy", "missing")])]
#[case::ordered_request(json!({ "orderedBy": "guardian" }), &[("/orderedBy", "one_too_many")])]
#[case::minor_alone(json!({ "basis": "order", "orderedBy": "person" }), &[("/orderedBy", "minor_alone")])]
#[case::all_at_once(json!({ "toBrin": "99ZZ00", "parts": ["origin"], "validUntil": "2020-01-01T00:00:00Z" }),
    &[("/toBrin", "to_itself"), ("/parts/0", "part_forbidden"), ("/validUntil", "in_past")])]
#[actix_web::test]
async fn what_cannot_be_is_refused_and_nothing_changes(#[case] changes: Value, #[case] wrong: &[(&str, &str)]) {
    let (world, _) = leaving().await;
    let expected = wrong
        .iter()
        .map(|(place, code)| ((*place).to_owned(), (*code).to_owned()));
    let records = world.service.records(Owner::School(world.school)).await.len();
    assert_eq!(ask(&world, changes).await.input_errors(), expected.collect());
    assert_eq!(world.service.records(Owner::School(world.school)).await.len(), records);
    let token = world.service.token(&world.school_client, None).await;
    let found = world.get(&world.of_school("handovers"), &token).await.ok();
    assert_eq!(found["items"], json!([]));
}

#[actix_web::test]
async fn an_error_cites_the_article_and_twice_is_once() {
    let (world, _) = leaving().await;
    for changes in [json!({ "toBrin": null }), json!({ "parts": ["numbers"] })] {
        let refused = ask(&world, changes).await.problem(400, "invalid_input");
        let detail = refused["errors"][0]["detail"].as_str().unwrap();
        assert!(detail.contains("model 3.0, article 5.5"), "{detail}");
    }
    let handover = ask(&world, json!({})).await.ok();
    ask(&world, json!({})).await.problem(409, "already_done");
    ask(&world, json!({ "toBrin": "96ZZ00" })).await.ok();
    for (body, place, code) in [
        (json!({ "optOut": ["identity"] }), "/optOut/0", "part_mandatory"),
        (json!({ "optOut": ["support"] }), "/optOut/0", "part_not_asked"),
        (json!({ "by": "person" }), "/by", "minor_alone"),
        (
            json!({ "shownAt": "2020-01-01T00:00:00Z" }),
            "/shownAt",
            "before_request",
        ),
        (json!({ "shownAt": "2090-01-01T00:00:00Z" }), "/shownAt", "in_future"),
        (json!({ "birthDate": "2001-01-01" }), "/birthDate", "birth_date_differs"),
    ] {
        assert_eq!(
            show(&world, &handover, body).await.input_errors(),
            errors([(place, code)])
        );
    }
    show(&world, &handover, json!({})).await.ok();
    show(&world, &handover, json!({})).await.problem(409, "already_done");
    release(&world, &handover, &ALL).await.ok();
    release(&world, &handover, &ALL).await.problem(409, "already_done");
    by_school(&world, &at(&handover, "_refuse"), json!({ "by": "school" }))
        .await
        .ok();
    by_school(&world, &at(&handover, "_refuse"), json!({ "by": "school" }))
        .await
        .problem(409, "already_ended");
    ask(&world, json!({})).await.ok();
}

#[actix_web::test]
async fn who_ordered_it_and_does_not_agree_with_what_goes_has_ordered_nothing() {
    let (world, next) = leaving().await;
    let order = json!({ "basis": "order", "orderedBy": "guardian" });
    let ordered = ask(&world, order.clone()).await.ok();
    let shown = show(&world, &ordered, json!({ "agrees": false })).await.ok();
    assert_eq!((state(&shown), &shown["refusedBy"]), ("refused", &json!("guardian")));
    let ordered = released(&world, order).await;
    fetch(&world, &next, &ordered).await.ok();
}

/// After leaving only what is wanted goes, and that until the retention term of the agreement with the operator.
#[rstest]
#[case::ordered(json!({ "basis": "order", "orderedBy": "guardian" }), true, true)]
#[case::agreed(json!({}), true, true)]
#[case::not_agreed(json!({}), false, false)]
#[actix_web::test]
async fn after_leaving_only_what_is_wanted_goes(#[case] basis: Value, #[case] agrees: bool, #[case] goes: bool) {
    let (world, next) = leaving().await;
    let handover = ask(&world, basis).await.ok();
    show(&world, &handover, json!({ "agrees": agrees })).await.ok();
    release(&world, &handover, &ALL).await.ok();
    fetch(&world, &next, &handover).await.ok();
    let mut file = snapshot(FIRST);
    let today = sluis_core::time::Clock::now(&*world.service.clock).utc_date();
    let left = sluis_connector_port::roster::Day::parse(&today.to_string()).unwrap();
    pupil_of(&mut file, INSIDE).enrolled_until = sluis_core::personal::Personal::new(left).into();
    world.import(file).await;
    world.service.clock.advance_secs(24 * 3_600);
    let after = fetch(&world, &next, &handover).await;
    if goes {
        after.ok();
    } else {
        assert_eq!(after.refusal(), ["person_not_available"]);
    }
}

/// The account is that of the ECK iD: at the next school of the sector it is the same, in another sector the pupil is somebody else.
#[actix_web::test]
async fn the_account_follows_within_the_sector_and_not_beyond_it() {
    let (world, second) = crate::rosters::two_schools().await;
    let eck_id = pupil(INSIDE).eck_id;
    let before = account(&world, world.school, &eck_id).await;
    let body = json!({ "toBrin": "99ZZ01", "basis": "request", "reference": "aanvraag 9", "eckId": eck_id });
    let handover = by_school(&world, "handovers", body).await.ok();
    show(&world, &handover, json!({ "birthDate": "2016-05-12" })).await.ok();
    release(&world, &handover, &["identity", "schooling"]).await.ok();
    let role = sluis::app::caller::Role::School(second);
    let next = Elsewhere {
        board: world.board,
        school: second,
        client: world.service.register(role, &[]).await,
    };
    let found = fetch(&world, &next, &handover).await.ok();
    assert!(
        found["attributes"].get("eckId").is_none(),
        "the account goes with no dossier"
    );
    let mut within = snapshot(crate::rosters::SECOND);
    let other = crate::rosters::another_eck_id();
    pupil_of(&mut within, INSIDE + 1).eck_id = other.clone().into();
    world.import(within).await;
    assert_eq!(account(&world, second, &eck_id).await, before);
    // Another ECK iD, as another sector gives, is another account, whoever it was before.
    let beyond = account(&world, second, other.expose()).await;
    assert_ne!(beyond, account(&world, world.school, &pupil(INSIDE + 1).eck_id).await);
}
