//! Nothing of a person in logs and metrics: a school is pulled, pupils log in and are asked for, much is refused, and then
//! everything that was logged and counted is searched. Alone in its program, since log and metrics are one for all threads.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test stops where something is not as it must be"
)]

#[path = "api/browser.rs"]
#[expect(dead_code, reason = "what the tests of the API need besides")]
mod browser;
#[path = "api/party.rs"]
mod party;
#[path = "api/world.rs"]
#[expect(dead_code, reason = "what the tests of the API need besides")]
mod world;

use std::{
    io,
    sync::{Arc, Mutex},
};

use serde_json::json;
use sluis::{
    cli::telemetry::{start_metrics, subscriber},
    config::{Settings, source::Sources},
};
use sluis_stand_ins::administration::{Behaviour, Fault, STAFF, pupil, staff_member};

use crate::world::{Answer, INSIDE, OUTSIDE, World};

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

/// Everything of the people of the school by which one of them could be told: not given names, which are words as well.
fn telling() -> Vec<String> {
    let mut telling = Vec::new();
    for number in 1..=60 {
        let pupil = pupil(number);
        telling.extend([pupil.eck_id, pupil.user_name, pupil.email, format!("\"{}\"", pupil.key)]);
        telling.push(pupil.birth_date);
    }
    for number in 1..=STAFF {
        let staff = staff_member(number);
        telling.extend([staff.eck_id, staff.user_name, staff.email, format!("\"{}\"", staff.key)]);
    }
    telling
}

/// What suppliers and school ask, and what comes of it.
async fn a_day(world: &World) {
    let token = world.supplier_token("D1").await;
    let search = world.of_school("learners/_search");
    world.post(&search, &token, json!({ "limit": 200 })).await.ok();
    for number in [INSIDE, OUTSIDE] {
        let body = json!({ "school": world.school, "eckId": pupil(number).eck_id });
        let answer = world.post("/v1/accounts/_resolve", &token, body).await;
        assert_eq!(answer.status, if number == INSIDE { 200 } else { 403 });
    }
    let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
    world.exchange(&world.supplier, &code, &[]).await.ok();
    assert_eq!(
        world.exchange(&world.supplier, &code, &[]).await.status,
        400,
        "a code works once"
    );
    for refused in [&OUTSIDE.to_string(), "elsewhere", "parent"] {
        let (status, page) = world.log_in(&world.supplier, refused).await.page();
        assert!(status >= 400 && !page.contains(&pupil(INSIDE).eck_id));
    }

    // Personal data where none belong, and in bodies that are refused.
    let eck_id = pupil(INSIDE).eck_id;
    let upper = eck_id.to_uppercase();
    for body in [
        json!({ "school": world.school, "eckId": upper }),
        json!({ "school": world.school, "eckId": [eck_id] }),
        json!({ "school": eck_id, "eckId": eck_id, (eck_id.as_str()): eck_id }),
    ] {
        let refused = world.post("/v1/accounts/_resolve", &token, body).await;
        assert_eq!(refused.status, 400);
        assert!(!refused.body.to_string().contains(eck_id.trim_start_matches("https://")));
    }
    let query = format!("/v1/schools?name={}", pupil(INSIDE).user_name);
    assert_eq!(world.get(&query, &token).await.status, 400);

    let school = world.service.token(&world.school_client, None).await;
    let body = json!({ "ground": "objection", "eckId": eck_id });
    world.post(&world.of_school("restrictions"), &school, body).await.ok();
    let connections = world.get(&world.of_school("connections"), &school).await.ok();
    let path = format!("connections/{}/_pull", connections["items"][0]["id"].as_str().unwrap());
    for behaviour in [
        Behaviour::Truncated,
        Behaviour::Fault(Fault::Internal),
        Behaviour::Only(3),
        Behaviour::Normal,
    ] {
        world.administration.behave(behaviour);
        world.post(&world.of_school(&path), &school, json!({})).await.ok();
    }
    world.service.disk_is_full().await;
    let unrecorded = Answer::of(world.service.post(&search).bearer_auth(&token).json(&json!({}))).await;
    assert_eq!(unrecorded.status, 503);
}

#[actix_web::test]
async fn nothing_of_a_person_is_in_logs_and_metrics_whatever_happens() {
    let log = Log::default();
    let written = log.clone();
    let finest = [("SLUIS_TELEMETRY__LOG_LEVEL".to_owned(), "trace".to_owned())];
    let settings = Settings::load(&Sources::new().with_environment(finest)).unwrap();
    let metrics = start_metrics().unwrap();
    let lines = subscriber(&settings.telemetry, move || log.clone());
    tracing::subscriber::set_global_default(lines).unwrap();

    let world = World::start().await;
    a_day(&world).await;

    let logged = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let counted = metrics.render();
    assert!(logged.lines().count() > 20, "a day leaves its lines");
    assert!(logged.contains("a pull was refused") && logged.contains("decisions could not be recorded"));
    assert!(counted.contains("evidence_decisions_total"));
    for told in telling() {
        let tail = told.trim_start_matches("https://ketenid.nl/pilot/");
        for (place, text) in [("log", &logged), ("metrics", &counted)] {
            assert!(!text.contains(tail), "the {place} tells {told}");
        }
    }
}
