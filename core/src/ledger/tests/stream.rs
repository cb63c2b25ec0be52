use super::*;

fn findings(log: &Log) -> Vec<Finding> {
    let mut check = StreamCheck::default();
    log.records.iter().for_each(|record| check.record(record));
    let heads = log.heads.iter().map(|(owner, link)| (*owner, *link));
    in_stream_1(&check.finish(1, &log.frontier, log.nodes.iter().copied(), heads))
}

#[test]
fn a_true_log_is_sound() {
    assert_eq!(findings(&Log::of(600)), []);
    assert_eq!(findings(&Log::default()), []);
}

#[test]
fn bytes_altered_in_place_are_found() {
    let mut log = Log::of(20);
    let altered = String::from_utf8(log.records[4].bytes.clone())
        .unwrap()
        .replace("\"permit\"", "\"deny\"");
    log.records[4].bytes = altered.into_bytes();
    let found = findings(&log);
    assert_eq!(found[0], Finding::NodeMismatch { level: 0, index: 4 });
    assert_eq!(found[1], Finding::ChainBroken { sequence: 4 });
    assert!(found.contains(&Finding::RootMismatch));
}

#[test]
fn a_row_that_was_deleted_is_found() {
    let mut log = Log::of(20);
    log.records.remove(7);
    let found = findings(&log);
    assert!(found.contains(&Finding::Unreadable { position: 7 }));
    assert!(found.contains(&Finding::Dropped { from: 4, until: 4 }));
    assert!(found.contains(&Finding::RootMismatch));
}

#[test]
fn rows_cut_off_at_the_end_are_found() {
    let mut log = Log::of(20);
    log.records.pop();
    assert_eq!(
        findings(&log),
        [Finding::RootMismatch, Finding::HeadMismatch { sequence: 10 }]
    );
}

#[test]
fn wrong_columns_nodes_and_heads_are_found() {
    let mut log = Log::of(600);
    log.records[3].owner = [0; 16];
    log.records[4].sequence = 9;
    log.nodes[1].hash = Digest::ZERO;
    log.heads.get_mut(&school(0).key()).unwrap().hash = Digest::ZERO;
    log.heads.remove(&school(1).key());
    let found = findings(&log);
    assert_eq!(
        found,
        [
            Finding::ForeignOwner { sequence: 2 },
            Finding::OutOfOrder { sequence: 3 },
            Finding::NodeMismatch { level: 1, index: 1 },
            Finding::HeadMismatch { sequence: 300 },
            Finding::HeadMismatch { sequence: 300 },
        ]
    );
}
