//! In whose hands data come: parties that process and are not listed, places far away, and sub-processors that see everything.

use std::collections::BTreeSet;

use super::{AdviceCode, FindingCode, HandsCode, Lint};
use crate::agreement::{AnnexDocument, CountryCode, SubProcessorDocument};

/// So many categories are everything; fewer may be all that there is.
const EVERYTHING: usize = 5;

impl Lint<'_> {
    pub(super) fn hands(&mut self) {
        self.unlisted();
        self.outside();
        for (index, place) in self.document.places.iter().enumerate() {
            if place.country.as_str() == CountryCode::UNION {
                self.advise(AdviceCode::CountryVague, format!("/places/{index}/country"), None);
            }
        }
        let all = all_codes(self.document);
        for (index, party) in self.document.sub_processors.iter().enumerate() {
            let own: BTreeSet<_> = codes_of(party).collect();
            let place = format!("/subProcessors/{index}");
            if own.is_empty() {
                self.advise(AdviceCode::SubProcessorWithoutCategories, place, None);
            } else if all.len() >= EVERYTHING && own.is_superset(&all) {
                self.advise(AdviceCode::SubProcessorEverything, place, None);
            }
        }
    }

    fn unlisted(&mut self) {
        let document = self.document;
        let mut told = BTreeSet::new();
        for (index, place) in document.places.iter().enumerate() {
            if !document.lists(&place.party) && told.insert(place.party.as_str()) {
                let code = FindingCode::Hands(HandsCode::PartyUnlisted);
                self.find_about(code, format!("/places/{index}"), &place.party, None);
            }
        }
        for (index, mention) in self.particulars().mentions.iter().enumerate() {
            if mention.processes && !document.lists(&mention.party) && told.insert(mention.party.as_str()) {
                let place = format!("/particulars/mentions/{index}");
                self.find_about(
                    FindingCode::Hands(HandsCode::PartyUnlisted),
                    place,
                    &mention.party,
                    None,
                );
            }
        }
    }

    /// Told once for each party and country: what holds for one country says nothing about another.
    fn outside(&mut self) {
        let document = self.document;
        let places = document.places.iter().enumerate().flat_map(|(index, place)| {
            let countries = [Some(&place.country), place.back_up_country.as_ref()];
            let safe = place.safeguards.is_some();
            let each = countries.into_iter().flatten();
            each.map(move |country| (format!("/places/{index}"), place.party.as_str(), country, safe))
        });
        let parties = document.sub_processors.iter().enumerate().map(|(index, party)| {
            let place = format!("/subProcessors/{index}");
            (place, party.name.as_str(), &party.country, party.safeguards.is_some())
        });
        let far = places.chain(parties).filter(|(_, _, country, _)| !country.is_in_eea());
        let mut told = BTreeSet::new();
        for (place, party, country, safe) in far {
            let code = if safe {
                FindingCode::Advice(AdviceCode::OutsideEeaPermission)
            } else {
                FindingCode::Hands(HandsCode::OutsideEeaUnsafeguarded)
            };
            let country = country.as_str();
            if told.insert((party, country, safe)) {
                self.find_about(code, place, &format!("{party}, {country}"), None);
            }
        }
    }
}

fn codes_of(party: &SubProcessorDocument) -> impl Iterator<Item = &str> {
    party
        .pupil_categories
        .iter()
        .chain(&party.staff_categories)
        .map(String::as_str)
}

/// The categories of its rows or ticks.
pub(super) fn listed(document: &AnnexDocument) -> BTreeSet<&str> {
    let rows = document.rows.iter();
    let rows = rows.flat_map(|row| row.pupil_categories.iter().chain(&row.staff_categories));
    let ticks = document.ticks.iter();
    let ticks = ticks.flat_map(|ticks| ticks.pupil_categories.iter().chain(&ticks.staff_categories));
    rows.chain(ticks.map(|tick| &tick.code)).map(String::as_str).collect()
}

/// Whether anything at all is said of what is done with which data.
pub(super) fn is_filled(document: &AnnexDocument) -> bool {
    let mut rows = document.rows.iter();
    let mut ticks = document.ticks.iter();
    rows.any(|row| !row.purposes.is_empty() || !row.processings.is_empty())
        || ticks.any(|ticks| !ticks.purposes.is_empty())
        || !listed(document).is_empty()
}

/// Every category of the annex: those of its rows or ticks, or those of its tables where the rows were not filled in.
fn all_codes(document: &AnnexDocument) -> BTreeSet<&str> {
    let all = listed(document);
    if !all.is_empty() {
        return all;
    }
    let tables = document.particulars.iter().filter_map(|of| of.tables.as_ref());
    let printed = tables.flat_map(|tables| &tables.categories);
    printed
        .flat_map(|of| [&of.pupil, &of.staff])
        .flatten()
        .map(String::as_str)
        .collect()
}
