//! The list of pupils: exactly who and what was agreed, for the purpose of this very request.

use std::collections::BTreeSet;

use rstest::rstest;
use serde_json::{Value, json};
use sluis_core::id::{GroupId, Id};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::service::nobody;

use crate::world::{Answer, GROUP, IN_GROUP, INSIDE, World, errors};

fn search(world: &World) -> String {
    world.of_school("learners/_search")
}

/// Searches with an unbound token and these `Purpose-Code` headers.
async fn search_for(world: &World, purposes: &[&str], body: Value) -> Answer {
    let token = world.service.token(&world.supplier.client, None).await;
    let mut request = world.service.post(&search(world)).bearer_auth(token).json(&body);
    for purpose in purposes {
        request = request.header("Purpose-Code", *purpose);
    }
    Answer::of(request).await
}

#[actix_web::test]
async fn the_pupils_of_the_group_come_with_what_was_agreed_and_nobody_else() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let wanted = json!({ "attributes": ["givenName", "groups", "birthDate"], "limit": 200 });
    let found = world.post(&search(&world), &token, wanted).await.ok();
    let items = found["items"].as_array().unwrap();
    assert_eq!(items.len(), IN_GROUP);
    assert!(found.get("next").is_none());
    let mut names = Vec::new();
    for item in items {
        let attributes = item["attributes"].as_object().unwrap();
        assert_eq!(attributes.keys().collect::<Vec<_>>(), ["givenName", "groups"]);
        assert!(
            attributes["groups"]
                .as_array()
                .unwrap()
                .iter()
                .any(|group| group["name"] == GROUP)
        );
        names.push(attributes["givenName"].as_str().unwrap());
    }
    names.sort_unstable();
    let mut expected: Vec<_> = (INSIDE..)
        .take(IN_GROUP)
        .map(|number| pupil(number).given_name)
        .collect();
    expected.sort_unstable();
    assert_eq!(names, expected);
    let [withheld] = found["withheld"].as_array().unwrap().as_slice() else {
        panic!("{found}");
    };
    assert_eq!(withheld["attribute"], "birthDate");
    let reason = &withheld["reason"];
    assert_eq!(
        (&reason["code"], &reason["whoCanFix"]),
        (&json!("attribute_not_agreed"), &json!("supplier"))
    );
    assert_eq!(reason["missing"]["category"], "CD14");

    let school = world.service.token(&world.school_client, None).await;
    let records = world.get(&world.of_school("records?limit=200"), &school).await.ok();
    let record = records["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["id"] == found["recordId"]);
    let record = record.unwrap();
    assert_eq!(
        (&record["outcome"], &record["purpose"]),
        (&json!("permit"), &json!("D1"))
    );
    assert_eq!(
        (&record["persons"], &record["name"]),
        (&json!(IN_GROUP), &json!("learner.search"))
    );
}

#[actix_web::test]
async fn pages_together_are_the_list() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let (mut accounts, mut cursor, mut sizes) = (BTreeSet::new(), Value::Null, Vec::new());
    loop {
        let wanted = json!({ "attributes": [], "limit": 4, "cursor": cursor });
        let page = world.post(&search(&world), &token, wanted).await.ok();
        let items = page["items"].as_array().unwrap();
        sizes.push(items.len());
        accounts.extend(items.iter().map(|item| item["account"].to_string()));
        assert!(items.iter().all(|item| item["attributes"] == json!({})));
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!((accounts.len(), sizes), (IN_GROUP, vec![4, 4, 4, 3]));
    let unknown = json!({ "cursor": "AZkKPnwAcACAAAAAAAAAAQ" });
    let answer = world.post(&search(&world), &token, unknown).await;
    assert_eq!(answer.input_errors(), errors([("/cursor", "cursor_unknown")]));
}

#[actix_web::test]
async fn a_filter_works_only_on_what_is_released() {
    let world = World::start().await;
    let school = world.service.token(&world.school_client, None).await;
    let groups = world.get(&world.of_school("groups"), &school).await.ok();
    let group = |name: &str| {
        let mut groups = groups["items"].as_array().unwrap().iter();
        groups.find(|group| group["name"] == name).unwrap()["id"].clone()
    };
    let token = world.supplier_token("D1").await;
    let own = json!({ "group": group(GROUP), "limit": 200 });
    let found = world.post(&search(&world), &token, own).await.ok();
    assert_eq!(found["items"].as_array().unwrap().len(), IN_GROUP);
    let unknown: GroupId = Id::from_uuid(nobody());
    for other in [group("Groep 5"), json!(unknown)] {
        let found = world
            .post(&search(&world), &token, json!({ "group": other }))
            .await
            .ok();
        assert_eq!(
            found["items"],
            json!([]),
            "a group outside the scope looks like one that is not there"
        );
    }
    let blind = json!({ "group": group(GROUP), "attributes": ["givenName"] });
    let answer = world.post(&search(&world), &token, blind).await;
    assert_eq!(answer.input_errors(), errors([("/group", "filter_not_released")]));
}

#[actix_web::test]
async fn a_purpose_that_is_not_agreed_is_refused_with_what_is_missing_and_who_can_fix_it() {
    let world = World::start().await;
    let token = world.supplier_token("D5").await;
    let body = world
        .post(&search(&world), &token, json!({}))
        .await
        .problem(403, "refused");
    let reasons = body["reasons"].as_array().unwrap();
    let reason = reasons
        .iter()
        .find(|reason| reason["code"] == "purpose_not_agreed")
        .unwrap();
    assert_eq!(
        (&reason["missing"]["name"], &reason["whoCanFix"]),
        (&json!("D5"), &json!("supplier"))
    );
    assert!(reason["article"]["number"].is_string(), "{reason}");
}

#[actix_web::test]
async fn a_request_has_exactly_one_purpose() {
    let world = World::start().await;
    search_for(&world, &["D1"], json!({})).await.ok();
    assert_eq!(search_for(&world, &[], json!({})).await.refusal(), ["purpose_missing"]);
    for purposes in [&["D1", "D1"][..], &["D1", "D4"]] {
        let answer = search_for(&world, purposes, json!({})).await;
        assert_eq!(answer.input_errors(), errors([("Purpose-Code", "duplicate")]));
    }
    for unknown in ["D0", "D23", "d1", "D01", "D1, D4", "onderwijs", ""] {
        let answer = search_for(&world, &[unknown], json!({})).await;
        assert_eq!(
            answer.input_errors(),
            errors([("Purpose-Code", "purpose_unknown")]),
            "`{unknown}`"
        );
    }
}

#[actix_web::test]
async fn token_and_header_must_name_the_same_purpose() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    let ask = |purpose| {
        let request = world.service.post(&search(&world)).bearer_auth(&token).json(&json!({}));
        Answer::of(request.header("Purpose-Code", purpose))
    };
    ask("D1").await.ok();
    ask("D4").await.problem(400, "purpose_mismatch");
}

#[actix_web::test]
async fn everything_that_is_wrong_comes_at_once_and_no_value_is_repeated() {
    let world = World::start().await;
    let body = json!({
        "attributes": ["givenName", "shoeSize", "111222333"], "group": "Groep 7", "limit": 0, "cursor": "x", "pupil": 1,
    });
    let answer = search_for(&world, &["D99"], body).await;
    assert!(!answer.body.to_string().contains("111222333") && !answer.body.to_string().contains("shoeSize"));
    let expected = errors([
        ("Purpose-Code", "purpose_unknown"),
        ("/attributes/1", "attribute_unknown"),
        ("/attributes/2", "attribute_unknown"),
        ("/group", "invalid_value"),
        ("/limit", "out_of_range"),
        ("/cursor", "invalid_value"),
        ("/pupil", "unknown_field"),
    ]);
    assert_eq!(answer.input_errors(), expected);
}

#[rstest]
#[case("text/plain", "{}", 415, "unsupported_media_type")]
#[case("application/x-www-form-urlencoded", "limit=1", 415, "unsupported_media_type")]
#[case("application/json", "{", 400, "malformed_json")]
#[case("application/json", "{\"limit\":1,\"limit\":2}", 400, "malformed_json")]
#[actix_web::test]
async fn a_body_that_is_no_json_is_refused(
    #[case] media_type: &str,
    #[case] body: &'static str,
    #[case] status: u16,
    #[case] code: &str,
) {
    let world = World::bare().await;
    let token = world.supplier_token("D1").await;
    let request = world.service.post(&search(&world)).bearer_auth(token).body(body);
    Answer::of(request.header("Content-Type", media_type))
        .await
        .problem(status, code);
}

#[actix_web::test]
async fn a_large_body_is_refused() {
    let world = World::bare().await;
    let token = world.supplier_token("D1").await;
    let body = json!({ "attributes": ["x".repeat(1_100_000)] });
    world
        .post(&search(&world), &token, body)
        .await
        .problem(413, "body_too_large");
}

#[actix_web::test]
async fn a_token_of_another_school_and_a_school_that_is_not_there_are_refused() {
    let world = World::start().await;
    let bound = json!({ "type": "sluis", "school": nobody(), "purpose": "D1" });
    let elsewhere = world.service.token(&world.supplier.client, Some(bound)).await;
    world
        .post(&search(&world), &elsewhere, json!({}))
        .await
        .problem(403, "school_mismatch");
    let token = world.service.token(&world.supplier.client, None).await;
    let path = format!("/v1/schools/{}/learners/_search", nobody());
    world
        .post(&path, &token, json!({}))
        .await
        .problem(404, "school_not_found");
}

#[actix_web::test]
async fn what_the_school_switches_off_is_off_for_the_very_same_token() {
    let world = World::start().await;
    let token = world.supplier_token("D1").await;
    world.post(&search(&world), &token, json!({})).await.ok();
    world.switch_off().await;
    let refused = world.post(&search(&world), &token, json!({})).await.refusal();
    assert_eq!(refused, ["activation_ended"]);
}

#[actix_web::test]
async fn a_supplier_without_an_agreement_learns_nothing_but_what_is_missing() {
    let world = World::start().await;
    let other = world.another_supplier().await;
    let bound = json!({ "type": "sluis", "school": world.school, "purpose": "D1" });
    let token = world.service.token(&other.client, Some(bound)).await;
    let refused = world.post(&search(&world), &token, json!({})).await.refusal();
    assert_eq!(refused, ["agreement_missing", "mandate_missing", "activation_missing"]);
}
