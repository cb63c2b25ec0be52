//! An export is checked by a program that shares nothing with ours: Python's `hashlib`, and `openssl`.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use sluis::app::evidence::ExportFrom;
use sluis_core::ledger::{Known, SchoolExport, verify_export};
use sluis_test_kit::{databases, interop::python_and_openssl};
use tempfile::TempDir;

use super::*;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/auditor/verify_export.py");

/// The files that are given to a program.
struct Given<'a> {
    folder: &'a Path,
    key: &'a str,
}

impl Given<'_> {
    fn keep(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let file = self.folder.join(name);
        std::fs::write(&file, content).unwrap();
        file
    }

    /// Whether a program finds the parts sound with what was kept, and what it says.
    fn check(&self, mut program: Command, parts: &[&SchoolExport], kept: &[&str]) -> (bool, String) {
        let parts = parts.iter().enumerate();
        let parts = parts.map(|(n, part)| self.keep(&format!("export{n}.json"), serde_json::to_vec(part).unwrap()));
        program.arg("--export").args(parts).args(["--key", self.key]);
        if !kept.is_empty() {
            let kept = kept.iter().enumerate();
            let kept = kept.map(|(n, note)| self.keep(&format!("kept{n}"), note));
            program.arg("--checkpoint").args(kept);
        }
        ran(program)
    }
}

fn ran(mut program: Command) -> (bool, String) {
    let output = program.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// The program that shares nothing with ours.
fn theirs() -> Command {
    let mut command = Command::new("python3");
    command.arg(PROGRAM);
    command
}

/// Our own.
fn ours() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sluis"));
    command.args(["ledger", "verify"]);
    command
}

/// What the other program says of a sound export when nothing was kept.
fn sound(records: u64) -> (bool, String) {
    let said = format!(
        "{records} records in 2 streams, all as they were written\n\
         nothing was kept from before: this shows that the log agrees with itself, not that it is the one it was\n"
    );
    (true, said)
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
    if !python_and_openssl() {
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
    let given = Given {
        folder: folder.path(),
        key: &key,
    };
    let check = |export: &SchoolExport| given.check(theirs(), &[export], &[]);
    assert_eq!(check(&export), sound(175));
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
    if !python_and_openssl() {
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
    let given = Given {
        folder: folder.path(),
        key: &key,
    };
    let check = |parts: &[&SchoolExport]| given.check(theirs(), parts, &[]);
    let whole = sound(185);
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
    // Signed by who has the key, and yet missed by what was kept.
    let mut left_out = first.clone();
    let second_stream = left_out.streams.pop().unwrap().checkpoint;
    let heads = verifier.open_chain_heads(&first.chain_heads, owner).unwrap();
    left_out.chain_heads = without.chain_heads(owner, &heads[..1]);
    let other = Owner::School(school(0));
    let other = store
        .export(other, &ExportFrom::default(), 1)
        .await
        .unwrap()
        .chain_heads;
    for program in [theirs as fn() -> Command, ours] {
        for (kept, expected) in [
            (&second_stream, "missing"),
            (&first.chain_heads, "missing"),
            (&other, "owner"),
        ] {
            let (sound, said) = given.check(program(), &[&left_out], &[kept]);
            assert!(!sound && said.contains(expected), "expected `{expected}`: {said}");
        }
    }
    let of_first = verify_export(&first, &verifier, None).known;
    for altered in [&forked, &gone] {
        assert!(!verify_export(altered, &verifier, of_first.as_ref()).is_sound());
    }
}

/// Whoever has the key can write a log anew so that it agrees with itself. One note that somebody kept shows it, to both
/// programs.
#[tokio::test]
async fn a_log_that_was_rebuilt_with_the_same_key_is_found_by_what_was_kept() {
    if !python_and_openssl() {
        return;
    }
    let owner = Owner::School(school(1));
    for (database, anew) in databases::both().await.into_iter().zip(databases::both().await) {
        let (store, _task) = start(&database.database);
        record(&store, 40).await;
        let before = store.export(owner, &ExportFrom::default(), 100).await.unwrap();
        let kept = before.streams[0].checkpoint.as_str();
        let more = record(&store, 9).await;
        assert_eq!(more.len(), 9);
        let between = store.checkpoints().await.unwrap().remove(0).checkpoint;
        record(&store, 30).await;
        let (rebuilt, _task) = start(&anew.database);
        record(&rebuilt, 90).await;

        let asked = ExportFrom::default().proving([(1, 40), (1, 49), (1, 1_000), (7, 3)]);
        let true_one = store.export(owner, &asked, 100).await.unwrap();
        let false_one = rebuilt.export(owner, &asked, 100).await.unwrap();
        let unasked = store.export(owner, &ExportFrom::default(), 100).await.unwrap();
        let key = store.verifier_key().to_string();
        let folder = TempDir::new().unwrap();
        let given = Given {
            folder: folder.path(),
            key: &key,
        };
        let stranger = sluis_core::ledger::NoteSigner::from_seed(store.verifier_key().origin(), &[9; 32]).unwrap();
        let heads = store
            .verifier_key()
            .open_chain_heads(&before.chain_heads, owner)
            .unwrap();
        let stranger = stranger.chain_heads(owner, &heads);
        let public = serde_json::json!({ "items": [
            { "stream": 1, "checkpoint": kept },
            { "stream": 1, "checkpoint": between },
        ] });
        let public = public.to_string();
        let ends = before.chain_heads.as_str();
        for program in [theirs as fn() -> Command, ours] {
            let check = |export: &SchoolExport, kept: &[&str]| given.check(program(), &[export], kept);
            let all = [kept, between.as_str(), ends, public.as_str()];
            let (sound, said) = check(&true_one, &all);
            assert!(
                sound && said.contains("it goes on from what was kept in 4 files"),
                "{said}"
            );
            let (sound, said) = check(&false_one, &[]);
            assert!(
                sound && said.contains("nothing was kept"),
                "nothing else can show it: {said}"
            );
            for (export, kept, expected) in [
                (&false_one, kept, "forked"),
                (&false_one, between.as_str(), "forked"),
                (&false_one, public.as_str(), "forked"),
                (&false_one, ends, "with which the chain ended"),
                (&unasked, kept, "nothing proves"),
                (&before, between.as_str(), "the export is older, or the log was cut"),
                (&true_one, stranger.as_str(), "not signed by the"),
                (&true_one, "no note", "kept"),
                (&true_one, "{}", "kept"),
            ] {
                let (sound, said) = check(export, &[kept]);
                assert!(!sound && said.contains(expected), "expected `{expected}`: {said}");
                assert!(!said.contains("Traceback"), "{said}");
            }
        }
    }
}

#[tokio::test]
async fn the_other_program_says_plainly_what_it_cannot_check() {
    if !python_and_openssl() {
        return;
    }
    let database = databases::sqlite().await;
    let (store, _task) = start(&database.database);
    record(&store, 4).await;
    let from = ExportFrom::default();
    let export = store.export(Owner::School(school(1)), &from, 100).await.unwrap();
    let whole = serde_json::to_string(&export).unwrap();
    let folder = TempDir::new().unwrap();
    let key = store.verifier_key().to_string();
    let given = Given {
        folder: folder.path(),
        key: &key,
    };
    let no_export = "is not an export, or a damaged one";
    for (content, expected) in [
        ("", "is empty"),
        ("no JSON", no_export),
        ("{}", no_export),
        ("[1]", no_export),
        (&whole[..whole.len() / 2], no_export),
        (
            &whole.replace("\"position\":", "\"position\":\"x\",\"place\":"),
            no_export,
        ),
        ("{\"owner\":\"operator\",\"chainHeads\":\"x\"}", no_export),
    ] {
        let mut program = theirs();
        let file = given.keep("export.json", content);
        program.arg("--export").arg(file).args(["--key", &key]);
        let (sound, said) = ran(program);
        assert!(
            !sound && said.contains(expected) && !said.contains("Traceback"),
            "{said}"
        );
    }
    let file = given.keep("export.json", &whole);
    for (key, expected) in [("x", "name+hash+key"), ("a+b+c", "name+hash+key")] {
        let mut program = theirs();
        program.arg("--export").arg(&file).args(["--key", key]);
        let (sound, said) = ran(program);
        assert!(
            !sound && said.contains(expected) && !said.contains("Traceback"),
            "{said}"
        );
    }
    for says in ["0", "1"] {
        let fake = given.keep("openssl", format!("#!/bin/sh\nexit {says}\n"));
        std::fs::set_permissions(&fake, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
        let mut program = theirs();
        program
            .env("PATH", path)
            .arg("--export")
            .arg(&file)
            .args(["--key", &key]);
        let (sound, said) = ran(program);
        assert!(!sound && said.contains("this openssl cannot verify Ed25519"), "{said}");
    }
}
