//! What it costs to believe an access token: by its signature, and by what is remembered of it.
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

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn each(mut work: impl FnMut()) -> f64 {
    let begun = Instant::now();
    for _ in 0..TIMES {
        work();
    }
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(TIMES)
}

fn main() {
    println!("| key       | by its signature, µs | remembered, µs | factor |");
    println!("|-----------|---------------------:|---------------:|-------:|");
    for size in [KeySize::Rsa2048, KeySize::Rsa3072] {
        let now = SystemClock.now();
        let key = SigningKey::generate(size).expect("a key");
        let keys = SigningKeys::new(key, Vec::new()).expect("keys");
        let terms = Terms::new("https://sluis.example", "https://sluis.example/v1");
        let grant = AccessGrant {
            client: ClientId::from_uuid(Uuid::from_u128(1)),
            subject: Subject::Client,
            scope: Scope::parse("learner.search account.resolve").expect("a scope"),
            bound: None,
        };
        let token = AccessToken::issue(&grant, &terms, &keys, now, &SystemRandom).expect("a token");
        let verifier = AccessVerifier::new(terms.clone(), 1_000);
        let (mut signature, mut remembered) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            signature.push(each(|| {
                let claims = AccessToken::verify(black_box(token.as_str()), &keys, &terms, now);
                black_box(claims).expect("a good token");
            }));
            remembered.push(each(|| {
                let claims = verifier.verify(black_box(token.as_str()), &keys, now);
                black_box(claims).expect("a good token");
            }));
        }
        let (signature, remembered) = (median(signature), median(remembered));
        println!(
            "| {size:?} | {signature:.1} | {remembered:.2} | {:.0} |",
            signature / remembered
        );
    }
}
