//! Permissions for parties outside the EEA and objections to sub-processors.

use serde_json::json;

use super::world::{NOBODY, Who, World, annex, ids, text};

const HOST: &str = "Hunze Hosting B.V.";

#[actix_web::test]
async fn a_stance_is_taken_once_and_can_be_taken_back_once() {
    let world = World::start().await;
    let mut abroad = annex();
    abroad["places"][1]["backUpCountry"] = json!("US");
    let offer = json!({ "board": world.board, "validFrom": world.now(), "annex": abroad });
    let agreement = world.post(Who::Supplier, "/v1/agreements", &offer).await.created()["id"].clone();
    let path = world.at_school("stances");
    let mut made = Vec::new();
    for kind in ["permission", "objection"] {
        let body = json!({ "agreement": agreement, "kind": kind, "party": HOST });
        let taken = world.post(Who::School, &path, &body).await.created();
        assert_eq!(
            (&taken["school"], &taken["agreement"], &taken["kind"], &taken["party"]),
            (&json!(world.school), &agreement, &json!(kind), &json!(HOST))
        );
        assert_eq!(
            (&taken["validFrom"], taken.get("validUntil")),
            (&json!(world.now()), None)
        );
        for who in [Who::School, Who::Board] {
            world.post(who, &path, &body).await.problem(409, "already_done");
        }
        let this = format!("{path}/{}", text(&taken["id"]));
        let ended = world.step(Who::Board, &format!("{this}/_end")).await.with(200);
        assert_eq!(ended["validUntil"], world.now());
        let again = world.step(Who::School, &format!("{this}/_end")).await;
        again.problem(409, "already_ended");
        assert_eq!(world.get(Who::School, &this).await.with(200), ended);
        let second = world.post(Who::Board, &path, &body).await.created();
        made.extend([text(&taken["id"]), text(&second["id"])]);
    }
    let mut found = ids(&world.get(Who::School, &path).await.with(200));
    made.sort();
    found.sort();
    assert_eq!(found, made);
}

#[actix_web::test]
async fn a_stance_is_about_a_party_of_the_annex_whom_it_can_be_about() {
    let world = World::start().await;
    let agreement = world.agreement().await["id"].clone();
    let path = world.at_school("stances");
    for (kind, party, code) in [
        ("permission", HOST, "party_not_outside_eea"),
        ("permission", "Elders Cloud B.V.", "party_not_outside_eea"),
        ("objection", "Elders Cloud B.V.", "party_is_no_sub_processor"),
        ("objection", "Wadden Leermiddelen B.V.", "party_is_no_sub_processor"),
        ("objection", "", "invalid_length"),
    ] {
        let body = json!({ "agreement": agreement, "kind": kind, "party": party });
        let refused = world.post(Who::School, &path, &body).await;
        refused.assert_errors(&[("/party", code)]);
    }
    let body = json!({ "agreement": agreement, "kind": "consent", "party": HOST });
    let refused = world.post(Who::School, &path, &body).await;
    refused.assert_errors(&[("/kind", "invalid_value")]);
    let of_nobody = json!({ "agreement": NOBODY, "kind": "objection", "party": HOST });
    let refused = world.post(Who::School, &path, &of_nobody).await;
    refused.problem(404, "agreement_not_found");
    let at_other = format!("/v1/schools/{}/stances", world.other_school);
    let of_another = json!({ "agreement": agreement, "kind": "objection", "party": HOST });
    let refused = world.post(Who::OtherSchool, &at_other, &of_another).await;
    refused.problem(404, "agreement_not_found");
    assert_eq!(ids(&world.get(Who::School, &path).await.with(200)), [""; 0]);
    let unknown = world.step(Who::School, &format!("{path}/{NOBODY}/_end")).await;
    unknown.problem(404, "stance_not_found");
}
