//! The records of a school: in order, without gaps, and checked with nothing but the public key.

use serde_json::{Value, json};
use sluis::app::{caller::Role, organise::BoardCreate};
use sluis_core::ledger::{Digest, Owner, SchoolExport, VerifierKey, verify_export};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::service::BASE;

use crate::world::{Answer, INSIDE, World, elsewhere, errors};

async fn key(world: &World) -> VerifierKey {
    let answer = Answer::of(world.service.get("/v1/ledger/verifier-key")).await.ok();
    let text = answer["verifierKey"].as_str().unwrap();
    assert!(text.starts_with(BASE.trim_start_matches("https://")), "{text}");
    VerifierKey::parse(text).unwrap()
}

async fn export(world: &World, token: &str, from: Value) -> SchoolExport {
    let answer = world.post(&world.of_school("records/_export"), token, from).await;
    serde_json::from_value(answer.ok()).unwrap()
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
    let first = export(&world, &token, json!({ "known": [] })).await;
    let key = key(&world).await;
    let report = verify_export(&first, &key, None);
    assert!(report.is_sound() && report.remaining == 0, "{:?}", report.findings);
    assert!(
        first.streams[0].records.iter().any(|record| !record.lines.is_empty()),
        "the list of persons is there"
    );

    let shown = list(&world, &token, "?limit=200").await;
    for (exported, shown) in first.streams[0].records.iter().zip(shown["items"].as_array().unwrap()) {
        let leaf = Digest::of_leaf(exported.record.as_bytes()).to_string();
        assert_eq!(shown["leafHash"], leaf, "the list shows what is in the tree");
    }

    let known = report.known.unwrap();
    let from = known.iter().map(
        |(stream, known)| json!({ "stream": stream, "sequence": known.link.sequence, "treeSize": known.tree.size }),
    );
    let from = json!({ "known": Value::from_iter(from) });
    let next = export(&world, &token, from).await;
    let second = &next.streams[0];
    assert!(second.records.len() < first.streams[0].records.len() && !second.consistency.is_empty());
    assert!(verify_export(&next, &key, Some(&known)).is_sound());

    let mut altered = first.clone();
    let record = &mut altered.streams[0].records[0].record;
    *record = record.replace("done", "deny");
    assert!(!verify_export(&altered, &key, None).is_sound());
}

#[actix_web::test]
async fn an_export_in_parts_says_what_remains() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let part = export(&world, &token, json!({ "known": [], "limit": 2 })).await;
    assert_eq!(part.streams[0].records.len(), 2);
    let report = verify_export(&part, &key(&world).await, None);
    assert!(report.is_sound() && report.remaining > 0);
}

#[actix_web::test]
async fn what_is_not_of_this_log_or_school_is_refused() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let post = |from: Value, token: &str| {
        let path = world.of_school("records/_export");
        Answer::of(world.service.post(&path).bearer_auth(token).json(&from))
    };
    for known in [
        json!({ "stream": 1, "sequence": 1, "treeSize": 1_000_000 }),
        json!({ "stream": 1, "sequence": 1_000_000, "treeSize": 1 }),
        json!({ "stream": 9, "sequence": 0, "treeSize": 0 }),
    ] {
        post(json!({ "known": [known] }), &token)
            .await
            .problem(404, "record_not_found");
    }
    let wrong = json!({ "known": [{ "stream": 0, "sequence": -1, "from": 1 }], "limit": 251, "sequence": 1 });
    let expected = errors([
        ("/known/0/stream", "out_of_range"),
        ("/known/0/sequence", "out_of_range"),
        ("/known/0/treeSize", "missing"),
        ("/known/0/from", "unknown_field"),
        ("/limit", "out_of_range"),
        ("/sequence", "unknown_field"),
    ]);
    assert_eq!(post(wrong, &token).await.input_errors(), expected);
    let one = json!({ "stream": 1, "sequence": 1, "treeSize": 1 });
    let twice = post(json!({ "known": [one, one] }), &token).await;
    assert_eq!(twice.input_errors(), errors([("/known", "duplicate")]));
    let stranger = elsewhere(&world.service).await;
    let foreign = world.service.token(&stranger, None).await;
    post(json!({ "known": [] }), &foreign)
        .await
        .problem(404, "school_not_found");
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

#[actix_web::test]
async fn a_board_reads_and_checks_its_own_records_and_nobody_else_does() {
    let world = World::start().await;
    let token = world.service.token(&world.board_client, None).await;
    let records = format!("/v1/boards/{}/records", world.board);
    let first = world.get(&format!("{records}?limit=200"), &token).await.ok();
    let names = |list: &Value| {
        let items = list["items"].as_array().unwrap().iter();
        let names = items.map(|record| record["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let told = names(&first);
    assert_eq!(told[..2], ["board.create", "school.create"]);
    assert!(told.contains(&"mandate.give".to_owned()), "{told:?}");
    let second = world.get(&format!("{records}?limit=200"), &token).await.ok();
    assert_eq!(names(&second)[told.len()..], ["record.list"], "looking is on record");

    let export = format!("{records}/_export");
    let body = json!({ "known": [] });
    let exported = world.post(&export, &token, body.clone()).await.ok();
    let exported: SchoolExport = serde_json::from_value(exported).unwrap();
    let report = verify_export(&exported, &key(&world).await, None);
    assert!(report.is_sound() && report.remaining == 0, "{:?}", report.findings);
    assert_eq!(exported.owner, Owner::Board(world.board));

    let create = BoardCreate {
        name: "Stichting Elders".to_owned(),
        oin: None,
    };
    let other = world.service.app.board_create(None, create).await.unwrap();
    let other = world.service.register(Role::Board(other.id), &[]).await;
    let other = world.service.token(&other, None).await;
    for path in [&records, &export] {
        let answer = match path == &records {
            true => world.get(path, &other).await,
            false => world.post(path, &other, body.clone()).await,
        };
        answer.problem(404, "board_not_found");
    }
}
