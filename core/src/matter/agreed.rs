//! What the agreement behind a matter says about terms.

use super::DayOfYear;
use crate::{
    agreement::{AnnexDocument, DutyKind, From, Model, Then, Whose},
    time::Timestamp,
};

/// What an agreement says that a matter goes by. Without an agreement there is the law alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreed {
    /// The model, by which articles are numbered.
    pub model: Option<Model>,
    /// Within how many hours the processor tells of a breach, where a number is agreed.
    pub breach_hours: Option<u32>,
    /// Within how many days after the end data are returned and destroyed.
    pub days_after_end: Option<u32>,
    /// After how many months without an answer to the question of return data are destroyed.
    pub months_without_answer: Option<u32>,
    /// Within how many months after notice data of staff are destroyed.
    pub months_staff_after_notice: Option<u32>,
    /// Within how many months after the end they are, where that is not the term of all data.
    pub months_staff_after_end: Option<u32>,
    /// Before which day of the year notice of the underlying contract is given.
    pub notice_before: Option<DayOfYear>,
    /// Before which day of the year the processor reports on security.
    pub report_before: Option<DayOfYear>,
    /// When the agreement ends or ended.
    pub ends_at: Option<Timestamp>,
    /// The sub-processors that are listed.
    pub sub_processors: Vec<String>,
}

impl Agreed {
    /// What this annex says.
    pub fn of(annex: &AnnexDocument) -> Self {
        let duties = annex.particulars.iter().flat_map(|particulars| &particulars.duties);
        let mut agreed = Self {
            model: Some(annex.model),
            days_after_end: annex.retention.days_after_end,
            sub_processors: annex.sub_processors.iter().map(|listed| listed.name.clone()).collect(),
            ..Self::default()
        };
        for duty in duties {
            let before = duty.before.as_deref().and_then(|day| DayOfYear::parse(day).ok());
            match duty.kind {
                DutyKind::BreachNotice => agreed.breach_hours = duty.hours,
                DutyKind::NoticeOfEnd => agreed.notice_before = before,
                DutyKind::SecurityReport => agreed.report_before = before,
            }
        }
        for rule in &annex.retention.rules {
            let destroys = matches!(rule.then, Then::Destroyed | Then::Returned | Then::Anonymised);
            match (rule.from, rule.whose) {
                (From::NoAnswer, _) if destroys => agreed.months_without_answer = rule.months,
                (From::Notice, Whose::Staff) if destroys => agreed.months_staff_after_notice = rule.months,
                (From::End, Whose::Staff) if destroys => agreed.months_staff_after_end = rule.months,
                _ => {}
            }
        }
        agreed
    }
}
