//! What a request costs: the learner search, a decision and an account resolved over HTTP, each with a verified token and a durable record,
//! beside an empty actix handler in the same run, at 1, 16 and 64 connections; for one connection also beside a lone `fdatasync`.
//!
//! Take the ratios; rates move with the machine. The load comes from the same machine, so that it takes its share of the
//! processor from both sides alike, but from a process of its own: *CPU* is what the process of the service alone used, all
//! of its threads together. That of PostgreSQL is not in it. Variants run in turn, and the median of three rounds counts.

use std::{
    fs::File,
    io::{BufReader, Write},
    net::TcpListener,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, post};
use rustix::time::{ClockId, clock_gettime};
use sluis::{cli::parts, http::server};
use sluis_core::identifier::EckIdRules;
use sluis_edexml::{ReadOptions, xml::Limits};
use sluis_stand_ins::administration::{pupil, write_edexml};
use sluis_test_kit::databases::Schema;

use super::{
    load::{self, Outcome},
    stage::Stage,
};

const ROUND: Duration = Duration::from_secs(2);
const ROUNDS: usize = 3;

#[post("/empty")]
async fn empty(_: actix_web::web::Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body("{}")
}

/// Prints the tables: on SQLite, and on PostgreSQL when a server is reachable.
pub(super) async fn measure() {
    println!("On SQLite:\n");
    measure_on(None).await;
    if let Some(schema) = Schema::create().await {
        println!("\nOn PostgreSQL:\n");
        measure_on(Some(&schema.address)).await;
    }
}

async fn measure_on(postgres: Option<&str>) {
    let free = TcpListener::bind(("127.0.0.1", 0))
        .and_then(|socket| socket.local_addr())
        .expect("an address");
    let stage = Stage::at(&free.to_string(), postgres).await;
    let roster = stage.folder.path().join("roster.xml");
    write_edexml(File::create(&roster).expect("a file"), "2026-2027", 300).expect("a roster");
    let options = ReadOptions {
        school: stage.school.brin,
        school_year: None,
        eck_id_rules: EckIdRules::new(["pilot".to_owned()]),
        limits: Limits::default(),
    };
    let snapshot = sluis_edexml::read(BufReader::new(File::open(&roster).expect("the roster")), &options);
    let snapshot = snapshot.expect("a roster that can be read");
    stage
        .service
        .app
        .roster_import(stage.school.brin, snapshot, false)
        .await
        .expect("an import");

    let http = stage.service.http(&stage.settings, None);
    let listener =
        server::listen(http, Arc::clone(&stage.service.app), &parts::listening(&stage.settings)).expect("a listener");
    for server in listener.servers {
        tokio::spawn(server);
    }
    let socket = TcpListener::bind(("127.0.0.1", 0)).expect("an address");
    let base = socket.local_addr().expect("an address");
    let bare = HttpServer::new(|| App::new().service(empty))
        .disable_signals()
        .listen(socket)
        .expect("a listener");
    tokio::spawn(bare.run());

    let school = stage.school.id.to_string();
    let (program, client) = &stage.supplier;
    let issuer = format!("http://{free}");
    let token = program
        .token(&issuer, &client.id.to_string(), Some((&school, "D4")))
        .await
        .expect("a token");
    let search = format!("/v1/schools/{school}/learners/_search");
    let decision = format!(r#"{{"school":"{school}","purpose":"D4"}}"#);
    let resolve = format!(r#"{{"school":"{school}","eckId":"{}"}}"#, pupil(1).eck_id);
    let variants = [
        ("empty actix handler", base, request("/empty", "{}", &token)),
        ("decision", free, request("/v1/decisions", &decision, &token)),
        (
            "learner search, page of 25 of 300",
            free,
            request(&search, r#"{"limit":25}"#, &token),
        ),
        (
            "account resolved",
            free,
            request("/v1/accounts/_resolve", &resolve, &token),
        ),
    ];
    println!(
        "| request | connections | requests/s | of the empty handler | p50, µs | p99, µs | CPU, µs | times the empty handler |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---:|");
    for connections in [1_usize, 16, 64] {
        let mut rounds = vec![Vec::new(); variants.len()];
        let mut lone = Vec::new();
        for _ in 0..ROUNDS {
            for (rounds, (_, address, request)) in rounds.iter_mut().zip(&variants) {
                let (address, request) = (*address, request.clone());
                let measured = tokio::task::spawn_blocking(move || {
                    measured(|| load::from_outside(address, &request, connections, ROUND))
                });
                rounds.push(measured.await.expect("a round"));
            }
            if connections == 1 {
                let path = stage.folder.path().join("flushed");
                let flushed = tokio::task::spawn_blocking(move || flushes(&path));
                lone.push(flushed.await.expect("a round"));
            }
        }
        let medians: Vec<Cost> = rounds.iter().map(|rounds| Cost::median(rounds)).collect();
        let floor = medians.first().copied().unwrap_or_default();
        for ((name, ..), cost) in variants.iter().zip(medians) {
            let Cost { rate, p50, p99, cpu } = cost;
            println!(
                "| {name} | {connections} | {rate:.0} | {:.3} | {p50:.0} | {p99:.0} | {cpu:.1} | {:.1} |",
                rate / floor.rate,
                cpu / floor.cpu
            );
        }
        if connections == 1 {
            let Cost { p50, p99, .. } = Cost::median(&lone);
            println!("| a lone `fdatasync` of 4 KiB | | | | {p50:.0} | {p99:.0} | | |");
        }
    }
    stage.stop().await;
}

/// What one variant cost in a round.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    rate: f64,
    p50: f64,
    p99: f64,
    cpu: f64,
}

impl Cost {
    fn median(rounds: &[Self]) -> Self {
        let of = |figure: fn(&Self) -> f64| median(rounds.iter().map(figure).collect());
        Self {
            rate: of(|cost| cost.rate),
            p50: of(|cost| cost.p50),
            p99: of(|cost| cost.p99),
            cpu: of(|cost| cost.cpu),
        }
    }
}

/// With the CPU time that this process, which has the service in it, used for each request meanwhile.
fn measured(load: impl FnOnce() -> Outcome) -> Cost {
    let before = cpu_time();
    let Outcome { count, rate, p50, p99 } = load();
    let used = cpu_time().saturating_sub(before).as_secs_f64() * 1e6;
    #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
    let cpu = used / count as f64;
    Cost { rate, p50, p99, cpu }
}

/// The CPU time of all threads of this process.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        time.tv_sec.unsigned_abs(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// How long it takes by itself to write 4 KiB over what is in a file already, and wait for the disk.
fn flushes(path: &Path) -> Cost {
    const TIMES: usize = 500;
    const PIECE: [u8; 4096] = [1; 4096];
    let mut file = File::create(path).expect("a file");
    file.write_all(&PIECE).and_then(|()| file.sync_all()).expect("a file");
    let mut times: Vec<f64> = (0..TIMES)
        .map(|_| {
            let begun = Instant::now();
            std::os::unix::fs::FileExt::write_all_at(&file, &PIECE, 0)
                .and_then(|()| file.sync_data())
                .expect("a flush");
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(TIMES * share / 100).copied().unwrap_or_default();
    Cost {
        p50: at(50),
        p99: at(99),
        ..Cost::default()
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(0.0)
}

fn request(path: &str, body: &str, token: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: sluis\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
