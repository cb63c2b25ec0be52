use std::collections::BTreeMap;

use super::*;
use crate::id::{AgreementId, ClientId};

fn full() -> RecordDraft {
    let random = SeededRandom::new(11);
    let now = Timestamp::from_millis(1_790_000_000_000);
    let mut draft = draft(school(1), &random);
    draft.agreement = Some(AgreementVersion {
        annex_hash: Digest::from_bytes([2; 32]),
        id: AgreementId::generate(now, &random),
    });
    draft.asker = Some(ClientId::generate(now, &random));
    draft.page = Some(Commitment::to(&[line(1)]));
    draft.parent_operation_id = Some(Hex::from_bytes([9; 8]));
    draft.policy_epoch = Some(12);
    draft.reasons = vec!["purpose_not_agreed".into()];
    draft.released = vec!["eckId".into()];
    draft.resource = Some(Resource {
        id: *AgreementId::generate(now, &random).as_uuid(),
        kind: "agreement".into(),
    });
    draft.subject = Some(Digest::from_bytes([4; 32]));
    draft.withheld = vec![WithheldCode {
        name: "email".into(),
        reason: "purpose_not_agreed".into(),
    }];
    draft
}

#[test]
fn what_is_written_is_read_back() {
    for draft in [
        full(),
        draft(school(1), &SeededRandom::new(1)),
        draft(Owner::Operator, &SeededRandom::new(1)),
    ] {
        let sealed = draft.sealed(4, Digest::from_bytes([1; 32]));
        let record = Record::parse(&sealed.bytes).unwrap();
        assert_eq!((record.sequence, record.previous), (4, Digest::from_bytes([1; 32])));
        assert_eq!(record.draft, draft);
    }
}

/// Sorts the keys of every object with a map of our own, so that no feature of a library can change the order.
fn canonical(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            let members = sorted
                .iter()
                .map(|(key, value)| format!("{key:?}:{}", canonical(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        serde_json::Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

#[test]
fn the_bytes_are_canonical() {
    let bytes = full().sealed(1, Digest::ZERO).bytes;
    let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(canonical(&value), String::from_utf8(bytes).unwrap());
}

#[test]
fn the_form_of_a_record_does_not_change_unnoticed() {
    let leaf = full().sealed(1, Digest::ZERO).leaf;
    assert_eq!(
        leaf.to_string(),
        "fafc44dee7f45a4578989f5aecaf977c60b0143b9805c62313f39e9d443f6f87"
    );
}

#[test]
fn what_is_not_a_record_is_refused() {
    let good = String::from_utf8(full().sealed(1, Digest::ZERO).bytes).unwrap();
    let bad = [
        String::new(),
        good.replace("\"sequence\":1", "\"sequence\":-1"),
        good.replace("\"kind\":\"decision\"", "\"kind\":\"guess\""),
        good.replace("\"channel\":\"rest\"", "\"channel\":\"Jan Jansen\""),
        good.replace("\"version\":1", "\"version\":1,\"more\":1"),
    ];
    for bytes in bad {
        let refused = Record::parse(bytes.as_bytes());
        assert!(matches!(refused, Err(RecordError::Malformed(_))), "`{bytes}`");
    }
    let newer = good.replace("\"version\":1", "\"version\":2");
    assert!(matches!(
        Record::parse(newer.as_bytes()),
        Err(RecordError::UnknownVersion(2))
    ));
}

#[test]
fn a_denial_is_an_error_status() {
    let codes = [Outcome::Permit, Outcome::Deny, Outcome::Done, Outcome::Failed].map(Outcome::status_code);
    assert_eq!(codes, [1, 2, 1, 2]);
}

#[test]
fn an_outcome_is_called_the_same_everywhere() {
    for outcome in Outcome::ALL {
        assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
    }
}
