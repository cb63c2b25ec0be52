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
        in_stream_1(&check(&next))[0],
        Finding::Dropped { from: 1, until: 5 },
        "alone it lacks its beginning"
    );
}

#[test]
fn an_altered_record_is_found() {
    let mut export = Log::of(20).export(school(0), None);
    export.streams[0].records[2].record = export.streams[0].records[2].record.replace("\"permit\"", "\"deny\"");
    let findings = in_stream_1(&check(&export));
    assert_eq!(
        findings,
        [Finding::NotInTree { sequence: 3 }, Finding::ChainBroken { sequence: 4 }]
    );
}

#[test]
fn a_dropped_record_is_found() {
    let mut export = Log::of(20).export(school(0), None);
    export.streams[0].records.remove(4);
    let findings = in_stream_1(&check(&export));
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
    export.streams[0].records.truncate(8);
    let report = check(&export);
    assert!(report.is_sound());
    assert_eq!(report.remaining, 2);
    let extent = Extent {
        stream: 1,
        first: 1,
        last: 8,
        head: 10,
        tree_size: 20,
    };
    assert_eq!(report.extents, [extent]);
}

#[test]
fn reordered_records_are_found() {
    let mut export = Log::of(20).export(school(0), None);
    export.streams[0].records.swap(1, 2);
    let findings = in_stream_1(&check(&export));
    assert!(findings.contains(&Finding::Dropped { from: 2, until: 2 }));
    assert!(findings.contains(&Finding::OutOfOrder { sequence: 2 }));
}

#[test]
fn an_inserted_record_is_found() {
    let mut export = Log::of(20).export(school(0), None);
    let third = Record::parse(export.streams[0].records[2].record.as_bytes()).unwrap();
    let before = Digest::of_leaf(export.streams[0].records[2].record.as_bytes());
    let forged = third.draft.sealed(4, before);
    let mut inserted = export.streams[0].records[2].clone();
    inserted.record = String::from_utf8(forged.bytes).unwrap();
    export.streams[0].records.insert(3, inserted);
    let findings = in_stream_1(&check(&export));
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
    assert_eq!(in_stream_1(&report), [Finding::Forked { size: 11, known: 10 }]);
    let told = log.export(school(0), Some(&known));
    assert!(verify_export(&told, signer().verifier_key(), Some(&known)).is_sound());
}

#[test]
fn a_smaller_tree_than_the_known_one_is_a_fork() {
    let known = check(&Log::of(10).export(school(0), None)).known.unwrap();
    let mut earlier = Log::of(8).export(school(0), None);
    earlier.streams[0].records.clear();
    let report = verify_export(&earlier, signer().verifier_key(), Some(&known));
    assert_eq!(
        in_stream_1(&report),
        [
            Finding::Forked { size: 8, known: 10 },
            Finding::HeadMismatch { sequence: 4 }
        ]
    );
}

#[test]
fn a_wrong_signature_is_found() {
    let mut export = Log::of(4).export(school(0), None);
    let checkpoint = &mut export.streams[0].checkpoint;
    *checkpoint = checkpoint.replacen("\n4\n", "\n5\n", 1);
    let error = NoteError::WrongSignature;
    assert_eq!(in_stream_1(&check(&export))[0], Finding::Checkpoint { error });

    let export = Log::of(4).export(school(0), None);
    let stranger = NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap();
    let findings = verify_export(&export, stranger.verifier_key(), None).findings;
    let error = NoteError::NotSigned;
    let expected = [
        (None, Finding::ChainHeads { error }),
        (Some(1), Finding::Checkpoint { error }),
    ];
    assert_eq!(
        findings[..2],
        expected.map(|(stream, finding)| Found { stream, finding })
    );
}

#[test]
fn an_end_that_is_not_of_these_records_is_found() {
    let log = Log::of(20);
    let mut export = log.export(school(0), None);
    let mut head = log.chain_head(school(0));
    head.link.hash = Digest::ZERO;
    export.chain_heads = signer().chain_heads(school(0), &[head]);
    assert_eq!(in_stream_1(&check(&export)), [Finding::HeadMismatch { sequence: 10 }]);
}

#[test]
fn several_streams_are_checked_together_and_the_next_export_goes_on_in_each() {
    let mut logs = [Log::of(10), Log::numbered(2, 7), Log::numbered(5, 300)];
    let all = |logs: &[Log; 3], known: Option<&Known>| export(&logs.each_ref(), school(0), known);
    let first = all(&logs, None);
    let report = check(&first);
    assert_eq!(report.findings, []);
    assert_eq!((report.records, report.remaining), (5 + 4 + 150, 0));
    let known = report.known.unwrap();
    assert_eq!(known.keys().copied().collect::<Vec<_>>(), [1, 2, 5]);
    // Nothing new in stream 2, and a new stream.
    logs[0].append(draft(school(0), &SeededRandom::new(70)), Vec::new());
    logs[2].append(draft(school(0), &SeededRandom::new(71)), Vec::new());
    let new = Log::numbered(6, 2);
    let streams = [&logs[0], &logs[1], &logs[2], &new];
    let next = export(&streams, school(0), Some(&known));
    let report = verify_export(&next, signer().verifier_key(), Some(&known));
    assert_eq!(report.findings, []);
    assert_eq!(report.records, 3);
}

#[test]
fn a_stream_that_was_left_out_is_found() {
    let logs = [Log::of(10), Log::numbered(2, 8)];
    let whole = export(&logs.each_ref(), school(0), None);
    let missing = [Found {
        stream: Some(2),
        finding: Finding::StreamMissing,
    }];
    let mut dropped = whole.clone();
    dropped.streams.pop();
    assert_eq!(check(&dropped).findings, missing);

    // Left out of the signed ends as well: whoever kept an earlier export notices.
    let known = check(&whole).known.unwrap();
    let told = logs[0].export(school(0), Some(&known));
    assert!(check(&logs[0].export(school(0), None)).is_sound());
    assert_eq!(
        verify_export(&told, signer().verifier_key(), Some(&known)).findings,
        missing
    );
}

#[test]
fn a_stream_that_is_not_named_by_the_signed_ends_or_comes_twice_is_found() {
    let logs = [Log::of(10), Log::numbered(2, 8)];
    let whole = export(&logs.each_ref(), school(0), None);
    let unexpected = |stream| {
        [Found {
            stream: Some(stream),
            finding: Finding::StreamUnexpected,
        }]
    };
    let mut added = logs[0].export(school(0), None);
    added.streams.push(whole.streams[1].clone());
    assert_eq!(check(&added).findings, unexpected(2));
    let mut twice = whole.clone();
    twice.streams.push(whole.streams[0].clone());
    assert_eq!(check(&twice).findings, unexpected(1));
}

#[test]
fn a_stream_is_not_taken_for_another() {
    let logs = [Log::of(10), Log::numbered(2, 8)];
    let mut swapped = export(&logs.each_ref(), school(0), None);
    swapped.streams[0].stream = 2;
    swapped.streams[1].stream = 1;
    let error = NoteError::OtherOrigin;
    let findings = check(&swapped).findings;
    for stream in [1, 2] {
        let stream = Some(stream);
        let finding = Finding::Checkpoint { error };
        assert!(findings.contains(&Found { stream, finding }), "{findings:?}");
    }
}

#[test]
fn a_list_that_is_not_the_committed_one_is_found() {
    let log = Log::of(20);
    let mut changed = log.export(school(0), None);
    changed.streams[0].records[0].lines[1].outcome = Outcome::Deny;
    let mut dropped = log.export(school(0), None);
    dropped.streams[0].records[0].lines.pop();
    let mut swapped = log.export(school(0), None);
    swapped.streams[0].records[0].lines.swap(0, 1);
    let mut added = log.export(school(0), None);
    added.streams[0].records[1].lines.push(line(3));
    for (export, sequence) in [(changed, 1), (dropped, 1), (swapped, 1), (added, 2)] {
        assert_eq!(in_stream_1(&check(&export)), [Finding::PageMismatch { sequence }]);
    }
}

#[test]
fn a_record_of_another_school_is_found() {
    let log = Log::of(20);
    let mut export = log.export(school(0), None);
    export.streams[0].records[0] = log.export(school(1), None).streams[0].records[0].clone();
    assert_eq!(in_stream_1(&check(&export))[0], Finding::ForeignOwner { sequence: 1 });
}

#[test]
fn what_is_not_an_export_is_named() {
    let mut export = Log::of(4).export(school(0), None);
    export.format = "something else".to_owned();
    export.streams[0].records[1].record = "{}".to_owned();
    let findings = check(&export).findings;
    let expected = [
        (None, Finding::UnknownFormat),
        (Some(1), Finding::Unreadable { position: 2 }),
    ];
    assert_eq!(
        findings[..2],
        expected.map(|(stream, finding)| Found { stream, finding })
    );
}
