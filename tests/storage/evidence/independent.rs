//! An export is checked by a program that shares nothing with ours: Python's `hashlib`, and `openssl`.

use std::{path::Path, process::Command};

use sluis::app::evidence::ExportFrom;
use sluis_core::ledger::{Known, SchoolExport, verify_export};
use sluis_test_kit::{databases, skipped};
use tempfile::TempDir;

use super::*;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/ledger/verify_export.py");

fn programs_are_here() -> bool {
    let here = |program: &str, argument: &str| {
        let ran = Command::new(program).arg(argument).output();
        ran.is_ok_and(|output| output.status.success())
    };
    let here = here("python3", "--version") && here("openssl", "version");
    if !here {
        let required = std::env::var("SLUIS_TEST_INTEROP").is_ok_and(|value| value == "required");
        assert!(
            !required,
            "SLUIS_TEST_INTEROP=required, but python3 or openssl is missing"
        );
        skipped("the check of an export by another program, because python3 or openssl is missing");
    }
    here
}

/// Whether the other program finds it sound, and what it says.
fn other_program(folder: &Path, parts: &[&SchoolExport], key: &str) -> (bool, String) {
    let files = parts.iter().enumerate().map(|(number, part)| {
        let file = folder.join(format!("export{number}.json"));
        std::fs::write(&file, serde_json::to_vec(part).unwrap()).unwrap();
        file
    });
    let mut command = Command::new("python3");
    command.arg(PROGRAM).args(files).arg(key);
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// What is done to an export, and what the other program says of it.
const ALTERATIONS: [(&str, &str); 6] = [
    ("alter", "not in the tree"),
    ("drop", "is missing"),
    ("cut off", "do not end"),
    ("reorder", "is missing"),
    ("alter a line", "the list"),
    ("alter the head", "not signed"),
];

fn alter(export: &mut SchoolExport, alteration: &str, with_lines: usize) {
    let records = &mut export.records;
    match alteration {
        "alter" => records[8].record = records[8].record.replace("\"permit\"", "\"deny\""),
        "drop" => drop(records.remove(5)),
        "cut off" => drop(records.pop()),
        "reorder" => records.swap(1, 2),
        "alter a line" => records[with_lines].lines[0].outcome = Outcome::Failed,
        "alter the head" => export.checkpoint = export.checkpoint.replace("\n330\n", "\n331\n"),
        other => panic!("`{other}` is not an alteration"),
    }
}

#[tokio::test]
async fn another_program_finds_an_export_sound_and_an_altered_one_not() {
    if !programs_are_here() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let database = databases::sqlite().await;
    let (store, _task) = start(&database.database);
    record(&store, 330).await;
    let key = store.verifier_key().to_string();
    let export = store
        .export(Owner::School(school(1)), ExportFrom::default(), 200)
        .await
        .unwrap();
    let check = |export: &SchoolExport| other_program(folder.path(), &[export], &key);
    assert_eq!(
        check(&export),
        (true, "165 records, all as they were written\n".to_owned())
    );

    let with_lines = export
        .records
        .iter()
        .position(|record| !record.lines.is_empty())
        .unwrap();
    for (alteration, expected) in ALTERATIONS {
        let mut altered = export.clone();
        alter(&mut altered, alteration, with_lines);
        let (sound, said) = check(&altered);
        assert!(!sound && said.contains(expected), "expected `{expected}`: {said}");
    }
}

#[tokio::test]
async fn another_program_takes_the_parts_of_an_export_together_and_finds_a_fork() {
    if !programs_are_here() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let database = databases::sqlite().await;
    let (store, _task) = start(&database.database);
    let key = store.verifier_key().to_string();
    let owner = Owner::School(school(1));
    let verifier = store.verifier_key().clone();
    let mut parts = Vec::new();
    let mut known: Option<Known> = None;
    for records in [330, 41, 0] {
        record(&store, records).await;
        let from = known.map(ExportFrom::from).unwrap_or_default();
        let part = store.export(owner, from, 100).await.unwrap();
        known = verify_export(&part, &verifier, known.as_ref()).known;
        parts.push(part);
    }
    let [first, second, third] = parts.try_into().unwrap();
    let check = |parts: &[&SchoolExport]| other_program(folder.path(), parts, &key);
    let whole = (true, "185 records, all as they were written\n".to_owned());
    assert_eq!(check(&[&first, &second]), whole);
    assert_eq!(check(&[&first, &second, &third]), whole, "a part may hold nothing new");
    let mut forked = second.clone();
    forked.consistency.pop();
    for (parts, expected) in [
        (vec![&first], "do not end"),
        (vec![&second], "forked"),
        (vec![&second, &first], "forked"),
        (vec![&first, &forked], "forked"),
    ] {
        let (sound, said) = check(&parts);
        assert!(!sound && said.contains(expected), "expected `{expected}`: {said}");
    }
}
