//! The document as paper: parts, annexes, statements, laws, and ways of working that a school has to know of.

use serde_json::json;

use super::{AdviceCode, FindingCode, Lint, Repair, hands::is_filled};
use crate::{
    agreement::{Clause, Denial, Direction, Law, PracticeKind},
    catalogue::{DataCategory, Purpose},
    person::PersonKind,
};

impl Lint<'_> {
    pub(super) fn paper(&mut self) {
        let particulars = self.particulars();
        self.contents();
        if particulars
            .module_status
            .as_ref()
            .is_some_and(|status| status.place.is_none())
        {
            self.advise(AdviceCode::ModuleStatusBlank, "/particulars/moduleStatus", None);
        }
        for (index, statement) in particulars.statements.iter().enumerate() {
            if self.contradicts(statement.denies) {
                let place = format!("/particulars/statements/{index}");
                let repair = Repair::remove(&place);
                self.advise(AdviceCode::StatementContradicted, place, repair);
            }
        }
        for (index, cited) in particulars.laws.iter().enumerate() {
            if cited.law == Law::Wbp {
                let place = format!("/particulars/laws/{index}");
                let repair = Repair::replace(&place, json!({ "law": "gdpr" }));
                self.advise(AdviceCode::LawOutdated, place, repair);
            }
        }
        for (index, practice) in particulars.practices.iter().enumerate() {
            let code = match practice.kind {
                PracticeKind::FreeText => AdviceCode::FreeText,
                PracticeKind::ProcessingFromUse => AdviceCode::ProcessingFromUse,
                PracticeKind::ApprovalByUse => AdviceCode::ApprovalByUse,
                PracticeKind::SchoolChoosesPurposes => AdviceCode::SchoolChoosesPurposes,
                PracticeKind::TemporaryAccess | PracticeKind::ReadOnlyArchive | PracticeKind::AcceptanceByOrder => {
                    continue;
                }
            };
            self.advise(code, format!("/particulars/practices/{index}"), None);
        }
    }

    fn contents(&mut self) {
        let Some(contents) = &self.particulars().contents else {
            return;
        };
        for part in &contents.parts_of_form {
            if !contents.parts.contains(part) {
                let code = FindingCode::Advice(AdviceCode::PartMissing);
                self.find_about(code, "/particulars/contents/parts".to_owned(), part, None);
            }
        }
        for (index, number) in contents.cites.iter().enumerate() {
            if !contents.annexes.iter().any(|annex| annex.number == *number) {
                let place = format!("/particulars/contents/cites/{index}");
                let repair = Repair::remove(&place);
                self.advise(AdviceCode::AnnexAbsent, place, repair);
            }
        }
        for (index, annex) in contents.annexes.iter().enumerate() {
            if annex.subjects.len() > 1 {
                let place = format!("/particulars/contents/annexes/{index}");
                self.advise(AdviceCode::AnnexTwoSubjects, place, None);
            }
        }
    }

    /// Whether the document itself says otherwise.
    fn contradicts(&self, denial: Denial) -> bool {
        let document = self.document;
        let particulars = self.particulars();
        match denial {
            Denial::NoThirdParties => {
                let others = Purpose::EXCHANGE_WITH_OTHERS.code();
                let mut rows = document.rows.iter().flat_map(|row| &row.purposes);
                let mut ticks = document.ticks.iter().flat_map(|ticks| &ticks.purposes);
                let out = |direction| direction != Direction::In;
                rows.any(|code| code == others)
                    || ticks.any(|tick| tick.code == others)
                    || !document.receivers.is_empty()
                    || particulars
                        .exchanges
                        .iter()
                        .any(|of| of.third_party && out(of.direction))
            }
            Denial::NoSubProcessors => {
                let own = &document.parties.processor.name;
                !document.sub_processors.is_empty()
                    || document.places.iter().any(|place| place.party != *own)
                    || particulars.mentions.iter().any(|mention| mention.processes)
            }
            Denial::NoDeviations => !document.deviations.is_empty() || self.deviates_from_eck_id(),
            Denial::NothingOutsideEea => {
                let places = document.places.iter();
                let places = places.flat_map(|place| [Some(&place.country), place.back_up_country.as_ref()]);
                let parties = document.sub_processors.iter().map(|party| Some(&party.country));
                places.chain(parties).flatten().any(|country| !country.is_in_eea())
            }
        }
    }

    /// Whether pupils come in without the ECK iD, where the model asks for it.
    fn deviates_from_eck_id(&self) -> bool {
        let code = DataCategory::EckId.code(PersonKind::Pupil);
        let mut rows = self.document.rows.iter().flat_map(|row| &row.pupil_categories);
        let mut ticks = self.document.ticks.iter().flat_map(|ticks| &ticks.pupil_categories);
        Clause::ChainIdOnly.article(self.document.model).is_some()
            && is_filled(self.document)
            && !rows.any(|listed| listed == code)
            && !ticks.any(|tick| tick.code == code)
    }
}
