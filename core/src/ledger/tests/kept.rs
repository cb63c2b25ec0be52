use super::*;

fn found(stream: u64, finding: Finding) -> Found {
    Found {
        stream: Some(stream),
        finding,
    }
}

/// What is found in these parts, each sound in itself, with these notes kept.
fn held<'a>(parts: &[SchoolExport], notes: impl IntoIterator<Item = &'a str>) -> Vec<Found> {
    let signer = signer();
    let key = signer.verifier_key();
    let (mut kept, mut known) = (Kept::default(), None);
    for note in notes {
        kept.add(note, key, school(0)).unwrap();
    }
    let mut all = Vec::new();
    for part in parts {
        let report = verify_export(part, key, known.as_ref());
        assert_eq!(report.findings, []);
        all.extend(kept.meet(part, key));
        known = report.known;
    }
    all.extend(kept.unmet());
    all
}

/// A log and what somebody kept of it, later the log as it went on, and one that was written anew with the same key.
struct Story {
    checkpoint: String,
    ends: String,
    log: Log,
    rebuilt: Log,
}

impl Story {
    fn of(kept: u64) -> Self {
        let before = Log::of(kept);
        let export = before.export(school(0), None);
        let mut rebuilt = Log {
            stream: 1,
            ..Log::default()
        };
        let mut log = before;
        for number in 0..kept + 40 {
            rebuilt.append(draft(school(number % 2), &SeededRandom::new(number)), Vec::new());
        }
        for number in 0..40 {
            log.append(draft(school(number % 2), &SeededRandom::new(number)), Vec::new());
        }
        Self {
            checkpoint: export.streams[0].checkpoint.clone(),
            ends: export.chain_heads,
            log,
            rebuilt,
        }
    }
}

/// An export in which these sizes were asked for.
fn proving(log: &Log, sizes: &[u64]) -> SchoolExport {
    let mut export = log.export(school(0), None);
    export.streams[0].earlier = sizes.iter().map(|size| log.earlier(*size)).collect();
    export
}

#[test]
fn a_log_that_goes_on_agrees_with_all_that_was_kept_of_it() {
    let Story {
        checkpoint, ends, log, ..
    } = Story::of(21);
    let later = log.export(school(0), None);
    let notes = [&checkpoint, &ends, &later.streams[0].checkpoint, &later.chain_heads];
    assert_eq!(held(&[proving(&log, &[21])], notes.map(String::as_str)), []);
    assert_eq!(held(&[later], [ends.as_str()]), [], "the ends of chains need no proof");
}

#[test]
fn a_log_that_was_written_anew_with_the_same_key_is_found_by_one_note_that_was_kept() {
    let Story {
        checkpoint,
        ends,
        rebuilt,
        ..
    } = Story::of(21);
    let told = proving(&rebuilt, &[21]);
    assert_eq!(held(std::slice::from_ref(&told), []), [], "it agrees with itself");
    let forked = found(1, Finding::Forked { size: 61, known: 21 });
    assert_eq!(held(std::slice::from_ref(&told), [checkpoint.as_str()]), [forked]);
    let ended = found(1, Finding::NotAsKept { sequence: 11 });
    assert_eq!(held(&[told], [ends.as_str()]), [ended]);
    let mut same_size = Log::numbered(1, 0);
    (0..21).for_each(|_| same_size.append(draft(school(0), &SeededRandom::new(5)), Vec::new()));
    let told = same_size.export(school(0), None);
    let forked = found(1, Finding::Forked { size: 21, known: 21 });
    assert_eq!(held(&[told], [checkpoint.as_str()]), [forked]);
}

#[test]
fn what_is_not_proved_is_not_taken_for_proved() {
    let Story {
        checkpoint, ends, log, ..
    } = Story::of(21);
    let unproved = found(1, Finding::Unproved { kept: 21 });
    assert_eq!(held(&[log.export(school(0), None)], [checkpoint.as_str()]), [unproved]);

    let cut = Log::of(8).export(school(0), None);
    let missing = [
        found(1, Finding::EndsBeforeKept { size: 8, kept: 21 }),
        found(1, Finding::NotAsKept { sequence: 11 }),
    ];
    assert_eq!(held(&[cut], [checkpoint.as_str(), ends.as_str()]), missing);

    let moved = Log::numbered(2, 30).export(school(0), None);
    let gone = [found(1, Finding::StreamMissing), found(1, Finding::StreamMissing)];
    assert_eq!(held(&[moved], [checkpoint.as_str(), ends.as_str()]), gone);
}

#[test]
fn a_later_part_may_prove_what_was_kept() {
    let mut log = Log::of(10);
    let first = log.export(school(0), None);
    let known = verify_export(&first, signer().verifier_key(), None).known.unwrap();
    (0..30).for_each(|number| log.append(draft(school(number % 2), &SeededRandom::new(number)), Vec::new()));
    let kept = log.export(school(0), None);
    (0..30).for_each(|number| log.append(draft(school(number % 2), &SeededRandom::new(number)), Vec::new()));
    let mut second = log.export(school(0), Some(&known));
    second.streams[0].earlier = vec![log.earlier(40), log.earlier(10)];
    let notes = [
        &first.streams[0].checkpoint,
        &kept.streams[0].checkpoint,
        &kept.chain_heads,
    ];
    assert_eq!(held(&[first.clone(), second.clone()], notes.map(String::as_str)), []);
}

#[test]
fn a_note_of_another_key_log_or_owner_is_not_kept() {
    let signer = signer();
    let export = Log::of(10).export(school(0), None);
    let mut kept = Kept::default();
    let mut add = |note: &str, owner| kept.add(note, signer.verifier_key(), owner);
    assert_eq!(add(&export.chain_heads, school(1)), Err(NoteError::OtherOrigin));
    let stranger = NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap();
    let head = Log::of(10).tree_head();
    assert_eq!(add(&stranger.checkpoint(1, head), school(0)), Err(NoteError::NotSigned));
    assert_eq!(add("no note", school(0)), Err(NoteError::Malformed));
    let altered = export.streams[0].checkpoint.replacen("\n10\n", "\n11\n", 1);
    assert_eq!(add(&altered, school(0)), Err(NoteError::WrongSignature));
    assert_eq!(kept, Kept::default());
}
