//! The generic model 3.0 for mbo: a blank form, a tick that asks for a second factor, its own numbers of articles, certificates
//! with a year to run, and no rule on the ECK iD.

use rstest::rstest;
use serde_json::{Value, json};
use sluis_stand_ins::{administration::pupil, kennisnet::Kennisnet};

use super::{By, Story, document, left, pairs, reasons, refused, repaired, text};
use crate::{
    browser::{Ended, assert_told, way_back},
    world::{INSIDE, World},
};

/// How Kennisnet says that somebody logged in with two factors.
const TWO_FACTORS: &str = "https://refeds.org/profile/mfa";

#[actix_web::test]
async fn the_blank_form_is_no_offer() {
    let blanks = [
        "/product/name",
        "/parties/processor/name",
        "/modules",
        "/places",
        "/version/date",
        "/retention/daysAfterEnd",
    ];
    let errors = refused(&document("mbo-generic"), &blanks).await;
    let unfilled = ("/ticks/purposes".to_owned(), "row_unfilled".to_owned());
    assert!(errors.contains(&unfilled), "{errors:?}");
}

/// The login of a student, with the wish of the supplier for two factors or without.
async fn login(story: &Story, wishes: &[(&str, &str)]) -> Ended {
    let request = story.world.to_kennisnet(&story.world.supplier, wishes).await;
    let back = story
        .world
        .from_kennisnet(&Kennisnet::picked(&request, &INSIDE.to_string()))
        .await;
    story.world.come_back(&back).await
}

/// The tick and the field each ask for it.
#[rstest]
#[case::both(true, true)]
#[case::the_tick_alone(false, true)]
#[case::the_field_alone(true, false)]
#[actix_web::test]
async fn high_confidentiality_asks_a_second_factor_at_login_and_a_bound_token_of_machines(
    #[case] field: bool,
    #[case] tick: bool,
) {
    let mut annex = repaired("mbo-generic");
    annex["secondFactor"] = json!(field);
    annex["particulars"]["confidentialityHigh"] = json!(tick);
    let world = World::bare_with([("KENNISNET__SECOND_FACTOR", format!("['{TWO_FACTORS}']").as_str())]).await;
    let story = Story::told_in(world, &annex).await;
    let (status, page) = login(&story, &[]).await.page();
    assert_eq!(status, 403);
    assert!(page.contains("tweede factor"), "{page}");
    assert_told(&way_back(&page), "access_denied");
    let records = story
        .get(By::School, &story.world.of_school("records?limit=200"))
        .await
        .ok();
    let mut logins = records["items"].as_array().unwrap().iter();
    let refused = logins.rfind(|record| record["kind"] == "login").unwrap();
    assert!(refused.to_string().contains("second_factor_missing"), "{refused}");

    let code = login(&story, &[("acr_values", TWO_FACTORS)]).await.code();
    // This model has no rule on the ECK iD: it does not go along unless it is listed.
    let claims = story.released_for(&code).await;
    let names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["givenName", "groups"],
        "the roster has no number of the administration"
    );

    // A token that anybody could use who gets hold of it is not enough for a program.
    let unbound = pairs([("sender_unbound", "mbo-3.0 6.2")]);
    assert_eq!(reasons(story.search("D1", &["givenName"]).await), unbound);
    let resolve = json!({ "school": story.world.school, "eckId": pupil(INSIDE).eck_id });
    let token = story.world.supplier_token("D1").await;
    let answer = story.world.post("/v1/accounts/_resolve", &token, resolve).await;
    assert_eq!(reasons(answer), unbound);
}

/// What is refused by the document once the tick is off, so that nothing else is in the way.
async fn without_tick(change: impl FnOnce(&mut Value)) -> Story {
    let mut annex = repaired("mbo-generic");
    annex["secondFactor"] = json!(false);
    annex["particulars"]["confidentialityHigh"] = json!(false);
    change(&mut annex);
    Story::of(&annex).await
}

#[actix_web::test]
async fn a_refusal_cites_the_numbers_of_this_model() {
    let story = without_tick(|annex| {
        annex["places"][1]["country"] = json!("US");
        annex["subProcessors"][0]["country"] = json!("US");
    })
    .await;
    let outside = ("place_outside_eea", "mbo-3.0 9.1");
    let expected = pairs([("purpose_not_agreed", "mbo-3.0 4.3"), outside]);
    assert_eq!(reasons(story.search("D6", &["givenName"]).await), expected);
    let permission = json!({
        "agreement": story.agreement["id"], "kind": "permission", "party": "Eemskade Hosting B.V.",
    });
    story.at_school("stances", permission).await.ok();
    story.search("D1", &["givenName"]).await.ok();
    assert_eq!(
        reasons(story.search("D6", &["givenName"]).await),
        pairs([("purpose_not_agreed", "mbo-3.0 4.3")])
    );
}

#[actix_web::test]
async fn a_change_of_sub_processors_has_no_term_here_and_an_objection_bites() {
    let story = without_tick(|annex| annex["subProcessors"][0]["announced"] = json!("2026-11-22")).await;
    story.search("D1", &["givenName"]).await.ok();
    let objection = json!({
        "agreement": story.agreement["id"], "kind": "objection", "party": "Eemskade Hosting B.V.",
    });
    story.at_school("stances", objection).await.ok();
    let objected = pairs([("sub_processor_objected", "mbo-3.0 10.2")]);
    assert_eq!(reasons(story.search("D1", &["givenName"]).await), objected);
}

#[actix_web::test]
async fn a_certificate_has_a_year_to_run() {
    let story = Story::of(&repaired("mbo-generic")).await;
    let file = async |until: &str| {
        let body = json!({
            "what": "certificate", "title": "ISO 27001", "issuedOn": "2026-01-05", "validUntil": until,
            "agreement": story.agreement["id"],
        });
        story.post(By::Supplier, "/v1/filings", body).await
    };
    let refused = file("2027-11-22").await.problem(400, "invalid_input");
    assert_eq!(
        (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
        (&json!("/validUntil"), &json!("less_than_a_year"))
    );
    let detail = text(&refused["errors"][0]["detail"]);
    assert!(detail.contains("mbo-3.0, article 6.4"), "{detail}");
    let matters = story.get(By::Board, "/v1/matters?kind=filing").await.ok();
    assert_eq!(matters["items"], json!([]));

    let filed = file("2027-11-23").await.ok();
    assert_eq!(left(&filed), ["renew_filing"]);
    let renew = &filed["duties"][0];
    assert_eq!(
        (&renew["due"], &renew["article"]),
        (
            &json!("2027-11-23T23:00:00.000Z"),
            &json!("model mbo-3.0, article 6.4; GDPR 28(3)(h)")
        )
    );
}
