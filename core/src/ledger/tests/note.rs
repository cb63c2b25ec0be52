use super::*;

fn head() -> TreeHead {
    TreeHead {
        size: 5,
        root: Digest::from_bytes([3; 32]),
    }
}

#[test]
fn a_checkpoint_has_the_form_of_c2sp() {
    let note = signer().checkpoint(1, head());
    let lines: Vec<_> = note.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "sluis.example/log/1/stream/1",
            "5",
            "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=",
            ""
        ]
    );
    assert!(lines[4].starts_with("\u{2014} sluis.example/log/1 ") && note.ends_with('\n'));
    assert_eq!(signer().verifier_key().open_checkpoint(&note, 1), Ok(head()));
}

/// The example of the specification (C2SP signed-note), signed by somebody else's program.
#[test]
fn a_note_of_another_program_is_opened() {
    let key = VerifierKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").unwrap();
    let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    let signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
    let note = format!("{text}\n\u{2014} PeterNeumann {signature}\n");
    assert_eq!(key.open(&note), Ok(text));
    assert_eq!(key.open_checkpoint(&note, 1), Err(NoteError::Malformed));
    assert_eq!(
        key.open(&note.replace("answer", "reason")),
        Err(NoteError::WrongSignature)
    );
}

#[test]
fn a_verifier_key_comes_back_from_its_text() {
    let key = signer().verifier_key().clone();
    let text = key.to_string();
    assert_eq!(VerifierKey::parse(&text), Ok(key));
    for bad in [
        "",
        "name",
        "name+00000000+AAAA",
        &text.replace("log/1", "log/2"),
        &text[..text.len() - 4],
    ] {
        assert_eq!(VerifierKey::parse(bad), Err(KeyError), "`{bad}`");
    }
    assert!(NoteSigner::from_seed("two words", &SEED).is_err());
}

#[test]
fn a_note_that_is_not_right_is_refused_with_the_reason() {
    let key = signer().verifier_key().clone();
    let note = signer().checkpoint(1, head());
    let other = NoteSigner::from_seed(ORIGIN, &[8; 32]).unwrap().checkpoint(1, head());
    let cases = [
        (note.replace("\n5\n", "\n6\n"), NoteError::WrongSignature),
        (other.clone(), NoteError::NotSigned),
        (note.trim_end().to_owned(), NoteError::Malformed),
        (note.replace("\n\n", "\n"), NoteError::Malformed),
        (note.replace('\u{2014}', "-"), NoteError::Malformed),
        (String::new(), NoteError::Malformed),
    ];
    for (note, reason) in cases {
        assert_eq!(key.open_checkpoint(&note, 1), Err(reason), "{note}");
    }
    let witnessed = format!("{note}{}", other.lines().last().unwrap().to_owned() + "\n");
    assert_eq!(
        key.open_checkpoint(&witnessed, 1),
        Ok(head()),
        "signatures by others do not matter"
    );
}

#[test]
fn a_checkpoint_is_of_one_stream() {
    let key = signer().verifier_key().clone();
    let note = signer().checkpoint(12, head());
    assert_eq!(key.open_checkpoint(&note, 12), Ok(head()));
    for other in [1, 2, 121] {
        assert_eq!(key.open_checkpoint(&note, other), Err(NoteError::OtherOrigin));
    }
}

#[test]
fn the_ends_of_chains_are_for_one_owner_and_are_no_checkpoint() {
    let key = signer().verifier_key().clone();
    let end = |stream, sequence| ChainHead {
        stream,
        link: Link {
            sequence,
            hash: Digest::from_bytes([5; 32]),
        },
        tree_size: 9,
    };
    let heads = [end(1, 4), end(3, 7)];
    let note = signer().chain_heads(school(1), &heads);
    assert_eq!(key.open_chain_heads(&note, school(1)), Ok(heads.to_vec()));
    assert_eq!(key.open_chain_heads(&note, school(2)), Err(NoteError::OtherOrigin));
    assert_eq!(key.open_checkpoint(&note, 1), Err(NoteError::Malformed));
    let checkpoint = signer().checkpoint(1, self::head());
    assert_eq!(
        key.open_chain_heads(&checkpoint, school(1)),
        Err(NoteError::OtherOrigin)
    );
    let nothing = signer().chain_heads(school(1), &[]);
    assert_eq!(key.open_chain_heads(&nothing, school(1)), Ok(Vec::new()));
    for disorder in [[end(3, 7), end(1, 4)], [end(1, 4), end(1, 5)]] {
        let note = signer().chain_heads(school(1), &disorder);
        assert_eq!(key.open_chain_heads(&note, school(1)), Err(NoteError::Malformed));
    }
}
