//! `sluis ledger verify` as somebody meets it who took an export home: whole, in parts, and cut off.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test stops at what it did not expect"
)]

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use sluis::app::{
    caller::Role,
    evidence::{ExportFrom, Places, PublicLog},
    organise::{BoardCreate, SchoolCreate},
};
use sluis_core::{
    identifier::Brin6,
    ledger::{Owner, SchoolExport, VerifierKey, verify_export},
};
use sluis_test_kit::service::Service;

/// What a school took home.
struct Home {
    folder: tempfile::TempDir,
    key: VerifierKey,
    whole: SchoolExport,
    parts: [SchoolExport; 2],
    /// Whole, with the proof that it goes on from the first part.
    proving: SchoolExport,
}

impl Home {
    async fn start() -> Self {
        let service = Service::start().await;
        let app = &service.app;
        let name = "Stichting De Vuurtoren".to_owned();
        let board = app.board_create(None, BoardCreate { name, oin: None }).await.unwrap();
        let school = SchoolCreate {
            board: board.id,
            name: "De Baken".to_owned(),
            brin: Brin6::parse("99XX00").unwrap(),
            oin: None,
            rio: None,
            digi_delivery_id: None,
        };
        let school = app.school_create(None, school).await.unwrap().id;
        let caller = service.caller(Role::School(school)).await;
        for _ in 0..4 {
            app.record_list(&caller, Owner::School(school), &Places::default(), 10)
                .await
                .unwrap();
        }
        let key = VerifierKey::parse(&app.verifier_key()).unwrap();
        let first = app
            .record_export(&caller, Owner::School(school), &ExportFrom::default(), 3)
            .await;
        let first = first.unwrap();
        let known = verify_export(&first, &key, None).known.unwrap();
        let rest = app
            .record_export(&caller, Owner::School(school), &ExportFrom::from(&known), 100)
            .await
            .unwrap();
        let whole = app
            .record_export(&caller, Owner::School(school), &ExportFrom::default(), 100)
            .await;
        let sizes = known.iter().map(|(stream, known)| (*stream, known.tree.size));
        let proving = app
            .record_export(
                &caller,
                Owner::School(school),
                &ExportFrom::default().proving(sizes),
                100,
            )
            .await;
        let home = Self {
            proving: proving.unwrap(),
            folder: tempfile::tempdir().unwrap(),
            key,
            whole: whole.unwrap(),
            parts: [first, rest],
        };
        service.stop().await;
        home
    }

    fn keep(&self, name: &str, export: &SchoolExport) -> PathBuf {
        self.write(name, &serde_json::to_string(export).unwrap())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    /// Verifies files, and gives the exit code with all that was printed.
    fn verify(&self, files: &[&Path]) -> (Option<i32>, String) {
        self.verify_with(files, &[])
    }

    /// The same, with what was kept from before.
    fn verify_with(&self, files: &[&Path], kept: &[&Path]) -> (Option<i32>, String) {
        let kept_as = (!kept.is_empty()).then_some("--checkpoint");
        let ran = Command::new(env!("CARGO_BIN_EXE_sluis"))
            .args(["ledger", "verify", "--key", &self.key.to_string(), "--export"])
            .args(files)
            .args(kept_as)
            .args(kept)
            .env_clear()
            .output()
            .expect("the program starts");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        (ran.status.code(), text(&ran.stdout) + &text(&ran.stderr))
    }
}

#[actix_web::test]
async fn a_whole_export_says_what_it_holds_and_up_to_where() {
    let home = Home::start().await;
    let (count, size) = (home.whole.streams[0].records.len(), tree_size(&home.whole));
    let (code, told) = home.verify(&[&home.keep("whole.json", &home.whole)]);
    assert_eq!(code, Some(0), "{told}");
    for line in [
        format!(
            "stream 1: it holds records 1 to {count}; its checkpoint is over {size} records of the whole stream, {count} of this owner"
        ),
        format!("complete up to these checkpoints: {count} records in 1 streams; what was recorded later is not in it"),
    ] {
        assert!(told.lines().any(|told| told == line), "`{line}` in {told}");
    }
}

#[actix_web::test]
async fn an_export_that_was_cut_off_is_not_taken_for_the_whole() {
    let home = Home::start().await;
    let count = home.whole.streams[0].records.len();
    let mut cut = home.whole.clone();
    cut.streams[0].records.truncate(count - 2);
    let (code, told) = home.verify(&[&home.keep("cut.json", &cut)]);
    assert_eq!(code, Some(1), "{told}");
    let missing = format!(
        "not complete up to this checkpoint: records {} to {count} of stream 1 are missing at the end",
        count - 1
    );
    assert!(told.contains(&missing) && !told.contains("\ncomplete"), "{told}");
    let mut empty = home.whole.clone();
    empty.streams[0].records.clear();
    let (code, told) = home.verify(&[&home.keep("empty.json", &empty)]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains(&format!("records 1 to {count} of stream 1 are missing at the end")),
        "{told}"
    );

    let mut gap = home.whole.clone();
    gap.streams[0].records.remove(2);
    let (code, told) = home.verify(&[&home.keep("gap.json", &gap)]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("wrong: stream `1`: records `3` to `3` are missing") && !told.contains("\ncomplete"),
        "{told}"
    );

    let file = home.keep("half.json", &home.whole);
    let text = std::fs::read(&file).unwrap();
    std::fs::write(&file, text.get(..text.len() - 40).unwrap()).unwrap();
    let (code, told) = home.verify(&[&file]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("half.json`: it is cut off"), "{told}");
}

#[actix_web::test]
async fn parts_are_checked_one_after_the_other() {
    let home = Home::start().await;
    let [first, rest] = &home.parts;
    let [first, rest] = [home.keep("first.json", first), home.keep("rest.json", rest)];
    let (code, told) = home.verify(&[&first, &rest]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("it holds records 1 to 3;") && told.contains("\ncomplete up to these checkpoints"),
        "{told}"
    );
    let (code, told) = home.verify(&[&first]);
    assert_eq!(code, Some(1), "a part is not the whole: {told}");
    assert!(
        told.contains("not complete up to this checkpoint: records 4 to"),
        "{told}"
    );
    let (code, told) = home.verify(&[&rest]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("wrong: stream `1`: records `1` to `3` are missing"),
        "{told}"
    );
    let (code, told) = home.verify(&[&rest, &first]);
    assert_eq!(code, Some(1), "{told}");
}

#[actix_web::test]
async fn parts_may_stand_in_one_file() {
    let home = Home::start().await;
    let [first, rest] = home.parts.each_ref().map(|part| serde_json::to_string(part).unwrap());
    let both = home.write("both.jsonl", &format!("{first}\n{rest}\n"));
    let (code, told) = home.verify(&[&both]);
    assert_eq!(code, Some(0), "{told}");
    let count = home
        .parts
        .iter()
        .map(|part| part.streams[0].records.len())
        .sum::<usize>();
    for line in [
        format!("it holds records 1 to {count};"),
        format!("{count} records checked"),
    ] {
        assert!(told.contains(&line), "`{line}` in {told}");
    }
    for (text, expected) in [
        (format!("{rest}\n{first}\n"), "records `1` to `3` are missing"),
        (format!("{first}\n"), "not complete up to this checkpoint"),
        (format!("{first}\n{}", &rest[..rest.len() / 2]), "it is cut off"),
        (format!("{first}\nand more"), "it does not hold what it should"),
        (String::new(), "it is empty"),
        (" \n".to_owned(), "it is empty"),
    ] {
        let (code, told) = home.verify(&[&home.write("both.jsonl", &text)]);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(expected), "`{expected}` in {told}");
        assert!(!told.contains("\ncomplete"), "{told}");
    }
}

#[actix_web::test]
async fn what_was_kept_has_to_agree_and_to_be_of_this_log() {
    let home = Home::start().await;
    let [first, _] = &home.parts;
    let checkpoint = home.write("kept.note", &first.streams[0].checkpoint);
    let ends = home.write("ends.note", &first.chain_heads);
    let proving = home.keep("proving.json", &home.proving);
    let (code, told) = home.verify_with(&[&proving], &[&checkpoint, &ends]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.ends_with("it goes on from what was kept in 2 files\n"), "{told}");
    let (code, told) = home.verify(&[&proving]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("nothing was kept from before"), "{told}");

    let whole = home.keep("whole.json", &home.whole);
    let (code, told) = home.verify_with(&[&whole], &[&checkpoint]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("wrong: stream `1`: nothing proves"), "{told}");
    let altered = home.write("altered.note", &first.chain_heads.replace("chain-heads", "Chain-heads"));
    let missing = home.folder.path().join("missing.note");
    for (kept, expected) in [
        (altered, "is not of this log and this owner: the signature is wrong"),
        (
            home.write("empty.json", "{\"items\":[]}"),
            "is not of this log and this owner: the note is malformed",
        ),
        (missing, "missing.note`: it cannot be read"),
    ] {
        let (code, told) = home.verify_with(&[&proving], &[&kept]);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(expected), "`{expected}` in {told}");
    }
}

/// The second line of a checkpoint (C2SP tlog-checkpoint).
fn tree_size(export: &SchoolExport) -> u64 {
    let first = export.streams.first().unwrap();
    first.checkpoint.lines().nth(1).unwrap().parse().unwrap()
}
