use proptest::prelude::*;

use super::*;
use crate::identifier::Brin6;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_millis(secs * 1_000)
}

fn shown(secs: i64, agrees: bool) -> Shown {
    Shown {
        at: at(secs),
        by: ConsentGiver::Guardian,
        agrees,
    }
}

fn to() -> NextSchool {
    NextSchool::Brin(Brin6::parse("98YY00").unwrap())
}

fn grant(course: &Course) -> Option<Window> {
    course.grant(to(), AttributeSet::EMPTY).map(|grant| grant.window)
}

#[test]
fn it_goes_from_request_by_inspection_and_release_to_receipt() {
    let course = Course::new(Basis::Request, at(0), at(100));
    assert!(course.state(at(1)) == State::Requested);
    assert_eq!(course.release(at(1)).map(drop), Err(MoveError::NotShown));
    assert_eq!(course.fetch(at(1)).map(drop), Err(MoveError::NotReleased));
    let course = course.show(shown(2, true)).unwrap();
    assert_eq!(grant(&course), None, "nothing goes before the release");
    assert_eq!(course.show(shown(3, true)).map(drop), Err(MoveError::AlreadyShown));
    let course = course.release(at(4)).unwrap();
    assert_eq!(course.release(at(5)).map(drop), Err(MoveError::AlreadyReleased));
    assert_eq!(
        grant(&course),
        Some(Window {
            from: at(4),
            until: Some(at(100))
        })
    );
    assert_eq!(course.receive(at(5)).map(drop), Err(MoveError::NotFetched));
    let course = course.fetch(at(6)).unwrap().fetch(at(7)).unwrap();
    assert_eq!(course.fetched_at, Some(at(6)));
    let course = course.receive(at(8)).unwrap();
    assert!(course.state(at(9)) == State::Received);
    assert_eq!(grant(&course).unwrap().until, Some(at(8)));
    assert_eq!(course.refuse(at(9), RefusedBy::School).map(drop), Err(MoveError::Over));
}

#[test]
fn what_is_not_agreed_with_is_a_request_without_consent_and_an_order_that_is_withdrawn() {
    let released = |agrees| {
        let course = Course::new(Basis::Request, at(0), at(100)).show(shown(1, agrees));
        let course = course.unwrap().release(at(2)).unwrap();
        course.grant(to(), AttributeSet::EMPTY).unwrap().basis
    };
    assert!(released(true) == HandoverBasis::Request { consented: true });
    assert!(released(false) == HandoverBasis::Request { consented: false });
    let order = Course::new(Basis::Order(ConsentGiver::Person), at(0), at(100));
    let withdrawn = order.show(shown(1, false)).unwrap();
    assert!(withdrawn.state(at(1)) == State::Refused);
    assert_eq!(withdrawn.release(at(2)).map(drop), Err(MoveError::Over));
    let agreed = order.show(shown(1, true)).unwrap().release(at(2)).unwrap();
    assert!(agreed.grant(to(), AttributeSet::EMPTY).unwrap().basis == HandoverBasis::Order);
}

#[test]
fn words_are_read_back_and_nothing_is_printed() {
    for by in [
        RefusedBy::School,
        RefusedBy::NextSchool,
        RefusedBy::Giver(ConsentGiver::Person),
        RefusedBy::Giver(ConsentGiver::Guardian),
    ] {
        assert!(RefusedBy::find(by.as_str()) == Some(by));
    }
    assert!(RefusedBy::find("nobody").is_none());
    let course = Course::new(Basis::Request, at(0), at(100));
    let printed = format!("{course:?} {:?} {:?}", shown(1, true), course.state(at(0)));
    assert_eq!(printed, "Course([personal]) Shown([personal]) State([personal])");
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Show(bool),
    Release,
    Fetch,
    Receive,
    Refuse,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        any::<bool>().prop_map(Step::Show),
        Just(Step::Release),
        Just(Step::Fetch),
        Just(Step::Receive),
        Just(Step::Refuse),
    ]
}

proptest! {
    /// Whatever is tried in whatever order: nothing is open before somebody saw it and the school released it, nor when it is over.
    #[test]
    fn nothing_is_open_but_between_release_and_end(
        steps in prop::collection::vec((step(), 1_i64..20), 0..12),
        order in any::<bool>(),
    ) {
        let basis = if order { Basis::Order(ConsentGiver::Guardian) } else { Basis::Request };
        let mut course = Course::new(basis, at(0), at(60));
        let (mut now, mut open) = (0, false);
        // The slow telling of the same: what was seen, what was released, and whether it is over.
        let (mut seen, mut released, mut fetched, mut over) = (false, false, false, false);
        for (step, later) in steps {
            now += later;
            over |= now >= 60;
            let moved = match step {
                Step::Show(agrees) => course.show(shown(now, agrees)),
                Step::Release => course.release(at(now)),
                Step::Fetch => course.fetch(at(now)),
                Step::Receive => course.receive(at(now)),
                Step::Refuse => course.refuse(at(now), RefusedBy::School),
            };
            let may = !over && match step {
                Step::Show(_) => !seen,
                Step::Release => seen && !released,
                Step::Fetch => released,
                Step::Receive => released && fetched,
                Step::Refuse => true,
            };
            prop_assert_eq!(moved.is_ok(), may);
            if let Ok(moved) = moved {
                course = moved;
                match step {
                    Step::Show(agrees) => { seen = true; over |= order && !agrees; }
                    Step::Release => released = true,
                    Step::Fetch => fetched = true,
                    Step::Receive | Step::Refuse => over = true,
                }
            }
            open = released && !over;
            prop_assert_eq!(grant(&course).is_some_and(|window| window.holds(at(now))), open);
            prop_assert_eq!(course.state(at(now)).is_over(), over);
        }
        prop_assert!(!grant(&course).is_some_and(|window| window.holds(at(now.max(60)))), "{}", open);
    }
}
