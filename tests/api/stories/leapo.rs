//! Leapo, model 4.0 with codes: a form with no code in it, modules with boxes to tick, a sub-processor that changes, and the rule
//! on the ECK iD.

use serde_json::{Value, json};

use super::{By, Story, errors_in, id, offer, pairs, reasons, refused, repaired, withheld};
use crate::{
    stories::document,
    world::{INSIDE, World},
};

#[actix_web::test]
async fn by_the_form_as_it_stands_nothing_is_agreed() {
    let mut form = document("leapo");
    let errors = refused(&form, &["/retention/daysAfterEnd"]).await;
    for row in 0..5 {
        let unfilled = (format!("/rows/{row}"), "row_unfilled".to_owned());
        assert!(errors.contains(&unfilled), "the defects are told with it: {errors:?}");
    }

    // With its blanks filled in it can be accepted, and still permits nothing.
    form["retention"]["daysAfterEnd"] = json!(30);
    let world = World::bare().await;
    let told = errors_in(&world, &form).await;
    for code in ["row_unfilled", "code_undefined", "party_ambiguous", "party_unlisted"] {
        assert!(told.iter().any(|(found, _)| found == code), "{code}: {told:?}");
    }
    let offered = offer(&world, &form).await.ok();
    let defects = offered["defects"].as_array().unwrap();
    assert!(
        defects.iter().any(|defect| defect["pointer"] == "/rows/0"),
        "{defects:?}"
    );
    let story = Story::agreed(World::bare().await, &form).await;
    // No module carries a purpose, and the parties that store it all are not among the sub-processors.
    let unlisted = ("sub_processor_unlisted", "4.0-coded 11.1");
    let expected = pairs([("purpose_not_agreed", "4.0-coded 5.3"), unlisted, unlisted]);
    assert_eq!(reasons(story.search("D1", &["givenName"]).await), expected);
    let refused = story.world.log_in(&story.world.supplier, &INSIDE.to_string()).await;
    assert_eq!(refused.page().0, 403);
}

#[actix_web::test]
async fn an_optional_module_waits_for_its_box_and_closes_when_that_is_taken_back() {
    let story = Story::of(&repaired("leapo")).await;
    let wanted = ["givenName", "groups", "examResults"];
    let waits = ["examResults", "module_not_approved", "4.0-coded 3.3"].map(str::to_owned);
    let waits = [waits];
    assert_eq!(withheld(story.search("D1", &wanted).await), waits);
    // What belongs to the necessary module has no box.
    let refused = story.approve("leren", "act").await.problem(400, "invalid_input");
    assert_eq!(refused["errors"][0]["code"], "module_not_optional");
    let approved = story.approve("examentraining", "act").await.ok();
    assert!(withheld(story.search("D1", &wanted).await).is_empty());
    // A box is about its own module: the purpose of returning results has no exams.
    let elsewhere = withheld(story.search("D2", &wanted).await);
    assert_eq!(elsewhere[0][1], "attribute_not_agreed");

    let withdraw = format!("approvals/{}/_withdraw", id(&approved));
    story.at_school(&withdraw, json!({})).await.ok();
    assert_eq!(withheld(story.search("D1", &wanted).await), waits);
}

/// The repaired document with one more sub-processor, announced on this day.
fn with_another_host(announced: &str) -> Value {
    let mut document = repaired("leapo");
    document["version"]["number"] = json!("002");
    let others = document["subProcessors"].as_array_mut().unwrap();
    others.push(json!({
        "name": "Dollard Opslag B.V.", "task": { "nl": "Archief", "en": "Archive" }, "country": "NL",
        "announced": announced, "pupilCategories": ["CD1", "CD22"], "staffCategories": [],
    }));
    document
}

#[actix_web::test]
async fn a_sub_processor_stops_everything_for_six_weeks_and_an_objection_for_as_long_as_it_stands() {
    let mut story = Story::of(&repaired("leapo")).await;
    story.search("D1", &["givenName"]).await.ok();
    story.renewed(&with_another_host("2026-11-13")).await;
    let too_recent = pairs([("sub_processor_too_recent", "4.0-coded 11.2")]);
    assert_eq!(reasons(story.search("D1", &["givenName"]).await), too_recent);
    story.set("2026-12-25T23:59:59Z");
    assert_eq!(reasons(story.search("D1", &["givenName"]).await), too_recent);
    story.set("2026-12-26T00:00:00Z");
    story.search("D1", &["givenName"]).await.ok();

    let objection = json!({
        "agreement": story.agreement["id"], "kind": "objection", "party": "Dollard Opslag B.V.",
    });
    let made = story.at_school("stances", objection).await.ok();
    let objected = pairs([("sub_processor_objected", "4.0-coded 11.2")]);
    assert_eq!(reasons(story.search("D1", &["givenName"]).await), objected);
    let end = format!("stances/{}/_end", id(&made));
    story.at_school(&end, json!({})).await.ok();
    story.search("D1", &["givenName"]).await.ok();
}

fn names(claims: &Value) -> Vec<&str> {
    claims.as_object().unwrap().keys().map(String::as_str).collect()
}

#[actix_web::test]
async fn with_a_login_goes_the_eck_id_with_the_set_and_more_only_by_a_motivated_deviation() {
    let mut story = Story::of(&repaired("leapo")).await;
    // The set does not name the ECK iD: the model does.
    let claims = story.claims(&INSIDE.to_string()).await;
    assert_eq!(names(&claims), ["eckId", "givenName", "groups", "yearGroup"]);
    // The surname is agreed for access, and is not in the set: it does not go with a list for access either.
    let outside = ["familyName", "not_in_login_set", "4.0-coded 7.4"].map(str::to_owned);
    assert_eq!(
        withheld(story.search("D13", &["givenName", "familyName"]).await),
        [outside]
    );
    assert!(withheld(story.search("D12", &["givenName", "familyName"]).await).is_empty());

    let mut deviating = repaired("leapo");
    deviating["version"]["number"] = json!("002");
    deviating["deviations"] = json!([{
        "article": "7.4", "attributes": ["familyName"],
        "motivation": { "nl": "Mentoren zoeken op achternaam.", "en": "Mentors look up by surname." },
    }]);
    story.renewed(&deviating).await;
    let claims = story.claims(&INSIDE.to_string()).await;
    assert!(names(&claims).contains(&"familyName"), "{claims}");

    // Without the ECK iD in any row the linter asks for the reason.
    let mut without = repaired("leapo");
    let rows = without["rows"].as_array_mut().unwrap().iter_mut();
    for row in rows {
        row["pupilCategories"] = json!(["CD1", "CD20"]);
    }
    let body = json!({ "annex": without });
    let said = story.post(By::Board, "/v1/agreements/_lint", body).await.ok();
    let mut findings = said["findings"].as_array().unwrap().iter();
    assert!(findings.any(|finding| finding["code"] == "eck_id_absent"), "{said}");
}
