//! The records of a school: in order, without gaps, and checked with nothing but the public key.

use serde_json::{Value, json};
use sluis_core::ledger::{Digest, SchoolExport, VerifierKey, verify_export};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::service::BASE;

use crate::world::{Answer, INSIDE, World, elsewhere, errors};

async fn key(world: &World) -> VerifierKey {
    let answer = Answer::of(world.service.get("/v1/ledger/verifier-key")).await.ok();
    let text = answer["verifierKey"].as_str().unwrap();
    assert!(text.starts_with(BASE.trim_start_matches("https://")), "{text}");
    VerifierKey::parse(text).unwrap()
}

async fn export(world: &World, token: &str, query: &str) -> SchoolExport {
    let path = world.of_school(&format!("records/_export{query}"));
    let request = world.service.post(&path).bearer_auth(token);
    serde_json::from_value(Answer::of(request).await.ok()).unwrap()
}

async fn list(world: &World, token: &str, query: &str) -> Value {
    world
        .get(&world.of_school(&format!("records{query}")), token)
        .await
        .ok()
}

#[actix_web::test]
async fn pages_of_records_follow_each_other_without_gaps_and_looking_is_on_record() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let (mut sequences, mut query) = (Vec::new(), "?limit=3".to_owned());
    loop {
        let page = list(&world, &token, &query).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        sequences.extend(items.iter().map(|record| record["sequence"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=3&cursor={next}");
        assert!(sequences.len() < 100, "each look adds less than it shows");
    }
    let whole: Vec<u64> = (1..).take(sequences.len()).collect();
    assert_eq!(sequences, whole);
    let all = list(&world, &token, "?limit=200").await;
    let looks = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["name"] == "record.list");
    assert!(looks.count() > 1);
}

#[actix_web::test]
async fn a_record_tells_who_asked_what_why_and_what_came_of_it() {
    let world = World::start().await;
    let supplier = world.supplier_token("D1").await;
    let body = json!({ "school": world.school, "eckId": pupil(INSIDE).eck_id, "attributes": ["givenName", "gender"] });
    let resolved = world.post("/v1/accounts/_resolve", &supplier, body).await.ok();
    let token = world.service.token(&world.school_client, None).await;
    let all = list(&world, &token, "?limit=200").await;
    let record = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|record| record["id"] == resolved["recordId"]);
    let record = record.unwrap();
    for (member, expected) in [
        ("kind", json!("decision")),
        ("name", json!("account.resolve")),
        ("outcome", json!("permit")),
        ("asker", json!(world.supplier.client.id)),
        ("supplier", json!(world.supplier.supplier)),
        ("product", json!(world.supplier.product)),
        ("purpose", json!("D1")),
        ("reasons", json!([])),
        ("released", json!(["givenName"])),
        (
            "withheld",
            json!([{ "attribute": "gender", "reason": "attribute_not_agreed" }]),
        ),
    ] {
        assert_eq!(record[member], expected, "`{member}`");
    }
    let text = all.to_string();
    let person = pupil(INSIDE);
    assert!(!text.contains(person.given_name) && !text.contains(&person.eck_id));
}

#[actix_web::test]
async fn a_school_checks_its_records_without_trusting_us() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let supplier = world.supplier_token("D1").await;
    world
        .post(&world.of_school("learners/_search"), &supplier, json!({}))
        .await
        .ok();
    let first = export(&world, &token, "").await;
    let key = key(&world).await;
    let report = verify_export(&first, &key, None);
    assert!(report.is_sound() && report.remaining == 0, "{:?}", report.findings);
    assert!(
        first.records.iter().any(|record| !record.lines.is_empty()),
        "the list of persons is there"
    );

    let shown = list(&world, &token, "?limit=200").await;
    for (exported, shown) in first.records.iter().zip(shown["items"].as_array().unwrap()) {
        let leaf = Digest::of_leaf(exported.record.as_bytes()).to_string();
        assert_eq!(shown["leafHash"], leaf, "the list shows what is in the tree");
    }

    let known = report.known.unwrap();
    let query = format!("?sequence={}&treeSize={}", known.link.sequence, known.tree.size);
    let second = export(&world, &token, &query).await;
    assert!(second.records.len() < first.records.len() && !second.consistency.is_empty());
    assert!(verify_export(&second, &key, Some(&known)).is_sound());

    let mut altered = first.clone();
    altered.records[0].record = altered.records[0].record.replace("done", "deny");
    assert!(!verify_export(&altered, &key, None).is_sound());
}

#[actix_web::test]
async fn an_export_in_parts_says_what_remains() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let part = export(&world, &token, "?limit=2").await;
    assert_eq!(part.records.len(), 2);
    let report = verify_export(&part, &key(&world).await, None);
    assert!(report.is_sound() && report.remaining > 0);
}

#[actix_web::test]
async fn what_is_not_of_this_log_or_school_is_refused() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let post = |query: &str, token: &str| {
        let path = world.of_school(&format!("records/_export{query}"));
        Answer::of(world.service.post(&path).bearer_auth(token))
    };
    post("?sequence=1&treeSize=1000000", &token)
        .await
        .problem(404, "record_not_found");
    let wrong = post("?sequence=-1&treeSize=x&limit=251&from=1", &token).await;
    let expected = errors([
        ("sequence", "out_of_range"),
        ("treeSize", "out_of_range"),
        ("limit", "out_of_range"),
        ("from", "unknown_field"),
    ]);
    assert_eq!(wrong.input_errors(), expected);
    let stranger = elsewhere(&world.service).await;
    let foreign = world.service.token(&stranger, None).await;
    post("", &foreign).await.problem(404, "school_not_found");
    world
        .get(&world.of_school("records"), &foreign)
        .await
        .problem(404, "school_not_found");
    let beyond = format!("?cursor={}", "_".repeat(22));
    let answer = world.get(&world.of_school(&format!("records{beyond}")), &token).await;
    assert!(
        answer.status == 400 || answer.body["items"] == json!([]),
        "{}",
        answer.body
    );
}
