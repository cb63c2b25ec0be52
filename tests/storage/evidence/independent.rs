//! An export is checked by a program that shares nothing with ours: Python's `hashlib`, and `openssl`.

use std::{path::Path, process::Command};

use sluis::app::evidence::ExportFrom;
use sluis_core::ledger::SchoolExport;
use sluis_test_kit::databases;
use tempfile::TempDir;

use super::*;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop/ledger/verify_export.py");

#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
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
        eprintln!("SKIPPED: the check of an export by another program, because python3 or openssl is missing");
    }
    here
}

/// Whether the other program finds it sound, and what it says.
fn other_program(folder: &Path, export: &SchoolExport, key: &str) -> (bool, String) {
    let file = folder.join("export.json");
    std::fs::write(&file, serde_json::to_vec(export).unwrap()).unwrap();
    let output = Command::new("python3")
        .arg(PROGRAM)
        .arg(file)
        .arg(key)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
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
    let check = |export: &SchoolExport| other_program(folder.path(), export, &key);
    assert_eq!(
        check(&export),
        (true, "165 records, all as they were written\n".to_owned())
    );

    let with_lines = export
        .records
        .iter()
        .position(|record| !record.lines.is_empty())
        .unwrap();
    let alterations: [(&str, &dyn Fn(&mut SchoolExport)); 6] = [
        ("not in the tree", &|export| {
            export.records[8].record = export.records[8].record.replace("\"permit\"", "\"deny\"");
        }),
        ("is missing", &|export| drop(export.records.remove(5))),
        ("do not end", &|export| drop(export.records.pop())),
        ("is missing", &|export| export.records.swap(1, 2)),
        ("the list", &|export| {
            export.records[with_lines].lines[0].outcome = Outcome::Failed
        }),
        ("not signed", &|export| {
            export.checkpoint = export.checkpoint.replace("\n330\n", "\n331\n")
        }),
    ];
    for (expected, alter) in alterations {
        let mut altered = export.clone();
        alter(&mut altered);
        let (sound, said) = check(&altered);
        assert!(!sound && said.contains(expected), "expected `{expected}`: {said}");
    }
}
