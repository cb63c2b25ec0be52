//! Bodies and queries: strict, and all errors at once.

use actix_web::{
    HttpResponse,
    test::{TestRequest, init_service},
    web::{self, Data, ServiceConfig},
};
use serde::Deserialize;
use sluis_core::{identifier::Brin4, time::Timestamp};

use super::{Reply, get, parts, post, send, settings};
use crate::http::{
    Http,
    body::{Body, Query},
    input::{Fields, Input, choice, document, flag, integer, label, list, object, text},
    server,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[expect(dead_code, reason = "only its form matters here")]
    code: u8,
}

struct Pupil {
    year: u8,
}
impl Input for Pupil {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let year = fields.required("year", integer(1..=8));
        Some(Self { year: year? })
    }
}

struct Sample {
    brin: Brin4,
    name: Option<String>,
    moment: Option<Timestamp>,
    colours: Vec<&'static str>,
    pupils: Vec<Pupil>,
    rows: Vec<Row>,
}
impl Input for Sample {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let brin = fields.required("brin", text(Brin4::parse));
        let name = fields.optional("name", label(20));
        let moment = fields.optional("moment", text(Timestamp::parse));
        let colours = fields.or("colours", Vec::new(), list(2, choice(&[("red", "R"), ("blue", "B")])));
        let pupils = fields.or("pupils", Vec::new(), list(9, object::<Pupil>()));
        let rows = fields.or("rows", Vec::new(), document());
        Some(Self {
            brin: brin?,
            name: name?,
            moment: moment?,
            colours: colours?,
            pupils: pupils?,
            rows: rows?,
        })
    }
}

struct Page {
    limit: u16,
    ended: bool,
}
impl Input for Page {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let limit = fields.or("limit", 100, integer(1..=500));
        let ended = fields.or("ended", false, flag());
        Some(Self {
            limit: limit?,
            ended: ended?,
        })
    }
}

async fn take_body(Body(sample): Body<Sample>) -> HttpResponse {
    let years: Vec<_> = sample.pupils.iter().map(|pupil| pupil.year).collect();
    HttpResponse::Ok().body(format!(
        "{} {:?} {:?} {:?} {years:?} {}",
        sample.brin,
        sample.name,
        sample.moment.map(Timestamp::as_secs),
        sample.colours,
        sample.rows.len()
    ))
}
async fn take_query(Query(page): Query<Page>) -> HttpResponse {
    HttpResponse::Ok().body(format!("{} {}", page.limit, page.ended))
}

fn register(config: &mut ServiceConfig) {
    config
        .service(web::resource("/body").to(take_body))
        .service(web::resource("/query").to(take_query));
}

async fn ask(request: TestRequest) -> Reply {
    let app = init_service(server::with(Data::new(Http::new(parts(settings()))), register)).await;
    send(&app, request).await
}

async fn send_body(body: impl Into<Vec<u8>>) -> Reply {
    let request = post("/body").insert_header(("Content-Type", "application/json"));
    ask(request.set_payload(body.into())).await
}

/// Place and code of each error.
fn errors(body: &serde_json::Value) -> Vec<(&str, &str)> {
    let place = |error: &'_ serde_json::Value| error.get("pointer").or(error.get("parameter")).cloned();
    let list = body["errors"].as_array().unwrap();
    assert!(list.iter().all(|error| place(error).is_some()));
    list.iter()
        .map(|error| {
            let place = error.get("pointer").or(error.get("parameter")).unwrap();
            (place.as_str().unwrap(), error["code"].as_str().unwrap())
        })
        .collect()
}

#[actix_web::test]
async fn a_good_body_is_read() {
    let reply = send_body(
        r#"{"brin": "99DE", "name": null, "moment": "2026-09-01T10:00:00+02:00", "colours": ["blue"],
            "pupils": [{"year": 3}], "rows": [{"code": 1}]}"#,
    )
    .await;
    assert_eq!(reply.text(), "99DE None Some(1788249600) [\"B\"] [3] 1");
}

#[actix_web::test]
async fn all_errors_come_at_once_and_no_value_is_repeated() {
    let reply = send_body(
        r#"{"brin": "secret", "name": "111222333", "moment": 5, "colours": ["secret", "red"],
            "pupils": [{"year": 9}, {}, 7, {"year": "secret"}], "rows": [{"code": "secret"}], "extra": "secret", "a b@c": 1}"#,
    )
    .await;
    let body = reply.problem(400, "invalid_input");
    let mut found = errors(&body);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("", "unknown_field"),
            ("/brin", "invalid_value"),
            ("/colours/0", "invalid_value"),
            ("/extra", "unknown_field"),
            ("/moment", "wrong_type"),
            ("/name", "national_number"),
            ("/pupils/0/year", "out_of_range"),
            ("/pupils/1/year", "missing"),
            ("/pupils/2", "wrong_type"),
            ("/pupils/3/year", "wrong_type"),
            ("/rows/0/code", "invalid_value"),
        ]
    );
    for value in ["secret", "111222333", "a b@c"] {
        assert!(!reply.text().contains(value), "`{value}` is repeated");
    }
}

#[actix_web::test]
async fn labels_and_lists_have_bounds() {
    let long = format!(
        r#"{{"brin": "99DE", "name": "{}", "colours": ["red", "red", "red"]}}"#,
        "x".repeat(21)
    );
    let body = send_body(long).await.problem(400, "invalid_input");
    assert_eq!(errors(&body), [("/name", "invalid_length"), ("/colours", "too_many")]);
    let body = send_body(r#"{"brin": "99DE", "name": "a\u0000b"}"#)
        .await
        .problem(400, "invalid_input");
    assert_eq!(errors(&body), [("/name", "invalid_value")]);
}

#[actix_web::test]
async fn a_body_that_is_no_object_is_refused() {
    for body in ["[]", "\"text\"", "null", "1"] {
        let body = send_body(body).await.problem(400, "invalid_input");
        assert_eq!(errors(&body), [("", "wrong_type")]);
    }
}

#[actix_web::test]
async fn what_is_not_json_says_where_reading_stopped() {
    let reply = send_body("{\"brin\": \"99DE\",\n \"secret\" 1}").await;
    let body = reply.problem(400, "malformed_json");
    assert_eq!(body["errors"][0]["detail"], "reading stopped at line 2, column 11");
    assert!(!reply.text().contains("secret"));
    let twice: &[u8] = b"{\"brin\": \"99DE\", \"brin\": \"99DF\"}";
    for body in [twice, b"", b"{", b"{} {}", b"{\"brin\": \"\xff\"}", b"\xef\xbb\xbf{}"] {
        send_body(body).await.problem(400, "malformed_json");
    }
}

#[actix_web::test]
async fn only_json_is_taken() {
    let send = |header: Option<(&'static str, &'static str)>, encoding: &'static str| {
        let mut request = post("/body").set_payload(r#"{"brin": "99DE"}"#);
        if let Some(header) = header {
            request = request.insert_header(header);
        }
        if !encoding.is_empty() {
            request = request.insert_header(("Content-Encoding", encoding));
        }
        ask(request)
    };
    let json = Some(("Content-Type", "application/json"));
    for header in [
        None,
        Some(("Content-Type", "text/plain")),
        Some(("Content-Type", "application/json; charset=latin1")),
    ] {
        send(header, "").await.problem(415, "unsupported_media_type");
    }
    send(json, "gzip").await.problem(415, "unsupported_media_type");
    assert_eq!(send(json, "identity").await.status, 200);
    assert_eq!(
        send(Some(("Content-Type", "application/json; charset=UTF-8")), "")
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn a_large_body_is_not_read_to_its_end() {
    let body = format!(r#"{{"brin": "99DE", "name": "{}"}}"#, " ".repeat(2_000));
    send_body(body).await.problem(413, "body_too_large");
}

#[actix_web::test]
async fn query_parameters_are_read_as_strictly() {
    assert_eq!(ask(get("/query?limit=5&ended=true")).await.text(), "5 true");
    assert_eq!(ask(get("/query")).await.text(), "100 false");
    let reply = ask(get("/query?limit=0&ended=secret&other=secret&jan%40example=1")).await;
    let body = reply.problem(400, "invalid_input");
    assert_eq!(
        errors(&body),
        [
            ("limit", "out_of_range"),
            ("ended", "wrong_type"),
            ("?", "unknown_field"),
            ("other", "unknown_field"),
        ]
    );
    assert!(!reply.text().contains("secret") && !reply.text().contains("jan"));
    let body = ask(get("/query?limit=1&limit=2")).await.problem(400, "invalid_input");
    assert_eq!(errors(&body), [("?", "duplicate")]);
}
