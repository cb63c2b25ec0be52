//! The log of a whole service: one line for each request, and nothing of what was asked. Alone in its program, since a
//! log is one for all threads.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use sluis::app::caller::Role;
use sluis_test_kit::service::Service;

/// What is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn the_log_has_one_line_for_each_request_and_nothing_of_what_was_asked() {
    let log = Log::default();
    let written = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || log.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();

    let service = Service::start().await;
    let operator = service.register(Role::Operator, &[]).await;
    let token = service.token(&operator, None).await;
    written.0.lock().unwrap().clear();

    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let traceparent = format!("00-{trace}-00f067aa0ba902b7-01");
    let requests = [
        service.get("/problems/refused?name=jansen"),
        service.get("/v1/schools/jansen"),
        service.get("/v1/me?access_token=jansen"),
        service.get("/jansen"),
        service.get("/v1/me").bearer_auth("jansen"),
        service
            .post("/v1/boards")
            .bearer_auth(&token)
            .json(&json!({ "name": "jansen", "jansen": 1, "oin": "jansen" })),
        service.post("/v1/boards").bearer_auth(&token).body("jansen"),
        service
            .post("/oidc/token")
            .form(&[("grant_type", "jansen"), ("client_assertion", "jansen")]),
    ];
    for request in requests {
        let request = request
            .header("traceparent", &traceparent)
            .header("User-Agent", "jansen");
        assert!(request.send().await.unwrap().status().as_u16() < 500);
    }

    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let answered = lines.iter().filter(|line| line["fields"]["message"] == "answered");
    let routes: Vec<_> = answered
        .clone()
        .map(|line| line["fields"]["http.route"].as_str().unwrap())
        .collect();
    let expected = [
        "/problems/{code}",
        "/v1/schools/{school}",
        "/v1/me",
        "unmatched",
        "/v1/me",
        "/v1/boards",
        "/v1/boards",
        "/oidc/token",
    ];
    assert_eq!(routes, expected);
    for line in answered {
        assert!(line["fields"]["http.status"].is_number());
        assert_eq!(line["span"]["trace.id"], trace);
    }
    assert!(text.contains("the access token is refused"), "the cause is logged");
    assert!(text.contains(&operator.id.to_string()), "the client is logged");
    assert!(!text.contains(&token), "a token is not");
    assert!(!text.to_lowercase().contains("jansen"), "{text}");
}
