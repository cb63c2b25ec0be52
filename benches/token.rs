//! What it costs to issue an access token, and to believe it: by its signature, and by what is remembered of it. `P256` is
//! what the service issues; the others are what it would cost with the keys of id tokens.
//!
//! `cargo bench --bench token`. Variants take turns; the figure is the median of rounds.
#![expect(clippy::print_stdout, reason = "the table is what this program is for")]
#![expect(clippy::expect_used, reason = "a measurement that cannot be made has failed")]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock of the machine")]

use std::{hint::black_box, time::Instant};

use sluis::federation::{
    jwks::{KeySize, SigningKey, SigningKeys},
    token::{AccessGrant, AccessToken, AccessVerifier, Scope, Subject, Terms},
};
use sluis_core::{
    id::ClientId,
    random::SystemRandom,
    time::{Clock, SystemClock},
};
use uuid::Uuid;

const ROUNDS: usize = 9;
const TIMES: u32 = 2_000;
const ISSUED: u32 = 100;

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn each(times: u32, mut work: impl FnMut()) -> f64 {
    let begun = Instant::now();
    for _ in 0..times {
        work();
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(times)
}

fn main() {
    println!("| key | bytes | issued, µs | by its signature, µs | remembered, µs | factor |");
    println!("|---|---:|---:|---:|---:|---:|");
    let rsa = |size| SigningKeys::new(SigningKey::generate(size).expect("a key"), Vec::new()).expect("keys");
    for size in [KeySize::P256, KeySize::Rsa2048, KeySize::Rsa3072] {
        let now = SystemClock.now();
        let keys = match size {
            KeySize::P256 => {
                let access = SigningKey::generate(size).expect("a key");
                rsa(KeySize::Rsa2048).with_access(access).expect("keys")
            }
            KeySize::Rsa2048 | KeySize::Rsa3072 => rsa(size),
        };
        let terms = Terms::new("https://sluis.example", "https://sluis.example/v1");
        let grant = AccessGrant {
            client: ClientId::from_uuid(Uuid::from_u128(1)),
            subject: Subject::Client,
            scope: Scope::parse("learner.search account.resolve").expect("a scope"),
            bound: None,
        };
        let token = AccessToken::issue(&grant, &terms, &keys, now, &SystemRandom).expect("a token");
        let verifier = AccessVerifier::new(terms.clone(), 1_000);
        let (mut issued, mut signature, mut remembered) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            issued.push(each(ISSUED, || {
                let token = AccessToken::issue(black_box(&grant), &terms, &keys, now, &SystemRandom);
                black_box(token).expect("a token");
            }));
            signature.push(each(TIMES, || {
                let claims = AccessToken::verify(black_box(token.as_str()), &keys, &terms, now);
                black_box(claims).expect("a good token");
            }));
            remembered.push(each(TIMES, || {
                let claims = verifier.verify(black_box(token.as_str()), &keys, now);
                black_box(claims).expect("a good token");
            }));
        }
        let (issued, signature, remembered) = (median(issued), median(signature), median(remembered));
        println!(
            "| {size:?} | {} | {issued:.1} | {signature:.1} | {remembered:.2} | {:.0} |",
            token.as_str().len(),
            signature / remembered
        );
    }
}
