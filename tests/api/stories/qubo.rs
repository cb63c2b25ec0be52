//! Qubo, model 4.0 with tick boxes: health without a ground, an order that counts as acceptance, a contract with its day of notice,
//! and an end at which the school may not answer.

use serde_json::{Value, json};
use sluis_core::time::Clock;

use super::{
    By, HOUR, Story, accept, document, duty, errors_in, id, left, offer, pairs, reasons, refused, repaired, text,
    withheld,
};
use crate::world::{World, errors};

#[actix_web::test]
async fn as_it_stands_it_is_no_offer_and_once_it_is_one_unlisted_parties_stop_it() {
    let mut form = document("qubo");
    let errors = refused(&form, &["/version/date"]).await;
    let ground = (
        "/ticks/pupilCategories/3".to_owned(),
        "special_ground_missing".to_owned(),
    );
    assert!(errors.contains(&ground), "{errors:?}");
    form["version"]["date"] = json!("2026-10-05");
    let world = World::bare().await;
    let told = errors_in(&world, &form).await;
    for code in [
        "special_ground_missing",
        "party_unlisted",
        "anonymising_insufficient",
        "retention_contradictory",
        "own_use",
    ] {
        assert!(told.iter().any(|(found, _)| found == code), "{code}: {told:?}");
    }
    let story = Story::agreed(world, &form).await;
    // Three parties process data, and the document says that there are none.
    let unlisted = ("sub_processor_unlisted", "4.0 11.1");
    let found = reasons(story.search("D1", &["givenName"]).await);
    let parties = found.iter().filter(|reason| **reason == pairs([unlisted])[0]).count();
    assert_eq!(parties, 3, "{found:?}");
}

#[actix_web::test]
async fn without_a_ground_health_goes_to_nobody_whatever_a_school_approves() {
    let mut groundless = repaired("qubo");
    let health = groundless["ticks"]["pupilCategories"][3].as_object_mut().unwrap();
    health.remove("specialGround");
    let mut story = Story::of(&groundless).await;
    let wanted = ["givenName", "health"];
    let held = |code: &str, number: &str| vec![["health", code, number].map(str::to_owned)];
    let no_ground = held("special_ground_missing", "4.0 5.3");
    assert_eq!(withheld(story.search("D7", &wanted).await), no_ground);
    story.approve("cd18", "act").await.ok();
    assert_eq!(withheld(story.search("D7", &wanted).await), no_ground);

    // With its ground it waits for the school, and goes under this purpose only.
    story.renewed(&repaired("qubo")).await;
    assert_eq!(
        withheld(story.search("D7", &wanted).await),
        held("module_not_approved", "4.0 3.3")
    );
    story.approve("cd18", "act").await.ok();
    assert!(withheld(story.search("D7", &wanted).await).is_empty());
    assert_eq!(
        withheld(story.search("D1", &wanted).await),
        held("attribute_not_agreed", "4.0 5.3")
    );
}

#[actix_web::test]
async fn a_confirmed_order_is_the_acceptance() {
    let world = World::bare().await;
    let moment = |secs| world.service.clock.now().plus_secs(secs).to_string();
    let early = moment(-1);
    let offered = offer(&world, &repaired("qubo")).await.ok();
    let order = |at: &str| json!({ "order": { "reference": "2026-00417", "confirmedAt": at } });
    for (at, code, detail) in [
        (early, "before_the_offer", "model 4.0, article 2.1"),
        (moment(HOUR), "moment_to_come", "still to come"),
    ] {
        let refused = accept(&world, &offered, order(&at)).await.problem(400, "invalid_input");
        let error = &refused["errors"][0];
        assert_eq!(
            (&error["pointer"], &error["code"]),
            (&json!("/order/confirmedAt"), &json!(code))
        );
        assert!(text(&error["detail"]).contains(detail), "{error}");
    }
    world.service.clock.advance_secs(HOUR);
    let confirmed = moment(-60);
    let accepted = accept(&world, &offered, order(&confirmed)).await.ok();
    let by_board = &accepted["acceptances"][1];
    assert_eq!(
        (
            &accepted["state"],
            &by_board["side"],
            &by_board["form"],
            &by_board["order"]
        ),
        (
            &json!("in_force"),
            &json!("board"),
            &json!("order"),
            &json!({ "reference": "2026-00417", "confirmedAt": confirmed })
        )
    );
}

/// The contract under the agreement, entered by the supplier and confirmed by the board.
async fn contract(story: &Story) -> Value {
    let body = json!({
        "agreement": story.agreement["id"], "reference": "bestelling 2026-00417", "startsOn": "2026-08-01",
        "noticeBefore": "07-01",
    });
    let entered = story.post(By::Supplier, "/v1/contracts", body).await.ok();
    let confirmed = json!({ "step": "contract_confirmed" });
    story.step(By::Board, &entered, confirmed).await.ok()
}

#[actix_web::test]
async fn notice_is_given_before_the_first_of_july_and_ends_the_agreement() {
    let story = Story::of(&repaired("qubo")).await;
    let contract = contract(&story).await;
    assert_eq!(left(&contract), ["decide_on_renewal"]);
    let decide = duty(&contract, "decide_on_renewal");
    assert_eq!(
        (&decide["of"], &decide["due"], &decide["article"]),
        (
            &json!("board"),
            &json!("2027-06-30T22:00:00.000Z"),
            &json!("model 4.0, article 15.1; GDPR 28(3)")
        )
    );
    let calendar = story
        .get(By::School, "/v1/duties?until=2027-07-01T00:00:00Z")
        .await
        .ok();
    assert_eq!(calendar["items"][0]["code"], "decide_on_renewal");

    story.set("2027-06-29T09:00:00Z");
    let notice = json!({ "step": "notice_given", "endsOn": "2027-07-31", "why": "Ander leermiddel." });
    let ended = story.step(By::Board, &contract, notice).await.ok();
    let decided = duty(&ended, "decide_on_renewal");
    assert_eq!((&decided["late"], decided["done"].is_string()), (&json!(false), true));
    let path = format!("/v1/agreements/{}", id(&story.agreement));
    let seen = story.get(By::Supplier, &path).await.ok();
    assert_eq!(
        (&seen["state"], &seen["endsAt"]),
        (&json!("in_force"), &json!("2027-07-31T22:00:00.000Z"))
    );
    story.search("D1", &["givenName"]).await.ok();
    story.set("2027-07-31T22:00:00Z");
    assert_eq!(story.get(By::Supplier, &path).await.ok()["state"], "ended");
    assert_eq!(
        reasons(story.search("D1", &["givenName"]).await),
        pairs([("agreement_ended", "4.0 15.1")])
    );
}

#[actix_web::test]
async fn notice_after_that_day_is_late() {
    let story = Story::of(&repaired("qubo")).await;
    let contract = contract(&story).await;
    story.set("2027-06-30T22:00:01Z");
    let calendar = story.get(By::Board, "/v1/duties").await.ok();
    assert_eq!(calendar["items"][0]["late"], true, "{calendar}");
    // For this summer it comes too late, whoever gives it: the next one is that of the year after.
    let notice = |last_day: &str| json!({ "step": "notice_given", "endsOn": last_day });
    for by in [By::Board, By::Supplier] {
        let refused = story.step(by, &contract, notice("2027-07-31")).await.input_errors();
        assert_eq!(refused, errors([("/endsOn", "notice_too_late")]));
    }
    let ended = story.step(By::Board, &contract, notice("2028-07-31")).await.ok();
    assert_eq!(duty(&ended, "decide_on_renewal")["late"], true);
}

/// Notice was given for the end of July: what is to be done about the data.
async fn ending(document: &Value) -> (Story, Value) {
    let story = Story::of(document).await;
    let contract = contract(&story).await;
    let notice = json!({ "step": "notice_given", "endsOn": "2027-07-31" });
    story.step(By::Board, &contract, notice).await.ok();
    let ending = json!({ "agreement": story.agreement["id"] });
    let ending = story.post(By::Board, "/v1/endings", ending).await.ok();
    (story, ending)
}

#[actix_web::test]
async fn staff_go_a_month_after_notice_as_the_document_has_it_or_after_the_end_as_it_was_repaired() {
    let (story, after_end) = ending(&repaired("qubo")).await;
    assert_eq!(
        duty(&after_end, "destroy_staff_data")["due"],
        "2027-09-01T22:00:00.000Z"
    );
    // The repair is there because by the words of the document staff are gone while the agreement still runs.
    let early = as_the_document_has_it();
    let said = json!({ "annex": early });
    let said = story.post(By::Board, "/v1/agreements/_lint", said).await.ok();
    let finding = &said["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["severity"]),
        (&json!("retention_before_end"), &json!("warning"))
    );
    let (_, after_notice) = ending(&early).await;
    assert_eq!(
        duty(&after_notice, "destroy_staff_data")["due"],
        "2026-12-23T23:00:00.000Z"
    );
}

/// The repaired document with the term for staff that the document has.
fn as_the_document_has_it() -> Value {
    let mut annex = repaired("qubo");
    annex["retention"]["rules"][1] = document("qubo")["retention"]["rules"][2].clone();
    annex
}

#[actix_web::test]
async fn after_the_end_pupils_are_kept_a_year_for_an_answer_and_staff_go_within_a_month_of_notice() {
    let (story, ending) = ending(&as_the_document_has_it()).await;
    let due = |code| (text(&duty(&ending, code)["due"]), text(&duty(&ending, code)["article"]));
    let a_year_on = "2028-08-01T22:00:00.000Z";
    for (code, day, article) in [
        ("say_how_to_return", a_year_on, "12.2"),
        ("destroy_data", a_year_on, "12.2"),
        ("destroy_staff_data", "2026-12-23T23:00:00.000Z", "12.1"),
        ("confirm_destruction", a_year_on, "12.3"),
    ] {
        let (found, cited) = due(code);
        assert_eq!(found, day, "{code}");
        assert!(cited.starts_with(&format!("model 4.0, article {article};")), "{cited}");
    }
    let each = ending["duties"].as_array().unwrap().iter();
    let each = each.filter(|duty| duty["code"] == "destroy_at_sub_processor");
    let parties: Vec<_> = each.map(|duty| text(&duty["about"])).collect();
    assert_eq!(parties, ["Microsoft Azure", "Microsoft 365", "WordPress"]);

    story.set("2026-12-20T09:00:00Z");
    let staff = json!({ "step": "staff_data_destroyed", "at": story.in_secs(-HOUR) });
    let gone = story.step(By::Supplier, &ending, staff).await.ok();
    assert_eq!(duty(&gone, "destroy_staff_data")["late"], false);
    // The school has said nothing: within the year that is no reason to destroy.
    story.set("2028-08-01T21:00:00Z");
    let destroyed = json!({ "step": "destroyed", "at": story.in_secs(-HOUR), "how": "Sleutels vernietigd." });
    let early = story
        .step(By::Supplier, &ending, destroyed)
        .await
        .problem(409, "not_ready");
    assert!(text(&early["detail"]).contains("model 4.0, article 12.2"), "{early}");
    story.set("2028-08-01T23:00:00Z");
    let destroyed = json!({ "step": "destroyed", "at": "2028-08-01T22:30:00Z", "how": "Sleutels vernietigd." });
    story.step(By::Supplier, &ending, destroyed).await.ok();
}

#[actix_web::test]
async fn who_answers_gets_its_data_first() {
    let story = Story::of(&repaired("qubo")).await;
    // Nobody waits for the contract: the board ends the agreement.
    let end = json!({ "annexHash": story.agreement["annexHash"], "endsAt": "2026-11-24T23:00:00Z" });
    let path = format!("/v1/agreements/{}/_end", id(&story.agreement));
    story.post(By::Board, &path, end).await.ok();
    let ending = json!({ "agreement": story.agreement["id"] });
    let ending = story.post(By::Supplier, "/v1/endings", ending).await.ok();
    let asked = json!({ "step": "return_asked", "format": "csv" });
    let asked = story.step(By::Board, &ending, asked).await.ok();
    // Once there is an answer the term is that of the agreement, after its end.
    assert_eq!(duty(&asked, "return_data")["due"], "2027-11-26T23:00:00.000Z");
    story.set("2026-11-26T09:00:00Z");
    let destroyed = json!({ "step": "destroyed", "at": story.in_secs(-HOUR), "how": "Gewist." });
    story
        .step(By::Supplier, &ending, destroyed.clone())
        .await
        .problem(409, "not_ready");
    let returned = json!({ "step": "returned", "at": story.in_secs(-HOUR), "format": "csv" });
    story.step(By::Supplier, &ending, returned).await.ok();
    story
        .step(By::Board, &ending, json!({ "step": "return_received" }))
        .await
        .ok();
    story.step(By::Supplier, &ending, destroyed).await.ok();
}
