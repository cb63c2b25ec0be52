//! What a request costs: the learner search, a decision and an account resolved over HTTP, each with a verified token and a durable record,
//! beside an empty actix handler in the same run, at 1, 16 and 64 connections.
//!
//! Take the ratios; rates move with the machine. The load comes
//! from the same machine, so that it takes its share of the processor from both sides alike. Variants run in turn, and the
//! median of three rounds counts.

use std::{
    fs::File,
    io::BufReader,
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use actix_web::{App, HttpResponse, HttpServer, post};
use sluis::{cli::parts, http::server};
use sluis_core::identifier::EckIdRules;
use sluis_edexml::{ReadOptions, xml::Limits};
use sluis_stand_ins::administration::{pupil, write_edexml};
use sluis_test_kit::databases::Schema;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::stage::Stage;

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
    println!("| request | connections | requests/s | of the empty handler |");
    println!("|---|---:|---:|---:|");
    for connections in [1_usize, 16, 64] {
        let mut rates = vec![Vec::new(); variants.len()];
        for _ in 0..ROUNDS {
            for (rates, (_, address, request)) in rates.iter_mut().zip(&variants) {
                rates.push(load(*address, request, connections).await);
            }
        }
        let medians: Vec<f64> = rates.into_iter().map(median).collect();
        let floor = medians.first().copied().unwrap_or(1.0);
        for ((name, ..), rate) in variants.iter().zip(medians) {
            println!("| {name} | {connections} | {rate:.0} | {:.3} |", rate / floor);
        }
    }
    stage.stop().await;
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or(0.0)
}

fn request(path: &str, body: &str, token: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: sluis\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Requests per second over so many connections that are kept open.
async fn load(address: SocketAddr, request: &[u8], connections: usize) -> f64 {
    let answered = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..connections)
        .map(|_| {
            let (request, answered) = (request.to_vec(), Arc::clone(&answered));
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("a connection");
                stream.set_nodelay(true).expect("no delay");
                let mut buffer = vec![0; 64 * 1024];
                while begun.elapsed() < ROUND {
                    stream.write_all(&request).await.expect("a request");
                    answer(&mut stream, &mut buffer).await;
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a connection that lives");
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of requests is far below 2^52")]
    let count = answered.load(Ordering::Relaxed) as f64;
    count / begun.elapsed().as_secs_f64()
}

/// Reads one answer, which must be 200.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) {
    let mut filled = 0;
    loop {
        let read = stream
            .read(buffer.get_mut(filled..).expect("room"))
            .await
            .expect("an answer");
        assert!(read > 0, "the connection was closed");
        filled += read;
        let text = String::from_utf8_lossy(buffer.get(..filled).unwrap_or_default());
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        assert!(head.starts_with("HTTP/1.1 200"), "not answered with 200: {text}");
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let length: usize = length.expect("a length");
        if body.len() >= length {
            return;
        }
    }
}
