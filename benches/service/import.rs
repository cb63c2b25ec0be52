//! The import of a roster: pupils per second and peak memory, at 1,000 and 100,000 pupils, and again without changes.
//!
//! It reads an EDEXML file as the command line does, keeps what
//! the agreement needs, seals it, and writes it to SQLite with full durability.

use std::{fs::File, io::BufReader, time::Instant};

use sluis_core::identifier::{Brin6, EckIdRules};
use sluis_edexml::{ReadOptions, xml::Limits};
use sluis_stand_ins::administration::write_edexml;

use super::stage::Stage;

/// Prints the table.
pub(super) async fn measure() {
    println!("\n| pupils | import, pupils/s | again without changes, pupils/s | peak memory, MiB |");
    println!("|---:|---:|---:|---:|");
    for pupils in [1_000_u32, 100_000] {
        let stage = Stage::at("127.0.0.1:1", None).await;
        let file = stage.folder.path().join("roster.xml");
        write_edexml(File::create(&file).expect("a file"), "2026-2027", pupils).expect("a roster");
        let first = import(&stage, &file).await;
        let second = import(&stage, &file).await;
        let rate = |seconds: f64| f64::from(pupils) / seconds;
        println!(
            "| {pupils} | {:.0} | {:.0} | {} |",
            rate(first),
            rate(second),
            peak_memory()
        );
        stage.stop().await;
    }
}

async fn import(stage: &Stage, file: &std::path::Path) -> f64 {
    let school = Brin6::parse("99ZZ00").expect("a BRIN");
    let options = ReadOptions {
        school,
        school_year: None,
        eck_id_rules: EckIdRules::new(["pilot".to_owned()]),
        limits: Limits::default(),
    };
    let begun = Instant::now();
    let input = BufReader::new(File::open(file).expect("the roster"));
    let snapshot = sluis_edexml::read(input, &options).expect("a roster that can be read");
    let run = stage
        .service
        .app
        .roster_import(school, snapshot, false)
        .await
        .expect("an import");
    let end = run.end.expect("an end");
    assert_eq!(end.reason, None, "the import must be applied");
    begun.elapsed().as_secs_f64()
}

/// The most memory that this process ever had, in MiB (Linux).
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|kib| kib.parse::<u64>().ok())
        .unwrap_or_default()
        / 1_024
}
