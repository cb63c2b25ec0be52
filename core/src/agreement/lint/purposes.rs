//! What data are for: what is done without a purpose, purposes without a code, and the ECK iD of model 4.0.

use super::{
    AdviceCode, FindingCode, Lint,
    hands::{is_filled, listed},
};
use crate::{
    agreement::{Clause, Direction, ModuleCode, Need, PurposeTick, Whose},
    catalogue::{Catalogue, DataCategory, Purpose},
    person::PersonKind,
};

impl Lint<'_> {
    pub(super) fn purposes(&mut self, catalogue: &Catalogue) {
        self.services();
        self.modules();
        self.consents(catalogue);
        self.receivers();
        let particulars = self.particulars();
        for index in 0..particulars.own_purposes.len() {
            let place = format!("/particulars/ownPurposes/{index}");
            self.advise(AdviceCode::PurposeWithoutCode, place, None);
        }
        for (index, category) in particulars.own_categories.iter().enumerate() {
            if category.ticked != Some(false) {
                let place = format!("/particulars/ownCategories/{index}");
                self.advise(AdviceCode::CategoryWithoutCode, place, None);
            }
        }
        for (index, kind) in particulars.kinds.iter().enumerate() {
            if kind.whose == Whose::Relations && kind.ticked {
                self.advise(AdviceCode::KindNotServed, format!("/particulars/kinds/{index}"), None);
            }
        }
        self.special();
        self.eck_id();
    }

    /// What the classification should say where there is something special. That it says there is nothing, is a defect.
    fn special(&mut self) {
        let classification = self.particulars().classification.as_ref();
        if classification.and_then(|of| of.special_categories).is_some() {
            return;
        }
        let is_special = |code: &&str| DataCategory::parse(code).is_ok_and(|(_, category)| category.is_special());
        let special: Vec<_> = listed(self.document).into_iter().filter(is_special).collect();
        if !special.is_empty() {
            let code = FindingCode::Advice(AdviceCode::SpecialUnsaid);
            let place = "/particulars/classification/specialCategories".to_owned();
            self.find_about(code, place, &special.join(", "), None);
        }
    }

    fn services(&mut self) {
        let particulars = self.particulars();
        for (index, service) in particulars.services.iter().enumerate() {
            if service.purposes.is_empty() {
                let code = if service.transfer {
                    AdviceCode::TransferWithoutPurpose
                } else {
                    AdviceCode::ServiceWithoutPurpose
                };
                self.advise(code, format!("/particulars/services/{index}"), None);
            }
        }
        for (index, exchange) in particulars.exchanges.iter().enumerate() {
            if exchange.purpose.is_none() && exchange.direction != Direction::In {
                let place = format!("/particulars/exchanges/{index}");
                self.advise(AdviceCode::TransferWithoutPurpose, place, None);
            }
        }
        let served = |code: &str| {
            let mut services = particulars.services.iter().flat_map(|service| &service.purposes);
            let mut exchanges = particulars
                .exchanges
                .iter()
                .filter_map(|exchange| exchange.purpose.as_ref());
            services.any(|purpose| purpose == code) || exchanges.any(|purpose| purpose == code)
        };
        // Where no service says what it is for, none of the purposes can be told to be without one.
        if particulars.services.iter().all(|service| service.purposes.is_empty()) {
            return;
        }
        let ticks = self.document.ticks.iter().flat_map(|ticks| &ticks.purposes).enumerate();
        for (index, tick) in ticks {
            if !served(&tick.code) {
                self.advise(
                    AdviceCode::PurposeWithoutService,
                    format!("/ticks/purposes/{index}"),
                    None,
                );
            }
        }
    }

    /// Modules that a school may choose and that nothing waits for.
    fn modules(&mut self) {
        let document = self.document;
        let ticks = || document.ticks.iter().flat_map(|ticks| &ticks.purposes);
        for (index, module) in document.modules.iter().enumerate() {
            let mut rows = document.rows.iter().map(|row| Some(&row.module));
            let mut purposes = ticks().map(|tick| tick.module.as_ref());
            let is_own = |code: Option<&ModuleCode>| code == Some(&module.code);
            if module.need == Need::Optional && !rows.any(is_own) && !purposes.any(is_own) {
                self.advise(AdviceCode::ModuleBearsNothing, format!("/modules/{index}"), None);
            }
        }
        for (index, tick) in ticks().enumerate() {
            let waits = |tick: &PurposeTick| tick.waits_for(&document.modules).is_some();
            let mut same = ticks().filter(|other| other.code == tick.code);
            if waits(tick) && !same.all(waits) {
                let place = format!("/ticks/purposes/{index}/module");
                self.advise(AdviceCode::ApprovalChangesNothing, place, None);
            }
        }
    }

    /// Consent that is asked for nothing, or where it is not said.
    fn consents(&mut self, catalogue: &Catalogue) {
        let Some(ticks) = &self.document.ticks else { return };
        let listed: Vec<_> = ticks
            .categories()
            .filter_map(|(kind, tick)| tick.category(kind))
            .collect();
        for (index, tick) in ticks.purposes.iter().enumerate() {
            let place = format!("/ticks/purposes/{index}");
            let Ok(purpose) = Purpose::parse(&tick.code) else {
                continue;
            };
            let goes = |category: &DataCategory| catalogue.purposes_of(*category).contains(purpose);
            if tick.rests_on_consent && !listed.iter().any(goes) {
                self.advise(AdviceCode::ConsentAboutNothing, place, None);
            } else if !tick.rests_on_consent && ticks.of(purpose).any(|other| other.rests_on_consent) {
                self.advise(AdviceCode::ConsentAskedForAll, place, None);
            }
        }
    }

    /// Purposes of passing on (D5 and D11) for which nobody is named: nothing can go by them.
    fn receivers(&mut self) {
        let document = self.document;
        let rows = document.rows.iter().enumerate().flat_map(|(row, of)| {
            let purposes = of.purposes.iter().enumerate();
            purposes.map(move |(index, code)| (format!("/rows/{row}/purposes/{index}"), code))
        });
        let ticks = document
            .ticks
            .iter()
            .flat_map(|ticks| ticks.purposes.iter().enumerate());
        let ticks = ticks.map(|(index, tick)| (format!("/ticks/purposes/{index}"), &tick.code));
        for (place, code) in rows.chain(ticks) {
            let Ok(purpose) = Purpose::parse(code) else { continue };
            let mut receivers = document.receivers.iter();
            if purpose.needs_receiver() && !receivers.any(|receiver| receiver.purposes.contains(&purpose)) {
                self.advise(AdviceCode::ReceiverUnnamed, place, None);
            }
        }
    }

    fn eck_id(&mut self) {
        let document = self.document;
        let Some(rule) = Clause::ChainIdOnly.article(document.model) else {
            return;
        };
        let motivated = document
            .deviations
            .iter()
            .any(|deviation| deviation.article == rule.number);
        let code = DataCategory::EckId.code(PersonKind::Pupil);
        let mut rows = document.rows.iter().flat_map(|row| &row.pupil_categories);
        let mut ticks = document.ticks.iter().flat_map(|ticks| &ticks.pupil_categories);
        // What was not filled in says nothing of how pupils come in.
        if !is_filled(document) || motivated || rows.any(|listed| listed == code) || ticks.any(|tick| tick.code == code)
        {
            return;
        }
        let place = if document.ticks.is_some() {
            "/ticks/pupilCategories"
        } else {
            "/rows"
        };
        self.advise(AdviceCode::EckIdAbsent, place, None);
    }
}
