//! Qompas, model 3.0 in prose: a breach told within a day and notified jointly, a dossier that goes on by consent, a service that
//! counts as approved once it is on, two years of storage only, a yearly report.

use rstest::rstest;
use serde_json::{Value, json};
use sluis_connector_port::roster::Day;
use sluis_core::personal::Personal;
use sluis_stand_ins::administration::pupil;

use super::{By, HOUR, Story, document, duty, id, left, pairs, reasons, refused, repaired, text};
use crate::{
    rosters::{FIRST, pupil_of, snapshot},
    world::{Answer, INSIDE, Supplier, World, errors},
};

#[actix_web::test]
async fn as_it_stands_it_names_no_end_and_a_party_that_nobody_listed() {
    let mut form = document("qompas");
    let errors = refused(&form, &["/retention/daysAfterEnd"]).await;
    let ground = (
        "/ticks/pupilCategories/10".to_owned(),
        "special_ground_missing".to_owned(),
    );
    assert!(errors.contains(&ground), "{errors:?}");
    form["retention"]["daysAfterEnd"] = json!(60);
    let world = World::bare().await;
    let told = super::errors_in(&world, &form).await;
    for code in [
        "special_ground_missing",
        "special_unclassified",
        "advertising",
        "party_unlisted",
    ] {
        assert!(told.iter().any(|(found, _)| found == code), "{code}: {told:?}");
    }
    let story = Story::agreed(world, &form).await;
    let found = reasons(story.search("D1", &["givenName"]).await);
    assert!(
        found.contains(&pairs([("sub_processor_unlisted", "3.0 11.1")])[0]),
        "{found:?}"
    );
}

/// The supplier tells of a breach that it found so many hours ago.
async fn told_after(story: &Story, hours: i64) -> Value {
    let breach = json!({
        "discoveredAt": story.in_secs(-hours * HOUR), "summary": "Dossiers waren te lezen.", "nature": ["read"],
        "schools": [story.world.school], "facts": { "risk": "present", "categories": ["CD22"] },
    });
    story.post(By::Supplier, "/v1/incidents", breach).await.ok()
}

#[rstest]
#[case::in_time(24, false)]
#[case::late(25, true)]
#[actix_web::test]
async fn a_breach_is_told_within_a_day(#[case] hours: i64, #[case] late: bool) {
    let story = Story::of(&repaired("qompas")).await;
    let told = told_after(&story, hours).await;
    let tell = duty(&told, "tell_other_side");
    assert_eq!((&tell["of"], &tell["late"]), (&json!("supplier"), &json!(late)));
    assert_eq!(tell["due"], story.in_secs((24 - hours) * HOUR));
    assert_eq!(tell["article"], "model 3.0, article 8.2; GDPR 33(2)");
    // The clock of the law begins when the school was told.
    assert_eq!(duty(&told, "assess_incident")["due"], story.in_secs(72 * HOUR));
}

#[actix_web::test]
async fn the_supplier_notifies_for_the_schools_together_as_this_model_lets_it() {
    let story = Story::of(&repaired("qompas")).await;
    let told = told_after(&story, 1).await;
    let risk = json!({ "step": "assessed", "verdict": "risk" });
    let judged = story.step(By::School, &told, risk).await.ok();
    assert_eq!(left(&judged), ["complete_notice", "notify_authority"]);
    let alone = json!({ "step": "authority_notified", "at": story.in_secs(0) });
    let refused = story
        .step(By::Supplier, &told, alone.clone())
        .await
        .problem(409, "other_side");
    assert!(text(&refused["detail"]).contains("model 3.0, article 8.5"), "{refused}");
    let mut together = alone;
    together["jointly"] = json!(true);
    let notified = story.step(By::Supplier, &told, together.clone()).await.ok();
    let notify = duty(&notified, "notify_authority");
    assert_eq!((notify["done"].is_string(), &notify["late"]), (true, &json!(false)));
    assert_eq!(left(&notified), ["complete_notice"]);

    // Model 4.0 has no such thing.
    let other = Story::of(&repaired("qubo")).await;
    let told = told_after(&other, 1).await;
    let refused = other.step(By::Supplier, &told, together).await.input_errors();
    assert_eq!(refused, errors([("/jointly", "joint_notice_unknown")]));
}

/// The dossier goes to a party that the document lists, at which the school agreed too. One pupil is over sixteen.
async fn with_further_education() -> (Story, Supplier) {
    let world = World::bare().await;
    let other = world.another_supplier().await;
    let mut annex = repaired("qompas");
    annex["receivers"] = json!([
        { "name": "Andere Leermiddelen B.V.", "supplier": other.supplier, "purposes": ["D11"] },
    ]);
    let story = Story::agreed(world, &annex).await;
    story
        .world
        .agree_for(&other, sluis::app::activation::ActivationScope::School)
        .await;
    let mut file = snapshot(FIRST);
    pupil_of(&mut file, INSIDE + 1).birth_date = Personal::new(Day::parse("2009-02-14").unwrap()).into();
    story.world.import(file).await;
    (story, other)
}

/// The supplier asks for one pupil, to hand the dossier over.
async fn hand_over(story: &Story, other: &Supplier, number: u32) -> Answer {
    let token = story.world.supplier_token("D11").await;
    let body = json!({
        "school": story.world.school, "eckId": pupil(number).eck_id, "receiver": other.supplier,
    });
    story.world.post("/v1/accounts/_resolve", &token, body).await
}

async fn consents(story: &Story, number: u32, by: &str, birth_date: &str) -> Answer {
    let body = json!({
        "product": story.world.supplier.product, "purpose": "D11", "givenBy": by, "eckId": pupil(number).eck_id,
        "birthDate": birth_date, "evidence": { "kind": "portal", "reference": "formulier 12" },
    });
    story.at_school("consents", body).await
}

#[actix_web::test]
async fn a_dossier_goes_on_by_consent_of_the_guardian_and_from_sixteen_of_the_pupil() {
    let (story, other) = with_further_education().await;
    let (young, old) = (INSIDE, INSIDE + 1);
    for number in [young, old] {
        let refused = hand_over(&story, &other, number).await;
        assert_eq!(refused.refusal(), ["person_not_available"], "nobody consented");
    }
    let alone = consents(&story, young, "person", "2016-05-12").await;
    assert_eq!(alone.input_errors(), errors([("/givenBy", "minor_alone")]));
    let guardian = consents(&story, old, "guardian", "2009-02-14").await;
    assert_eq!(guardian.input_errors(), errors([("/givenBy", "guardian_of_sixteen")]));

    let given = consents(&story, young, "guardian", "2016-05-12").await.ok();
    consents(&story, old, "person", "2009-02-14").await.ok();
    for number in [young, old] {
        let dossier = hand_over(&story, &other, number).await.ok();
        assert_eq!(dossier["attributes"]["givenName"], pupil(number).given_name);
    }
    let refused = hand_over(&story, &other, INSIDE + 2).await;
    assert_eq!(refused.refusal(), ["person_not_available"]);
    // The rest of the product never rested on it.
    story.search("D1", &["givenName"]).await.ok();

    story.world.service.clock.advance_secs(60);
    let withdraw = format!("consents/{}/_withdraw", id(&given));
    story.at_school(&withdraw, json!({ "by": "guardian" })).await.ok();
    assert_eq!(
        hand_over(&story, &other, young).await.refusal(),
        ["person_not_available"]
    );
    hand_over(&story, &other, old).await.ok();
}

#[actix_web::test]
async fn a_service_that_is_switched_on_counts_as_approved_where_the_document_says_so() {
    let story = Story::of(&repaired("qompas")).await;
    let waits = pairs([("module_not_approved", "3.0 3.3")]);
    assert_eq!(reasons(story.search("D2", &["givenName"]).await), waits);
    let given = story.approve("administratie", "practice").await.ok();
    assert_eq!(given["form"], "practice");
    story.search("D2", &["givenName"]).await.ok();
    let withdraw = format!("approvals/{}/_withdraw", id(&given));
    story.at_school(&withdraw, json!({})).await.ok();
    assert_eq!(reasons(story.search("D2", &["givenName"]).await), waits);

    let mut silent = repaired("qompas");
    silent["modules"][1].as_object_mut().unwrap().remove("approvedByUse");
    let story = Story::of(&silent).await;
    let refused = story
        .approve("administratie", "practice")
        .await
        .problem(400, "invalid_input");
    assert_eq!(refused["errors"][0]["code"], "practice_not_agreed");
    assert!(text(&refused["errors"][0]["detail"]).contains("3.3"), "{refused}");
    assert_eq!(reasons(story.search("D2", &["givenName"]).await), waits);
    story.approve("administratie", "act").await.ok();
    story.search("D2", &["givenName"]).await.ok();
}

#[actix_web::test]
async fn after_leaving_there_is_storage_only_and_after_two_years_nothing() {
    let story = Story::of(&repaired("qompas")).await;
    let resolve = async |purpose: &str| {
        let token = story.world.supplier_token(purpose).await;
        let body = json!({ "school": story.world.school, "eckId": pupil(INSIDE).eck_id });
        story.world.post("/v1/accounts/_resolve", &token, body).await
    };
    resolve("D1").await.ok();
    let mut file = snapshot(FIRST);
    pupil_of(&mut file, INSIDE).enrolled_until = Personal::new(Day::parse("2026-11-23").unwrap()).into();
    story.world.import(file).await;
    story.set("2026-11-25T09:00:00Z");
    assert_eq!(resolve("D1").await.refusal(), ["person_not_available"]);
    resolve("D15").await.ok();
    story.set("2028-11-21T09:00:00Z");
    resolve("D15").await.ok();
    story.set("2028-11-26T09:00:00Z");
    assert_eq!(resolve("D15").await.refusal(), ["person_not_available"]);
}

#[actix_web::test]
async fn the_report_on_security_comes_again_before_each_first_of_july() {
    let story = Story::of(&repaired("qompas")).await;
    let report = |issued: &str| {
        json!({
            "what": "yearly_report", "title": "Beveiliging 2026", "issuedOn": issued, "agreement": story.agreement["id"],
        })
    };
    let filed = story.post(By::Supplier, "/v1/filings", report("2026-06-15")).await.ok();
    let again = duty(&filed, "report_security");
    assert_eq!(
        (&again["of"], &again["due"], &again["article"]),
        (
            &json!("supplier"),
            &json!("2027-06-30T22:00:00.000Z"),
            &json!("model 3.0, article 7.4; GDPR 28(3)(h)")
        )
    );
    story.set("2027-06-30T22:00:01Z");
    let calendar = story.get(By::Board, "/v1/duties").await.ok();
    let first = &calendar["items"][0];
    assert_eq!(
        (&first["code"], &first["late"]),
        (&json!("report_security"), &json!(true))
    );
    story.post(By::Supplier, "/v1/filings", report("2027-06-30")).await.ok();
    let replaced = story
        .step(By::Supplier, &filed, json!({ "step": "filing_replaced" }))
        .await
        .ok();
    assert_eq!(left(&replaced), [""; 0]);
    let calendar = story.get(By::Board, "/v1/duties").await.ok();
    let dues: Vec<_> = calendar["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|duty| &duty["due"])
        .collect();
    assert_eq!(dues, [&json!("2028-06-30T22:00:00.000Z")]);
}

#[actix_web::test]
async fn research_gets_nobody_by_name() {
    let story = Story::of(&repaired("qompas")).await;
    for purpose in ["D16", "D17"] {
        let refused = story.search(purpose, &["givenName"]).await;
        assert_eq!(refused.refusal(), ["deidentification_missing"], "{purpose}");
    }
    // A mailing of offers is no purpose, and makes the document a wrong one.
    let mut promoting = repaired("qompas");
    promoting["particulars"]["mailings"][0]["promotion"] = json!(true);
    let told = super::errors_in(&story.world, &promoting).await;
    assert!(told.iter().any(|(code, _)| code == "advertising"), "{told:?}");
}
