//! The gate against an engine that is not ours: the same rules as Cedar policies, and a hundred thousand random requests.
//!
//! The cases are those that the slow model of the gate is held against.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

#[path = "../../../../core/tests/gate/cases/mod.rs"]
#[expect(dead_code, reason = "only the tests of the gate itself change a case")]
mod cases;
#[path = "../../../../core/tests/gate/naive/mod.rs"]
#[expect(dead_code, reason = "only the form of a verdict is used here")]
mod naive;
mod oracle;
#[path = "../../../../core/tests/gate/world.rs"]
#[expect(dead_code, reason = "only identifiers and moments are used here")]
mod world;

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use proptest::test_runner::{TestCaseError, TestError};
use sluis_core::gate::ReasonCode;

use crate::{
    cases::{another_runner, case},
    naive::Verdict,
};

/// A verdict by code alone: what is missing has no name in the policies.
fn codes(verdict: Verdict) -> Verdict {
    let codes: BTreeSet<_> = verdict
        .reasons
        .into_iter()
        .map(|(code, _)| (code, String::new()))
        .collect();
    Verdict {
        reasons: codes.into_iter().collect(),
        ..verdict
    }
}

#[test]
fn the_gate_and_the_policies_agree_in_a_hundred_thousand_cases() {
    const THREADS: u8 = 4;
    const CASES: u32 = 25_000;
    let permits = AtomicU32::new(0);
    let seen = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for number in 0..THREADS {
            let (permits, seen) = (&permits, &seen);
            scope.spawn(move || {
                let agreed = another_runner(number, CASES).run(&case(), |case| {
                    let decision = case.decide();
                    let (gate, policies) = (codes(Verdict::of(&decision)), oracle::verdict(&case));
                    if gate != policies {
                        return Err(TestCaseError::fail(format!(
                            "the gate: {gate:?}\nthe policies: {policies:?}"
                        )));
                    }
                    permits.fetch_add(u32::from(decision.is_permit()), Ordering::Relaxed);
                    let withheld = decision.withheld().iter().map(|held| held.reason.code);
                    let all = decision.reasons().iter().map(|reason| reason.code).chain(withheld);
                    seen.lock().unwrap().extend(all);
                    Ok(())
                });
                if let Err(TestError::Fail(reason, case)) = agreed {
                    panic!("{reason}\n{:#?}\n{:#?}", case.request, case.subject);
                }
            });
        }
    });
    let permits = permits.into_inner();
    assert!(
        permits > 2_000,
        "only {permits} cases were permitted: the cases say too little"
    );
    let seen = seen.into_inner().unwrap();
    let unseen: Vec<_> = ReasonCode::ALL
        .into_iter()
        .filter(|code| !seen.contains(code))
        .collect();
    assert_eq!(
        unseen,
        [ReasonCode::PersonNotAvailable],
        "every reason comes up in some case"
    );
}
