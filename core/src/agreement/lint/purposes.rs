//! What data are for: what is done without a purpose, purposes without a code, and the ECK iD of model 4.0.

use serde_json::json;

use super::{AdviceCode, Lint, Repair};
use crate::{
    agreement::{Clause, Direction, Whose},
    catalogue::{DataCategory, Purpose},
    person::PersonKind,
};

impl Lint<'_> {
    pub(super) fn purposes(&mut self) {
        self.services();
        let particulars = self.particulars();
        for index in 0..particulars.own_purposes.len() {
            let place = format!("/particulars/ownPurposes/{index}");
            let repair = self.coded(index, &place);
            self.advise(AdviceCode::PurposeWithoutCode, place, repair);
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
        self.eck_id();
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

    /// A purpose of its own as D22, by its own words.
    fn coded(&self, index: usize, place: &str) -> Option<Repair> {
        let text = &self.particulars().own_purposes.get(index)?.text;
        let ticks = self.document.ticks.as_ref()?;
        // A purpose alone, without any data, would be another error.
        let room = ticks.purposes.len() < 64 && ticks.categories().next().is_some();
        let tick = json!({ "code": Purpose::OTHER.code(), "text": text });
        room.then(|| Repair::remove(place)?.and(Repair::add("/ticks/purposes/-", tick)))?
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
        if motivated || rows.any(|listed| listed == code) || ticks.any(|tick| tick.code == code) {
            return;
        }
        let access = document.rows.iter().position(|row| {
            row.purposes.iter().any(|purpose| purpose == Purpose::ACCESS.code()) && row.pupil_categories.len() < 64
        });
        let ambiguous = document.ambiguous_codes().contains(code);
        let (place, repair) = match (&document.ticks, access) {
            (Some(ticks), _) => {
                let tick = json!({ "code": code, "optional": false });
                let room = ticks.pupil_categories.len() < 31;
                let repair = room.then(|| Repair::add("/ticks/pupilCategories/-", tick)).flatten();
                ("/ticks/pupilCategories", repair)
            }
            (None, Some(row)) if !ambiguous => {
                let place = format!("/rows/{row}/pupilCategories/-");
                ("/rows", Repair::add(&place, json!(code)))
            }
            (None, _) => ("/rows", None),
        };
        self.advise(AdviceCode::EckIdAbsent, place, repair);
    }
}
