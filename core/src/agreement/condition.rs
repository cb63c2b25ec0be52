//! What holds for a purpose by itself, where an annex ticks purposes apart from categories: which part of the product it waits for,
//! whether it rests on consent, and what is wrong with it.
//!
//! A category stays one row with all purposes that may have it, so that there are never more rows than categories. What a
//! purpose asks for holds in each of them.

use super::{AnnexDocument, DefectCode, ModuleCode, TicksDocument, beside, ticks::PurposeTick};
use crate::catalogue::Purpose;

/// What holds for one purpose in all of its rows. In an annex that links, nothing: each of its rows says so itself.
#[derive(Debug, Default)]
pub(crate) struct Condition {
    /// The places of the parts of which a school has to approve one; empty for what belongs to the product as a whole.
    pub(crate) parts: Box<[usize]>,
    /// Whether it rests on the consent of the person.
    pub(crate) rests_on_consent: bool,
    /// What is wrong with it.
    pub(super) defects: Box<[DefectCode]>,
}

/// What holds for each purpose, in the order of their numbers.
pub(super) fn of_purposes(document: &AnnexDocument, parts: &[ModuleCode]) -> [Condition; Purpose::ALL.len()] {
    Purpose::ALL.map(|purpose| match &document.ticks {
        Some(ticks) => of_purpose(document, ticks, purpose, parts),
        None => Condition::default(),
    })
}

fn of_purpose(document: &AnnexDocument, ticks: &TicksDocument, purpose: Purpose, parts: &[ModuleCode]) -> Condition {
    let own = || ticks.of(purpose);
    let waiting: Option<Vec<&ModuleCode>> = own().map(|tick| tick.waits_for(&document.modules)).collect();
    // Who asks for it apart from any module does not wait for one.
    let waiting = waiting.unwrap_or_default();
    let parts = parts.iter().enumerate().filter(|(_, part)| waiting.contains(part));
    Condition {
        parts: parts.map(|(place, _)| place).collect(),
        // One purpose has one ground: nobody can tell which categories would go by the tick that asks nobody.
        rests_on_consent: own().any(|tick| tick.rests_on_consent),
        defects: defects(document, ticks, purpose).collect(),
    }
}

/// The purposes that are ticked, and nothing is wrong with.
pub(super) fn in_order<'a>(
    document: &'a AnnexDocument,
    ticks: &'a TicksDocument,
) -> impl Iterator<Item = Purpose> + 'a {
    let ticked = Purpose::ALL.into_iter();
    let ticked = ticked.filter(|purpose| ticks.of(*purpose).next().is_some());
    ticked.filter(|purpose| defects(document, ticks, *purpose).next().is_none())
}

fn defects<'a>(
    document: &'a AnnexDocument,
    ticks: &'a TicksDocument,
    purpose: Purpose,
) -> impl Iterator<Item = DefectCode> + 'a {
    let any = move |wrong: &dyn Fn(&PurposeTick) -> bool| ticks.of(purpose).any(wrong);
    let is_ticked = any(&|_| true);
    let leaves_too_much = is_ticked && document.stopped_by_anonymising().contains(purpose);
    [
        any(&|tick| !tick.is_named()).then_some(DefectCode::PurposeUnnamed),
        any(&|tick| !tick.is_of(|code| document.has_module(code))).then_some(DefectCode::ModuleUndefined),
        leaves_too_much.then(|| beside::leaving_too_much(purpose)),
    ]
    .into_iter()
    .flatten()
}
