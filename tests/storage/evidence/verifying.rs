//! What an owner takes home is sound, and what somebody altered in the tables is found.

use sluis::{
    app::evidence::{ExportFrom, KnownPlace},
    storage::{Priority, Statement, Value, WriteSet, params},
};
use sluis_core::ledger::{ExportedRecord, Finding, Found, Known, SchoolExport, verify_export};
use sluis_test_kit::databases;

use super::*;

async fn take_home(store: &EvidenceStore, known: Option<&Known>) -> (SchoolExport, Option<Known>, u64) {
    let from = known.map(ExportFrom::from).unwrap_or_default();
    let export = store.export(Owner::School(school(1)), &from, 200).await.unwrap();
    let report = verify_export(&export, store.verifier_key(), known);
    assert_eq!(report.findings, []);
    (export, report.known, report.remaining)
}

/// The records of an export of one stream, or of none.
fn records_of(export: &SchoolExport) -> &[ExportedRecord] {
    assert!(export.streams.len() < 2);
    export.streams.first().map_or(&[], |stream| &stream.records)
}

fn in_stream_1(finding: Finding) -> Found {
    Found {
        stream: Some(1),
        finding,
    }
}

#[tokio::test]
async fn a_school_takes_its_records_home_piece_by_piece() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        record(&store, 600).await;
        let (first, known, remaining) = take_home(&store, None).await;
        assert_eq!((records_of(&first).len(), remaining), (200, 100));
        assert!(records_of(&first).iter().any(|record| record.lines.len() == 2));
        record(&store, 600).await;
        let (second, known, remaining) = take_home(&store, known.as_ref()).await;
        assert_eq!((records_of(&second).len(), remaining), (200, 200));
        let (third, known, remaining) = take_home(&store, known.as_ref()).await;
        assert_eq!((records_of(&third).len(), remaining), (200, 0));
        let (nothing, ..) = take_home(&store, known.as_ref()).await;
        assert_eq!(records_of(&nothing), []);
    }
}

#[tokio::test]
async fn an_owner_without_records_gets_a_sound_export_too() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        take_home(&store, None).await;
        record(&store, 1).await;
        take_home(&store, None).await;
    }
}

#[tokio::test]
async fn what_is_known_of_another_log_is_refused() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        record(&store, 10).await;
        for (stream, sequence, tree_size) in [(1, 0, 11), (1, 6, 0), (2, 0, 0), (2, 1, 1)] {
            let known = ExportFrom::from_iter([(stream, KnownPlace { sequence, tree_size })]);
            let refused = store.export(Owner::School(school(1)), &known, 10).await;
            assert!(matches!(refused, Err(StoreError::Missing)), "{refused:?}");
        }
    }
}

const BYTES: Statement = Statement {
    name: "test_alter_bytes",
    sql: "UPDATE ledger_records SET bytes = $1 WHERE position = 4",
};
const SUBJECT: Statement = Statement {
    name: "test_alter_subject",
    sql: "UPDATE ledger_records SET subject = $1 WHERE position = 6",
};
const LINE: Statement = Statement {
    name: "test_alter_line",
    sql: "UPDATE ledger_page_lines SET outcome = $1 WHERE line = 1 AND sequence = 1",
};
const LINE_GONE: Statement = Statement {
    name: "test_remove_line",
    sql: "DELETE FROM ledger_page_lines WHERE line = $1 AND sequence = 2",
};
const ROW_GONE: Statement = Statement {
    name: "test_remove_record",
    sql: "DELETE FROM ledger_records WHERE position = $1",
};
const NODE: Statement = Statement {
    name: "test_alter_node",
    sql: "UPDATE ledger_nodes SET hash = $1",
};
const HEAD: Statement = Statement {
    name: "test_alter_head",
    sql: "UPDATE ledger_heads SET hash = $1",
};
/// A statement that alters what is stored, and what shows it.
struct Alteration(&'static Statement, Value, Finding);

#[tokio::test]
async fn what_is_altered_in_the_tables_is_found() {
    let alterations = || {
        [
            Alteration(
                &NODE,
                Value::from([0_u8; 32]),
                Finding::NodeMismatch { level: 1, index: 0 },
            ),
            Alteration(&HEAD, Value::from([0_u8; 32]), Finding::HeadMismatch { sequence: 130 }),
            Alteration(&LINE, Value::from("failed"), Finding::PageMismatch { sequence: 1 }),
            Alteration(&LINE_GONE, Value::from(1_i64), Finding::PageMismatch { sequence: 2 }),
            Alteration(&SUBJECT, Value::from([7_u8; 32]), Finding::Misfiled { sequence: 4 }),
            Alteration(
                &BYTES,
                Value::from(b"{}".as_slice()),
                Finding::NodeMismatch { level: 0, index: 4 },
            ),
            Alteration(&ROW_GONE, Value::from(7_i64), Finding::Unreadable { position: 7 }),
        ]
    };
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        for _ in 0..130 {
            store.decision(page(0, 0)).await.unwrap();
            store.decision(page(1, 0)).await.unwrap();
        }
        assert_sound(&store, 260).await;
        for Alteration(statement, value, expected) in alterations() {
            let expected = in_stream_1(expected);
            let before = store.verify().await.unwrap().findings;
            assert!(!before.contains(&expected), "{expected} is found too early");
            let mut alter = WriteSet::new();
            alter.any(statement, params![value]);
            database
                .database
                .executor()
                .write(alter, Priority::Interactive)
                .await
                .unwrap();
            let findings = store.verify().await.unwrap().findings;
            assert!(findings.contains(&expected), "{}: {findings:?}", statement.name);
        }
    }
}

/// At most so many records in all, the earliest first whichever stream they are in, and each part goes on where the last ended.
#[tokio::test]
async fn an_export_in_parts_goes_through_all_streams() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let (store, _task) = start(&database.database);
    let (other, _other_task) = start(&Database::open(&database.address).await.unwrap());
    let (mut known, mut sizes, mut remaining) = (None, Vec::new(), 1);
    for store in [&store, &other] {
        record(store, 60).await;
    }
    while remaining > 0 {
        let from = known.as_ref().map(ExportFrom::from).unwrap_or_default();
        let export = store.export(Owner::School(school(1)), &from, 25).await.unwrap();
        assert_eq!(export.streams.len(), 2, "each part has the heads of all streams");
        let report = verify_export(&export, store.verifier_key(), known.as_ref());
        assert_eq!(report.findings, []);
        sizes.push(report.records);
        (known, remaining) = (report.known, report.remaining);
    }
    assert_eq!(sizes, [25, 25, 10]);
}

const STREAM_GONE: [Statement; 3] = [
    Statement {
        name: "test_remove_records_of_stream",
        sql: "DELETE FROM ledger_records WHERE stream = $1",
    },
    Statement {
        name: "test_remove_heads_of_stream",
        sql: "DELETE FROM ledger_heads WHERE stream = $1",
    },
    Statement {
        name: "test_remove_stream",
        sql: "DELETE FROM ledger_streams WHERE stream = $1",
    },
];

/// Streams are numbered without gaps, so one that was taken out shows, as long as a later one is there; its last trace is
/// what the schools keep.
#[tokio::test]
async fn a_stream_that_was_taken_out_of_the_tables_is_found() {
    let Some(database) = databases::postgres().await else {
        return;
    };
    let mut stores = Vec::new();
    for _ in 0..3 {
        let (store, task) = start(&Database::open(&database.address).await.unwrap());
        record(&store, 4).await;
        stores.push((store, task));
    }
    let (store, _) = &stores[0];
    let owner = Owner::School(school(1));
    let export = store.export(owner, &ExportFrom::default(), 200).await.unwrap();
    let known = verify_export(&export, store.verifier_key(), None).known.unwrap();
    let take_out = async |statements: &'static [Statement], stream: i64| {
        let mut alter = WriteSet::new();
        for statement in statements {
            alter.any(statement, params![stream]);
        }
        let executor = database.database.executor();
        executor.write(alter, Priority::Interactive).await.unwrap();
    };
    let missing = |stream| Found {
        stream: Some(stream),
        finding: Finding::StreamMissing,
    };
    take_out(&STREAM_GONE, 2).await;
    assert_eq!(store.verify().await.unwrap().findings, [missing(2)]);
    let asked = store.export(owner, &ExportFrom::from(&known), 200).await;
    assert!(matches!(asked, Err(StoreError::Missing)), "{asked:?}");
    let told = store.export(owner, &ExportFrom::default(), 200).await.unwrap();
    let found = verify_export(&told, store.verifier_key(), Some(&known)).findings;
    assert!(found.contains(&missing(2)), "{found:?}");
    take_out(&STREAM_GONE[2..], 3).await;
    assert_eq!(store.verify().await.unwrap().findings, [missing(3)]);
}

#[tokio::test]
async fn an_altered_record_does_not_pass_in_an_export_either() {
    for database in databases::both().await {
        let (store, _task) = start(&database.database);
        record(&store, 30).await;
        let owner = Owner::School(school(0));
        let export = store.export(owner, &ExportFrom::default(), 50).await.unwrap();
        let altered = export.streams[0].records[2].record.replace("\"permit\"", "\"deny\"");
        let mut alter = WriteSet::new();
        alter.one(&BYTES, params![altered.into_bytes()]);
        database
            .database
            .executor()
            .write(alter, Priority::Interactive)
            .await
            .unwrap();
        let export = store.export(owner, &ExportFrom::default(), 50).await.unwrap();
        let findings = verify_export(&export, store.verifier_key(), None).findings;
        assert_eq!(findings[0], in_stream_1(Finding::NotInTree { sequence: 3 }));
    }
}
