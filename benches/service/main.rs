//! What the service costs: requests over HTTP, and the import of rosters.
//!
//! `cargo bench --bench service` prints the tables of the README; `cargo bench --bench service -- http` or `-- import` one
//! of them. A table anyone can repeat, never a timed test.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a measurement prints, and stops when it cannot measure"
)]
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock of the machine")]

mod http;
mod import;
mod load;
mod stage;

#[actix_web::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let Some((first, rest)) = words.split_first()
        && first == load::WORD
    {
        load::be(rest).await;
        return;
    }
    let wanted: Vec<String> = words
        .into_iter()
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    if is_wanted("http") {
        http::measure().await;
    }
    if is_wanted("import") {
        import::measure().await;
    }
    // The servers of the measurement go with the process.
    std::process::exit(0);
}
