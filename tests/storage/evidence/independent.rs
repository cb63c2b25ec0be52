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
const ALTERATIONS: [(&str, &str); 8] = [
    ("alter", "not in the tree"),
    ("drop", "is missing"),
    ("cut off", "do not end"),
    ("reorder", "is missing"),
    ("alter a line", "the list"),
    ("alter the head", "not signed"),
    ("drop a stream", "a stream is missing"),
    ("take one stream for another", "not of this stream"),
];

fn alter(export: &mut SchoolExport, alteration: &str) {
    let streams = &mut export.streams;
    let first = &mut streams[0];
    let records = &mut first.records;
    match alteration {
        "alter" => records[8].record = records[8].record.replace("\"permit\"", "\"deny\""),
        "drop" => drop(records.remove(5)),
        "cut off" => drop(records.pop()),
        "reorder" => records.swap(1, 2),
        "alter a line" => {
            let with_lines = records.iter_mut().find(|record| !record.lines.is_empty());
            with_lines.unwrap().lines[0].outcome = Outcome::Failed;
        }
        "alter the head" => first.checkpoint = first.checkpoint.replace("\n330\n", "\n331\n"),
        "drop a stream" => drop(streams.pop()),
        "take one stream for another" => {
            let (first, second) = streams.split_at_mut(1);
            std::mem::swap(&mut first[0].checkpoint, &mut second[0].checkpoint);
        }
        other => panic!("`{other}` is not an alteration"),
    }
}

/// Records in two streams, as two replicas write them; `None` without a server.
async fn two_streams() -> Option<(databases::TestDatabase, [(Arc<EvidenceStore>, EvidenceTask); 2])> {
    let database = databases::postgres().await?;
    let first = start(&database.database);
    let second = start(&Database::open(&database.address).await.unwrap());
    Some((database, [first, second]))
}

#[tokio::test]
async fn both_programs_find_an_export_sound_and_an_altered_one_not() {
    if !programs_are_here() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let Some((_database, [(store, _task), (other, _other_task)])) = two_streams().await else {
        return;
    };
    record(&store, 330).await;
    record(&other, 20).await;
    let key = store.verifier_key().to_string();
    let export = store
        .export(Owner::School(school(1)), &ExportFrom::default(), 200)
        .await
        .unwrap();
    let check = |export: &SchoolExport| other_program(folder.path(), &[export], &key);
    assert_eq!(
        check(&export),
        (true, "175 records in 2 streams, all as they were written\n".to_owned())
    );
    assert_eq!(verify_export(&export, store.verifier_key(), None).findings, []);

    for (alteration, expected) in ALTERATIONS {
        let mut altered = export.clone();
        alter(&mut altered, alteration);
        let (sound, said) = check(&altered);
        assert!(!sound && said.contains(expected), "expected `{expected}`: {said}");
        let report = verify_export(&altered, store.verifier_key(), None);
        assert!(
            !report.is_sound() || report.remaining > 0,
            "`{alteration}` is not found"
        );
    }
}

#[tokio::test]
async fn both_programs_take_the_parts_of_an_export_together_and_find_a_fork_or_a_stream_that_is_gone() {
    if !programs_are_here() {
        return;
    }
    let folder = TempDir::new().unwrap();
    let Some((_database, [(store, _task), (other, _other_task)])) = two_streams().await else {
        return;
    };
    let key = store.verifier_key().to_string();
    let owner = Owner::School(school(1));
    let verifier = store.verifier_key().clone();
    let mut parts = Vec::new();
    let mut known: Option<Known> = None;
    for (first, second) in [(310, 20), (21, 20), (0, 0)] {
        record(&store, first).await;
        record(&other, second).await;
        let from = known.as_ref().map(ExportFrom::from).unwrap_or_default();
        let part = store.export(owner, &from, 100).await.unwrap();
        known = verify_export(&part, &verifier, known.as_ref()).known;
        parts.push(part);
    }
    let [first, second, third] = parts.try_into().unwrap();
    let check = |parts: &[&SchoolExport]| other_program(folder.path(), parts, &key);
    let whole = (true, "185 records in 2 streams, all as they were written\n".to_owned());
    assert_eq!(check(&[&first, &second]), whole);
    assert_eq!(check(&[&first, &second, &third]), whole, "a part may hold nothing new");
    let mut forked = second.clone();
    forked.streams[0].consistency.pop();
    let mut gone = second.clone();
    let without = sluis_core::ledger::NoteSigner::from_seed(verifier.origin(), &[7; 32]).unwrap();
    gone.streams.pop();
    let heads = verifier.open_chain_heads(&gone.chain_heads, owner).unwrap();
    gone.chain_heads = without.chain_heads(owner, &heads[..1]);
    for (parts, expected) in [
        (vec![&first], "do not end"),
        (vec![&second], "forked"),
        (vec![&second, &first], "forked"),
        (vec![&first, &forked], "forked"),
        (vec![&first, &gone], "a stream is missing"),
    ] {
        let (sound, said) = check(&parts);
        assert!(!sound && said.contains(expected), "expected `{expected}`: {said}");
    }
    let of_first = verify_export(&first, &verifier, None).known;
    for altered in [&forked, &gone] {
        assert!(!verify_export(altered, &verifier, of_first.as_ref()).is_sound());
    }
}
