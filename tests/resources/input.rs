//! Bad input: refused with a stable code, all errors at once, no value repeated, and nothing stored.

use serde_json::{Value, json};

use super::world::{Answer, Empty, NOBODY, Who, World, ids};

#[actix_web::test]
async fn what_is_not_json_is_refused_as_it_is() {
    let empty = Empty::start().await;
    let send = |media_type: &'static str, body: Vec<u8>| {
        let request = empty.service.post("/v1/boards").bearer_auth(&empty.operator);
        Answer::of(request.header("content-type", media_type).body(body))
    };
    let good = r#"{"name":"Stichting De Vuurtoren"}"#;
    for broken in [
        r#"{"name":"Stichting"#,
        "",
        r#"{"name":"a","name":"b"}"#,
        "<board/>",
        "{\"name\":\"\u{0}\"}",
    ] {
        send("application/json", broken.into())
            .await
            .problem(400, "malformed_json");
    }
    send("application/json", b"{\"name\":\"\xff\"}".to_vec())
        .await
        .problem(400, "malformed_json");
    for media_type in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ] {
        send(media_type, good.into())
            .await
            .problem(415, "unsupported_media_type");
    }
    let large = format!(r#"{{"name":"{}"}}"#, "a".repeat(1_048_576));
    send("application/json", large.into())
        .await
        .problem(413, "body_too_large");
    assert_eq!(ids(&empty.get("/v1/boards").await.with(200)), Vec::<String>::new());
    send("application/json; charset=utf-8", good.into()).await.created();
}

#[actix_web::test]
async fn all_errors_of_a_school_come_at_once() {
    let empty = Empty::start().await;
    let wrong = json!({
        "board": NOBODY.to_uppercase(), "name": "\u{7}", "brin": "99zz", "branch": "0", "oin": "1", "rio": "104a158",
        "digiDeliveryId": "none", "colour": "red", "123456782": "x",
    });
    let refused = empty.post("/v1/schools", &wrong).await;
    for value in ["99zz", "104a158", "123456782", "red"] {
        assert!(!refused.body.to_string().contains(value), "`{value}` is repeated");
    }
    refused.assert_errors(&[
        ("", "unknown_field"),
        ("/board", "invalid_value"),
        ("/branch", "invalid_value"),
        ("/brin", "invalid_value"),
        ("/colour", "unknown_field"),
        ("/digiDeliveryId", "invalid_value"),
        ("/name", "invalid_value"),
        ("/oin", "invalid_value"),
        ("/rio", "invalid_value"),
    ]);
    let refused = empty.post("/v1/schools", &json!({ "board": null })).await;
    refused.assert_errors(&[("/board", "missing"), ("/brin", "missing"), ("/name", "missing")]);
    for brin in ["99zz", "99ZZ00", "9ZZZ", "", " 99ZZ"] {
        let school = json!({ "board": NOBODY, "name": "De Baken", "brin": brin });
        empty
            .post("/v1/schools", &school)
            .await
            .assert_errors(&[("/brin", "invalid_value")]);
    }
    assert_eq!(ids(&empty.get("/v1/schools").await.with(200)), Vec::<String>::new());
}

#[actix_web::test]
async fn names_are_short_printable_and_without_national_numbers() {
    let world = World::start().await;
    let before = lists(&world).await;
    for (name, code) in [
        (json!(""), "invalid_length"),
        (json!("   "), "invalid_length"),
        (json!("a".repeat(201)), "invalid_length"),
        (json!("De\nBaken"), "invalid_value"),
        (json!("De \u{1b}[31mBaken"), "invalid_value"),
        (json!("leerling 123456782"), "national_number"),
        (json!("1112.22.333"), "national_number"),
        (json!(7), "wrong_type"),
        (json!(["De Baken"]), "wrong_type"),
    ] {
        for (path, mut body) in [
            ("/v1/boards", json!({})),
            ("/v1/schools", json!({ "board": world.board, "brin": "97ZZ" })),
            ("/v1/suppliers", json!({ "kind": "supplier" })),
            ("/v1/products", json!({ "supplier": world.supplier })),
        ] {
            body["name"] = name.clone();
            let refused = world.post(Who::Operator, path, &body).await;
            refused.assert_errors(&[("/name", code)]);
        }
    }
    assert_eq!(lists(&world).await, before);
    let longest = json!({ "name": "é".repeat(200) });
    world.post(Who::Operator, "/v1/boards", &longest).await.created();
}

async fn lists(world: &World) -> Vec<Value> {
    let mut lists = Vec::new();
    for kind in ["boards", "schools", "suppliers", "products"] {
        lists.push(world.get(Who::Operator, &format!("/v1/{kind}")).await.with(200));
    }
    lists
}

#[actix_web::test]
async fn other_fields_take_what_they_are_for() {
    let world = World::start().await;
    let supplier = json!({ "name": "Een", "kind": "Supplier" });
    let refused = world.post(Who::Operator, "/v1/suppliers", &supplier).await;
    refused.assert_errors(&[("/kind", "invalid_value")]);
    let product = json!({ "supplier": world.supplier.to_uppercase(), "name": "Een" });
    let refused = world.post(Who::Operator, "/v1/products", &product).await;
    refused.assert_errors(&[("/supplier", "invalid_value")]);
    for body in [json!([]), json!("name"), json!(null)] {
        let refused = world.post(Who::Operator, "/v1/boards", &body).await;
        refused.assert_errors(&[("", "wrong_type")]);
    }
}

#[actix_web::test]
async fn paths_and_queries_are_read_as_strictly() {
    let world = World::start().await;
    for (path, place) in [
        (format!("/v1/boards/{}", NOBODY.to_uppercase()), "board"),
        ("/v1/schools/99ZZ".to_owned(), "school"),
        (format!("/v1/schools/{}/activations/1/_end", world.school), "activation"),
        (format!("/v1/boards/{}/mandates/1/_revoke", world.board), "mandate"),
    ] {
        let answer = match path.rsplit('/').next() {
            Some("_end") => world.step(Who::School, &path).await,
            Some("_revoke") => world.step(Who::Board, &path).await,
            _ => world.get(Who::Operator, &path).await,
        };
        answer.assert_errors(&[(place, "invalid_value")]);
    }
    let refused = world
        .get(Who::Operator, "/v1/schools?limit=0&cursor=x&brin=99ZZ&limit=3")
        .await;
    refused.assert_errors(&[
        ("?", "duplicate"),
        ("brin", "unknown_field"),
        ("cursor", "invalid_value"),
    ]);
}
