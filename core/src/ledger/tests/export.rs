use super::*;

fn check(export: &SchoolExport) -> Report {
    verify_export(export, signer().verifier_key(), None)
}

#[test]
fn a_true_export_is_sound_and_survives_json() {
    let export = Log::of(700).export(school(0), None);
    let json = serde_json::to_string(&export).unwrap();
    let report = check(&serde_json::from_str(&json).unwrap());
    assert_eq!(report.findings, []);
    assert_eq!((report.records, report.remaining), (350, 0));
}

#[test]
fn the_next_export_goes_on_from_the_last() {
    let mut log = Log::of(10);
    let known = check(&log.export(school(0), None)).known.unwrap();
    for number in 0..600 {
        log.append(draft(school(number % 2), &SeededRandom::new(number)), Vec::new());
    }
    let next = log.export(school(0), Some(&known));
    let report = verify_export(&next, signer().verifier_key(), Some(&known));
    assert_eq!(report.findings, []);
    assert_eq!(report.records, 300);
    assert_eq!(
        check(&next).findings[0],
        Finding::Dropped { from: 1, until: 5 },
        "alone it lacks its beginning"
    );
}

#[test]
fn an_altered_record_is_found() {
    let mut export = Log::of(20).export(school(0), None);
    export.records[2].record = export.records[2].record.replace("\"permit\"", "\"deny\"");
    let findings = check(&export).findings;
    assert_eq!(
        findings,
        [Finding::NotInTree { sequence: 3 }, Finding::ChainBroken { sequence: 4 }]
    );
}

#[test]
fn a_dropped_record_is_found() {
    let mut export = Log::of(20).export(school(0), None);
    export.records.remove(4);
    let findings = check(&export).findings;
    assert_eq!(
        findings,
        [
            Finding::Dropped { from: 5, until: 5 },
            Finding::ChainBroken { sequence: 6 }
        ]
    );
}

#[test]
fn records_that_are_cut_off_at_the_end_show() {
    let mut export = Log::of(20).export(school(0), None);
    export.records.truncate(8);
    let report = check(&export);
    assert!(report.is_sound());
    assert_eq!(report.remaining, 2);
    let extent = report.extent.unwrap();
    assert_eq!(
        (extent.first, extent.last, extent.head, extent.tree_size),
        (1, 8, 10, 20)
    );
}

#[test]
fn reordered_records_are_found() {
    let mut export = Log::of(20).export(school(0), None);
    export.records.swap(1, 2);
    let findings = check(&export).findings;
    assert!(findings.contains(&Finding::Dropped { from: 2, until: 2 }));
    assert!(findings.contains(&Finding::OutOfOrder { sequence: 2 }));
}

#[test]
fn an_inserted_record_is_found() {
    let mut export = Log::of(20).export(school(0), None);
    let third = Record::parse(export.records[2].record.as_bytes()).unwrap();
    let before = Digest::of_leaf(export.records[2].record.as_bytes());
    let forged = third.draft.sealed(4, before);
    let mut inserted = export.records[2].clone();
    inserted.record = String::from_utf8(forged.bytes).unwrap();
    export.records.insert(3, inserted);
    let findings = check(&export).findings;
    assert!(findings.contains(&Finding::NotInTree { sequence: 4 }));
    assert!(findings.contains(&Finding::OutOfOrder { sequence: 4 }));
    assert!(findings.contains(&Finding::ChainBroken { sequence: 4 }));
}

#[test]
fn a_forked_log_is_found() {
    let mut log = Log::of(10);
    let mut fork = Log::of(9);
    let known = check(&log.export(school(0), None)).known.unwrap();
    for branch in [&mut log, &mut fork] {
        branch.append(draft(school(0), &SeededRandom::new(77)), Vec::new());
        branch.append(draft(school(0), &SeededRandom::new(78)), Vec::new());
    }
    let told = fork.export(school(0), Some(&known));
    let report = verify_export(&told, signer().verifier_key(), Some(&known));
    assert_eq!(report.findings, [Finding::Forked { size: 11, known: 10 }]);
    let told = log.export(school(0), Some(&known));
    assert!(verify_export(&told, signer().verifier_key(), Some(&known)).is_sound());
}

#[test]
fn a_smaller_tree_than_the_known_one_is_a_fork() {
    let known = check(&Log::of(10).export(school(0), None)).known.unwrap();
    let mut earlier = Log::of(8).export(school(0), None);
    earlier.records.clear();
    let findings = verify_export(&earlier, signer().verifier_key(), Some(&known)).findings;
    assert_eq!(
        findings,
        [
            Finding::Forked { size: 8, known: 10 },
            Finding::HeadMismatch { sequence: 4 }
        ]
    );
}

#[test]
fn a_wrong_signature_is_found() {
    let mut export = Log::of(4).export(school(0), None);
    export.checkpoint = export.checkpoint.replacen("\n4\n", "\n5\n", 1);
    let error = NoteError::WrongSignature;
    assert_eq!(check(&export).findings[0], Finding::Checkpoint { error });

    let export = Log::of(4).export(school(0), None);
    let stranger = NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap();
    let findings = verify_export(&export, stranger.verifier_key(), None).findings;
    let error = NoteError::NotSigned;
    assert_eq!(
        findings[..2],
        [Finding::Checkpoint { error }, Finding::ChainHead { error }]
    );
}

#[test]
fn a_head_that_is_not_of_these_records_is_found() {
    let log = Log::of(20);
    let mut export = log.export(school(0), None);
    let mut link = log.heads[&school(0).key()];
    link.hash = Digest::ZERO;
    export.chain_head = signer().chain_head(school(0), ChainHead { link, tree_size: 20 });
    assert_eq!(check(&export).findings, [Finding::HeadMismatch { sequence: 10 }]);
}

#[test]
fn a_list_that_is_not_the_committed_one_is_found() {
    let log = Log::of(20);
    let mut changed = log.export(school(0), None);
    changed.records[0].lines[1].outcome = Outcome::Deny;
    let mut dropped = log.export(school(0), None);
    dropped.records[0].lines.pop();
    let mut swapped = log.export(school(0), None);
    swapped.records[0].lines.swap(0, 1);
    let mut added = log.export(school(0), None);
    added.records[1].lines.push(line(3));
    for (export, sequence) in [(changed, 1), (dropped, 1), (swapped, 1), (added, 2)] {
        assert_eq!(check(&export).findings, [Finding::PageMismatch { sequence }]);
    }
}

#[test]
fn a_record_of_another_school_is_found() {
    let log = Log::of(20);
    let mut export = log.export(school(0), None);
    export.records[0] = log.export(school(1), None).records[0].clone();
    assert_eq!(check(&export).findings[0], Finding::ForeignOwner { sequence: 1 });
}

#[test]
fn what_is_not_an_export_is_named() {
    let mut export = Log::of(4).export(school(0), None);
    export.format = "something else".to_owned();
    export.records[1].record = "{}".to_owned();
    let findings = check(&export).findings;
    assert_eq!(
        findings[..2],
        [Finding::UnknownFormat, Finding::Unreadable { position: 2 }]
    );
}
