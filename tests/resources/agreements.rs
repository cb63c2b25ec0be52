//! Offering, reading and accepting agreements.

use serde_json::{Value, json};
use sluis_core::{agreement::Annex, catalogue::Catalogue, time::Clock as _};

use super::world::{NOBODY, Who, World, annex, ids, text};

#[actix_web::test]
async fn a_supplier_offers_and_the_board_accepts_the_same_hash() {
    let world = World::start().await;
    let offered = world.agreement().await;
    assert_eq!(
        (&offered["board"], &offered["product"]),
        (&json!(world.board), &json!(world.product))
    );
    assert_eq!((&offered["model"], &offered["annex"]), (&json!("4.0-coded"), &annex()));
    assert_eq!(
        (&offered["validFrom"], offered.get("validUntil")),
        (&json!(world.now()), None)
    );
    assert_eq!(offered["acceptances"][0]["side"], "supplier");
    assert_eq!(offered["defects"], json!([]));
    let path = format!("/v1/agreements/{}", text(&offered["id"]));
    for who in [Who::Supplier, Who::Board, Who::School] {
        assert_eq!(world.get(who, &path).await.with(200), offered, "{who:?}");
    }

    let accept = format!("{path}/_accept");
    let signature = json!({ "annexHash": offered["annexHash"] });
    let accepted = world.post(Who::Board, &accept, &signature).await.with(200);
    let sides: Vec<_> = accepted["acceptances"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["side"])
        .collect();
    assert_eq!(sides, ["supplier", "board"]);
    world
        .post(Who::Board, &accept, &signature)
        .await
        .problem(409, "already_done");
}

#[actix_web::test]
async fn another_hash_than_that_of_the_annex_signs_nothing() {
    let world = World::start().await;
    let offered = world.agreement().await;
    let path = format!("/v1/agreements/{}", text(&offered["id"]));
    let accept = format!("{path}/_accept");
    let other = json!({ "annexHash": "0".repeat(64) });
    world
        .post(Who::Board, &accept, &other)
        .await
        .problem(409, "annex_hash_mismatch");
    for wrong in [
        json!({ "annexHash": text(&offered["annexHash"]).to_uppercase() }),
        json!({ "annexHash": "" }),
    ] {
        let refused = world.post(Who::Board, &accept, &wrong).await;
        refused.assert_errors(&[("/annexHash", "invalid_value")]);
    }
    world
        .post(Who::Board, &accept, &json!({}))
        .await
        .assert_errors(&[("/annexHash", "missing")]);
    assert_eq!(world.get(Who::Board, &path).await.with(200), offered);
    let unknown = format!("/v1/agreements/{NOBODY}/_accept");
    world
        .post(Who::Board, &unknown, &other)
        .await
        .problem(404, "agreement_not_found");
}

#[actix_web::test]
async fn an_offer_whose_time_is_over_is_not_accepted_any_more() {
    let world = World::start().await;
    let mut offer = world.offer();
    offer["validUntil"] = json!(world.in_secs(60));
    let offered = world.post(Who::Supplier, "/v1/agreements", &offer).await.created();
    world.service.clock.advance_secs(60);
    let accept = format!("/v1/agreements/{}/_accept", text(&offered["id"]));
    let signature = json!({ "annexHash": offered["annexHash"] });
    world
        .post(Who::Board, &accept, &signature)
        .await
        .problem(409, "already_ended");
}

#[actix_web::test]
async fn the_gate_tells_of_an_offer_as_soon_as_it_is_made() {
    let world = World::start().await;
    let question = json!({ "school": world.school, "purpose": "D1" });
    let reasons = async || {
        let answer = world.post(Who::Supplier, "/v1/decisions", &question).await.with(200);
        answer["reasons"][0]["code"].clone()
    };
    assert_eq!(reasons().await, "agreement_missing");
    world
        .post(Who::Supplier, "/v1/agreements", &world.offer())
        .await
        .created();
    assert_eq!(reasons().await, "agreement_not_accepted_by_board");
}

#[actix_web::test]
async fn lists_hold_what_the_caller_is_a_party_to() {
    let world = World::start().await;
    let offered = world.agreement().await;
    let to_other = json!({ "board": world.other_board, "validFrom": world.now(), "annex": annex() });
    world.service.clock.advance_secs(1);
    let second = world.post(Who::Supplier, "/v1/agreements", &to_other).await.created();
    let (first, second) = (text(&offered["id"]), text(&second["id"]));
    for (who, expected) in [
        (Who::Board, vec![&first]),
        (Who::School, vec![&first]),
        (Who::OtherBoard, vec![&second]),
        (Who::OtherSchool, vec![&second]),
        (Who::Supplier, vec![&first, &second]),
        (Who::OtherSupplier, vec![]),
        (Who::Distributor, vec![]),
    ] {
        let list = world.get(who, "/v1/agreements").await.with(200);
        assert_eq!(ids(&list).iter().collect::<Vec<_>>(), expected, "{who:?}");
    }
    let page = world.get(Who::Supplier, "/v1/agreements?limit=1").await.with(200);
    assert_eq!((ids(&page), page["items"][0].get("annex")), (vec![first], None));
    let rest = format!("/v1/agreements?limit=1&cursor={}", text(&page["next"]));
    assert_eq!(ids(&world.get(Who::Supplier, &rest).await.with(200)), [second]);
}

#[actix_web::test]
async fn everything_that_is_wrong_with_an_annex_is_told_at_its_place() {
    let world = World::start().await;
    let mut offer = world.offer();
    offer["validFrom"] = json!("2026-09-01");
    let wrong = &mut offer["annex"];
    wrong["model"] = json!("3.0");
    wrong["parties"]["processor"].as_object_mut().unwrap().remove("name");
    wrong["modules"][1]["code"] = json!("oefenen");
    wrong["rows"][0]["restsOnConsent"] = json!("no");
    wrong["retention"]["note"]["nl"] = json!("vragen? bel 123456782");
    wrong["secondfactor"] = json!(true);
    wrong["111222333"] = json!({ "pupil": "111222333" });
    wrong["places"] = json!([]);
    let refused = world.post(Who::Supplier, "/v1/agreements", &offer).await;
    let said = refused.body.to_string();
    assert!(!said.contains("123456782") && !said.contains("111222333"), "{said}");
    refused.assert_errors(&[
        ("/annex", "field_unknown"),
        ("/annex/modules/1/code", "repeated"),
        ("/annex/parties/processor/name", "field_missing"),
        ("/annex/places", "wrong_size"),
        ("/annex/retention/note/nl", "national_number"),
        ("/annex/rows", "not_of_this_model"),
        ("/annex/rows/0/restsOnConsent", "wrong_type"),
        ("/annex/secondfactor", "field_unknown"),
        ("/annex/ticks", "field_missing"),
        ("/validFrom", "invalid_value"),
    ]);
    assert_eq!(
        ids(&world.get(Who::Supplier, "/v1/agreements").await.with(200)),
        Vec::<String>::new()
    );
}

#[actix_web::test]
async fn errors_and_defects_of_an_annex_are_told_in_one_answer() {
    let world = World::start().await;
    let mut offer = world.offer();
    let until = offer["validFrom"].clone();
    offer["validUntil"] = until;
    let annex = &mut offer["annex"];
    annex["places"] = json!([]);
    annex["rows"][0]["restsOnConsent"] = json!("no");
    annex["rows"][0]["purposes"] = json!(["D1", "D23"]);
    annex["rows"][1]["purposes"] = json!("D13");
    annex["rows"][1]["specialGround"] = json!(true);
    annex["rows"][1]["pupilCategories"] = json!(["CD18"]);
    annex["rows"][2]["module"] = json!("elders");
    annex["rows"][2]["pupilCategories"] = json!(["CD18"]);
    annex["subProcessors"][0]["pupilCategories"] = json!(["CD99"]);
    let refused = world.post(Who::Supplier, "/v1/agreements", &offer).await;
    refused.assert_errors(&[
        ("/annex/places", "wrong_size"),
        ("/annex/rows/0/purposes/1", "code_undefined"),
        ("/annex/rows/0/restsOnConsent", "wrong_type"),
        ("/annex/rows/1/purposes", "wrong_type"),
        ("/annex/rows/1/specialGround", "wrong_type"),
        ("/annex/rows/2/module", "module_undefined"),
        ("/annex/rows/2/pupilCategories/0", "special_ground_missing"),
        ("/annex/subProcessors/0/pupilCategories/0", "code_undefined"),
        ("/validUntil", "window_empty"),
    ]);
    assert_eq!(
        ids(&world.get(Who::Supplier, "/v1/agreements").await.with(200)),
        Vec::<String>::new()
    );
}

#[actix_web::test]
async fn a_row_with_a_defect_is_told_and_can_still_be_offered() {
    let world = World::start().await;
    let mut offer = world.offer();
    offer["annex"]["rows"][1]["purposes"] = json!(["D13", "D23"]);
    offer["annex"]["rows"][2]["pupilCategories"] = json!(["CD18"]);
    let offered = world.post(Who::Supplier, "/v1/agreements", &offer).await.created();
    let defects = offered["defects"].as_array().unwrap();
    let codes: Vec<_> = defects.iter().map(|defect| &defect["code"]).collect();
    assert_eq!(codes, ["code_undefined", "special_ground_missing"]);
    assert_eq!(defects[0]["pointer"], "/rows/1/purposes/1");
}

#[actix_web::test]
async fn an_agreement_needs_a_board_and_a_time_to_hold() {
    let world = World::start().await;
    let with = |field: &str, value: Value| {
        let mut offer = world.offer();
        offer[field] = value;
        offer
    };
    let to_nobody = with("board", json!(NOBODY));
    let refused = world.post(Who::Supplier, "/v1/agreements", &to_nobody).await;
    refused.problem(404, "board_not_found");
    let empty = with("validUntil", json!(world.now()));
    let refused = world.post(Who::Supplier, "/v1/agreements", &empty).await;
    refused.assert_errors(&[("/validUntil", "window_empty")]);
    let ends = with("validUntil", json!("2027-08-01T02:00:00+02:00"));
    let offered = world.post(Who::Supplier, "/v1/agreements", &ends).await.created();
    assert_eq!(offered["validUntil"], "2027-08-01T00:00:00.000Z");
}

#[actix_web::test]
async fn so_many_offers_wait_for_a_board_and_no_more() {
    let world = World::start().await;
    let first = world.agreement().await;
    for _ in 1..10 {
        world.agreement().await;
    }
    let more = world.post(Who::Supplier, "/v1/agreements", &world.offer()).await;
    more.problem(409, "limit_reached");
    let accept = format!("/v1/agreements/{}/_accept", text(&first["id"]));
    let signature = json!({ "annexHash": first["annexHash"] });
    world.post(Who::Board, &accept, &signature).await.with(200);
    world.agreement().await;
    let more = world.post(Who::Supplier, "/v1/agreements", &world.offer()).await;
    more.problem(409, "limit_reached");
}

#[actix_web::test]
async fn an_annex_is_looked_at_and_nothing_is_kept() {
    let world = World::start().await;
    let mut draft = annex();
    draft["retention"] = json!({});
    draft["rows"][0]["pupilCategories"][0] = json!("CC1");
    draft["places"][1]["party"] = json!("Elders Cloud B.V.");
    let body = json!({ "annex": draft });
    for who in [Who::Board, Who::School, Who::Supplier, Who::Distributor] {
        let said = world.post(who, "/v1/agreements/_lint", &body).await.with(200);
        // The command line writes the findings themselves: both say the same.
        let read = Annex::parse(draft.to_string().as_bytes()).unwrap();
        let findings = read
            .document()
            .lint(Catalogue::built_in(), world.service.clock.now().utc_date());
        assert_eq!(said["findings"], serde_json::to_value(findings).unwrap());
        assert_eq!(said["sound"], false, "{who:?}");
        let found: Vec<_> = said["findings"].as_array().unwrap().iter().collect();
        let errors = found.iter().filter(|finding| finding["severity"] == "error");
        let errors: Vec<_> = errors.map(|finding| (&finding["code"], &finding["pointer"])).collect();
        assert_eq!(
            errors,
            [
                (&json!("code_undefined"), &json!("/rows/0/pupilCategories/0")),
                (&json!("retention_missing"), &json!("/retention/daysAfterEnd")),
                (&json!("party_unlisted"), &json!("/places/1")),
            ]
        );
        assert_eq!(found[0]["about"], json!({ "nl": "CC1", "en": "CC1" }));
        let patch = json!([{ "op": "replace", "path": "/rows/0/pupilCategories/0", "value": "CD1" }]);
        assert_eq!((&found[0]["repair"], found[1].get("repair")), (&patch, None));
        assert!(found[0]["why"]["nl"].as_str().unwrap().ends_with('.'));
    }
    let list = world.get(Who::Supplier, "/v1/agreements").await.with(200);
    assert_eq!(ids(&list), Vec::<String>::new());
    let sound = world
        .post(Who::Supplier, "/v1/agreements/_lint", &json!({ "annex": annex() }))
        .await;
    assert_eq!(sound.with(200)["sound"], true);
}

#[actix_web::test]
async fn every_example_can_be_looked_at_and_what_is_in_order_be_offered() {
    let world = World::start().await;
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/agreements");
    let mut looked_at = 0;
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let annex: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let body = json!({ "annex": annex });
        let said = world.post(Who::Supplier, "/v1/agreements/_lint", &body).await.with(200);
        let mut offer = world.offer();
        offer["annex"] = annex;
        let offered = world.post(Who::Supplier, "/v1/agreements", &offer).await;
        if said["sound"] == true {
            let offered = offered.created();
            assert_eq!(offered["defects"], json!([]), "{}", file.display());
        } else {
            assert_eq!(offered.status, 400, "{}", file.display());
        }
        looked_at += 1;
    }
    assert_eq!(looked_at, 12);
}

#[actix_web::test]
async fn a_look_tells_errors_of_form_as_an_offer_does() {
    let world = World::start().await;
    let mut wrong = annex();
    wrong["secondfactor"] = json!(true);
    wrong["rows"][0]["purposes"] = json!(["D23"]);
    wrong["retention"]["note"]["nl"] = json!("vragen? bel 123456782");
    let refused = world
        .post(Who::Supplier, "/v1/agreements/_lint", &json!({ "annex": wrong }))
        .await;
    assert!(!refused.body.to_string().contains("123456782"));
    refused.assert_errors(&[
        ("/annex/retention/note/nl", "national_number"),
        ("/annex/rows/0/purposes/0", "code_undefined"),
        ("/annex/secondfactor", "field_unknown"),
    ]);
}

#[actix_web::test]
async fn what_a_draft_may_lack_an_offer_may_not() {
    let world = World::start().await;
    let mut offer = world.offer();
    offer["annex"]["product"]["name"] = json!("");
    offer["annex"]["retention"]
        .as_object_mut()
        .unwrap()
        .remove("daysAfterEnd");
    offer["annex"]["version"] = json!({ "printed": "mei 2024" });
    offer["annex"]["modules"] = json!([]);
    offer["annex"]["places"] = json!([]);
    let annex = offer["annex"].clone();
    let refused = world.post(Who::Supplier, "/v1/agreements", &offer).await;
    refused.assert_errors(&[
        ("/annex/modules", "wrong_size"),
        ("/annex/places", "wrong_size"),
        ("/annex/product/name", "wrong_size"),
        ("/annex/retention/daysAfterEnd", "field_missing"),
        ("/annex/version/date", "field_missing"),
        ("/annex/version/number", "field_missing"),
    ]);
    let said = world
        .post(Who::Supplier, "/v1/agreements/_lint", &json!({ "annex": annex }))
        .await;
    let said = said.with(200);
    let blank = said["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["code"] == "field_unfilled");
    assert_eq!(blank.count(), 5);
}

#[actix_web::test]
async fn an_error_about_the_whole_annex_is_a_defect_of_the_offer() {
    let world = World::start().await;
    let mut offer = world.offer();
    let text = json!({ "nl": "a", "en": "b" });
    offer["annex"]["particulars"] = json!({ "ownUse": [{ "text": text, "afterEnd": true, "anonymised": false }] });
    let offered = world.post(Who::Supplier, "/v1/agreements", &offer).await.created();
    assert_eq!(
        offered["defects"],
        json!([{ "code": "own_use", "pointer": "/particulars/ownUse/0" }])
    );
    assert_eq!(offered["annex"], offer["annex"]);
}
