//! What the annex says: purposes, rows, attributes, places and hands.

use std::collections::{BTreeMap, BTreeSet};

use sluis_core::{
    agreement::{AgreementRecord, AnnexDocument, Need, RowDocument, StanceKind, SupplierKind},
    gate::{Asker, Channel, Direction},
    id::SupplierId,
    person::PersonKind,
};

use super::{
    DAY, School,
    beside::{leaves_too_much, says_nothing_is_special, stops_all},
    during, plain,
};

/// Which category each attribute has.
pub(crate) const CATEGORIES: [(&str, u8); 37] = [
    ("givenName", 1),
    ("firstNames", 1),
    ("initials", 2),
    ("familyNamePrefix", 3),
    ("familyName", 3),
    ("gender", 4),
    ("formOfAddress", 4),
    ("homeAddress", 5),
    ("postcode", 6),
    ("town", 7),
    ("telephone", 8),
    ("email", 9),
    ("schoolEmail", 10),
    ("pupilNumber", 11),
    ("eckId", 12),
    ("nationality", 13),
    ("birthDate", 14),
    ("birthPlace", 15),
    ("bankAccount", 16),
    ("invoices", 17),
    ("health", 18),
    ("belief", 19),
    ("groups", 20),
    ("yearGroup", 20),
    ("educationCode", 20),
    ("examResults", 21),
    ("results", 22),
    ("progress", 22),
    ("supportPlan", 23),
    ("attendance", 24),
    ("timetable", 25),
    ("branch", 25),
    ("photo", 26),
    ("usageData", 27),
    ("ipAddress", 28),
    ("userName", 29),
    ("accessibility", 29),
];

impl School<'_> {
    pub(super) fn about_the_purpose(&self) -> Vec<(String, String)> {
        let Some(purpose) = self.request.purpose.map(|purpose| purpose.to_string()) else {
            return vec![plain("purpose_missing")];
        };
        let mut reasons = Vec::new();
        if self.request.channel == Channel::Login && purpose != "D13" {
            reasons.push(("purpose_not_for_login".to_owned(), "D13".to_owned()));
        }
        if purpose == "D16" || purpose == "D17" {
            reasons.push(("deidentification_missing".to_owned(), purpose.clone()));
        }
        let (by, delivers) = match self.request.asker {
            Asker::Distributor(by) => (Some(by), purpose == "D12"),
            _ => (None, false),
        };
        let has_receiver = purpose == "D5" || purpose == "D11" || delivers;
        match self.request.receiver {
            // Who delivers to itself names nobody.
            Some(receiver) if delivers && by == Some(receiver) => {
                reasons.push(("receiver_missing".to_owned(), purpose.clone()));
            }
            None if has_receiver => reasons.push(("receiver_missing".to_owned(), purpose.clone())),
            Some(receiver) if !has_receiver => reasons.push(("receiver_unexpected".to_owned(), receiver.to_string())),
            Some(receiver) => {
                let mut known_to_asker = !delivers || self.about_the_instruction(self.request.product).is_none();
                if !delivers {
                    let agreement = self.looked_into();
                    let listed = agreement.is_some_and(|agreement| {
                        let mut listed = agreement.annex.document().receivers.iter();
                        listed.any(|entry| {
                            entry.supplier == Some(receiver) && entry.purposes.iter().any(|p| p.to_string() == purpose)
                        })
                    });
                    if agreement.is_some() && !listed {
                        reasons.push(("receiver_not_listed".to_owned(), receiver.to_string()));
                    }
                    known_to_asker = listed;
                }
                if known_to_asker {
                    reasons.extend(self.about_the_receiver(receiver, delivers));
                }
            }
            None => {}
        }
        if let Some(agreement) = self.looked_into() {
            let rows = self.rows(agreement, self.request.person_kind);
            let with_purpose: Vec<_> = rows.iter().filter(|row| row.purposes.contains(&purpose)).collect();
            if with_purpose.is_empty() {
                reasons.push(("purpose_not_agreed".to_owned(), purpose));
            } else if !with_purpose.iter().any(|row| row.is_active()) {
                let modules: BTreeSet<_> = with_purpose
                    .iter()
                    .filter(|row| row.named && !row.approved)
                    .flat_map(|row| row.waits.clone())
                    .collect();
                reasons.extend(
                    modules
                        .into_iter()
                        .map(|module| ("module_not_approved".to_owned(), module)),
                );
                reasons.extend(
                    with_purpose
                        .iter()
                        .filter_map(|row| row.defect.as_deref())
                        .map(of_defect),
                );
            }
        }
        reasons
    }

    /// A receiver is under an agreement of its own, at work at the school, and all that it has agreed about is in good hands.
    fn about_the_receiver(&self, receiver: SupplierId, by_delivery: bool) -> Option<(String, String)> {
        let own = self.inputs.products.iter().filter(|record| record.supplier == receiver);
        let own: Vec<_> = own
            .filter_map(|record| Some((record, self.in_force(record.product)?)))
            .collect();
        if own.is_empty() {
            return Some(("receiver_without_agreement".to_owned(), receiver.to_string()));
        }
        let at_work = own.iter().any(|(record, _)| {
            self.has_mandate(record.product)
                && !self.scopes(record.product).is_empty()
                && !(by_delivery && record.kind == SupplierKind::Distributor)
        });
        let clean = own
            .iter()
            .all(|(_, agreement)| self.about_the_hands_of(agreement).is_empty());
        (!at_work || !clean).then(|| ("receiver_not_ready".to_owned(), receiver.to_string()))
    }

    pub(super) fn rows(&self, agreement: &AgreementRecord, kind: PersonKind) -> Vec<Row> {
        let document = agreement.annex.document();
        let others = document.sub_processors.iter();
        let broken = others
            .flat_map(|party| wrong_categories(&party.pupil_categories, &party.staff_categories))
            .next()
            .or_else(|| stops_all(document));
        if let Some(ticks) = &document.ticks {
            return self.ticked(agreement, ticks, kind, broken);
        }
        let read = |row: &RowDocument| {
            let codes = if kind == PersonKind::Pupil {
                &row.pupil_categories
            } else {
                &row.staff_categories
            };
            let letters = if kind == PersonKind::Pupil { "CD" } else { "CM" };
            let categories: BTreeSet<u8> = codes.iter().filter_map(|code| number(code, letters, 29)).collect();
            let module = document.modules.iter().find(|module| module.code == row.module);
            let necessary = module.is_some_and(|module| module.need == Need::Necessary);
            let mut approvals = self.inputs.approvals.iter();
            let approved = approvals.any(|approval| {
                approval.agreement == agreement.id
                    && approval.module == row.module
                    && during(&approval.window, self.at())
            });
            let holds = |name: &str, category: u8| match category {
                29 => categories.contains(&29) && row.other_data.iter().flatten().any(|other| other.as_str() == name),
                other => categories.contains(&other),
            };
            let attributes = CATEGORIES.iter().filter(|(name, category)| holds(name, *category));
            Row {
                waits: vec![row.module.as_str().to_owned()],
                named: module.is_some(),
                purposes: row
                    .purposes
                    .iter()
                    .filter(|code| number(code, "D", 22).is_some())
                    .cloned()
                    .collect(),
                speaks: !categories.is_empty(),
                attributes: attributes.map(|(name, _)| (*name).to_owned()).collect(),
                approved: necessary || approved,
                consent: row.rests_on_consent,
                defect: defect(document, row, module.is_some()).or_else(|| broken.clone()),
            }
        };
        document.rows.iter().map(read).filter(|row| row.speaks).collect()
    }

    pub(super) fn withheld(&self) -> Vec<(String, String, String)> {
        let (Some(agreement), Some(purpose)) = (self.looked_into(), self.request.purpose.map(|p| p.to_string())) else {
            return Vec::new();
        };
        let kind = self.request.person_kind;
        let mut rows = self.rows(agreement, kind);
        rows.retain(|row| row.purposes.contains(&purpose));
        if !rows.iter().any(Row::is_active) {
            return Vec::new();
        }
        let document = agreement.annex.document();
        let set = if kind == PersonKind::Pupil {
            &document.login.pupil
        } else {
            &document.login.staff
        };
        let mut with_login: BTreeSet<_> = set.iter().map(|attribute| attribute.to_string()).collect();
        // Only model 4.0 has a rule on the ECK iD, from which annex 3 may deviate.
        if is_fourth(agreement) {
            let motivated = document
                .deviations
                .iter()
                .filter(|deviation| deviation.article == "7.4");
            with_login.extend(motivated.flat_map(|deviation| deviation.attributes.iter().map(|a| a.to_string())));
            with_login.insert("eckId".to_owned());
        }
        let is_login = self.request.channel == Channel::Login || purpose == "D13";

        let mut held = BTreeMap::new();
        for attribute in self
            .request
            .attributes
            .iter()
            .chain(self.request.required.iter())
            .map(|a| a.to_string())
        {
            let holding: Vec<_> = rows.iter().filter(|row| row.attributes.contains(&attribute)).collect();
            let active: Vec<_> = holding.iter().filter(|row| row.is_active()).collect();
            let why = if active.is_empty() {
                let unapproved = holding.iter().find(|row| row.defect.is_none());
                let broken = holding.iter().find_map(|row| row.defect.as_deref());
                match (unapproved, broken) {
                    (Some(row), _) => ("module_not_approved".to_owned(), row.waits[0].clone()),
                    (None, Some(defect)) => of_defect(defect),
                    (None, None) => ("attribute_not_agreed".to_owned(), attribute.clone()),
                }
            } else if self.takes_away(agreement, kind, &purpose, &attribute) {
                ("category_narrowed".to_owned(), attribute.clone())
            } else if is_login && !with_login.contains(&attribute) {
                ("not_in_login_set".to_owned(), attribute.clone())
            } else if self.request.direction == Direction::Connection
                && !self.is_needed(kind, &attribute, Some(self.request.product), &[])
            {
                ("attribute_not_needed".to_owned(), attribute.clone())
            } else if active.iter().all(|row| row.consent) {
                ("consent_missing".to_owned(), attribute.clone())
            } else {
                continue;
            };
            held.insert(attribute, why);
        }
        held.into_iter()
            .map(|(attribute, (code, name))| (attribute, code, name))
            .collect()
    }

    pub(super) fn about_the_hands(&self) -> Vec<(String, String)> {
        let looked_into = self.looked_into();
        looked_into
            .map(|agreement| self.about_the_hands_of(agreement))
            .unwrap_or_default()
    }

    fn about_the_hands_of(&self, agreement: &AgreementRecord) -> Vec<(String, String)> {
        let mut reasons = BTreeSet::new();
        let document = agreement.annex.document();
        let said = |kind: StanceKind, party: &str| {
            let mut now = self
                .inputs
                .stances
                .iter()
                .filter(|stance| during(&stance.window, self.at()));
            now.any(|stance| {
                // An objection outlives the version of the annex against which it was made; a permission does not.
                let was_said_of = self.inputs.agreements.iter().find(|other| other.id == stance.agreement);
                let counts = match kind {
                    StanceKind::Permission => stance.agreement == agreement.id,
                    StanceKind::Objection => was_said_of.is_some_and(|other| other.product == agreement.product),
                };
                let same = match kind {
                    StanceKind::Permission => stance.party == party,
                    StanceKind::Objection => bare(&stance.party) == bare(party),
                };
                counts && stance.kind == kind && same
            })
        };
        let may_leave = |party: &str| said(StanceKind::Permission, party);
        let far = |country: &str| !["NL", "DE", "NO"].contains(&country);
        for place in &document.places {
            let outside =
                far(place.country.as_str()) || place.back_up_country.as_ref().is_some_and(|other| far(other.as_str()));
            if outside && !may_leave(&place.party) {
                reasons.insert(("place_outside_eea".to_owned(), place.party.clone()));
            }
            let own = place.party == document.parties.processor.name;
            if !own && !document.sub_processors.iter().any(|party| party.name == place.party) {
                reasons.insert(("sub_processor_unlisted".to_owned(), place.party.clone()));
            }
        }
        for mention in document.particulars.iter().flat_map(|said| &said.mentions) {
            let own = mention.party == document.parties.processor.name;
            let listed = document.sub_processors.iter().any(|party| party.name == mention.party);
            if mention.processes && !own && !listed {
                reasons.insert(("sub_processor_unlisted".to_owned(), mention.party.clone()));
            }
        }
        for party in &document.sub_processors {
            if said(StanceKind::Objection, &party.name) {
                reasons.insert(("sub_processor_objected".to_owned(), party.name.clone()));
            }
            if far(party.country.as_str()) && !may_leave(&party.name) {
                reasons.insert(("place_outside_eea".to_owned(), party.name.clone()));
            }
            // Six weeks that begin on the day after the notice, in model 4.0.
            let told = party
                .announced
                .map(|day| day.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp());
            let told = told.filter(|_| is_fourth(agreement));
            if told.is_some_and(|midnight| self.at() < midnight.as_millisecond() + (1 + 6 * 7) * DAY) {
                reasons.insert(("sub_processor_too_recent".to_owned(), party.name.clone()));
            }
        }
        reasons.into_iter().collect()
    }

    pub(super) fn about_the_login(&self) -> Vec<(String, String)> {
        let asks = self.looked_into().is_some_and(|agreement| {
            let document = agreement.annex.document();
            let high = document.particulars.as_ref().and_then(|said| said.confidentiality_high);
            document.second_factor || high == Some(true)
        });
        if !asks {
            return Vec::new();
        }
        match self.request.channel {
            Channel::Login if !self.request.assurance.second_factor => vec![plain("second_factor_missing")],
            Channel::Login => Vec::new(),
            _ if !self.request.assurance.sender_bound => vec![plain("sender_unbound")],
            _ => Vec::new(),
        }
    }
}

pub(super) struct Row {
    /// What has to be approved and is not.
    pub(super) waits: Vec<String>,
    pub(super) named: bool,
    pub(super) purposes: Vec<String>,
    pub(super) speaks: bool,
    pub(super) attributes: BTreeSet<String>,
    pub(super) approved: bool,
    pub(super) consent: bool,
    pub(super) defect: Option<String>,
}

impl Row {
    pub(super) fn is_active(&self) -> bool {
        self.named && self.approved && self.defect.is_none()
    }
}

/// A name without what is written in many ways.
fn bare(name: &str) -> String {
    name.to_lowercase().replace(['.', ',', ' ', '-'], "")
}

fn is_fourth(agreement: &AgreementRecord) -> bool {
    ["4.0", "4.0-coded"].contains(&agreement.annex.document().model.as_str())
}

pub(super) fn are_other_data(names: &[&str]) -> bool {
    !names.is_empty() && names.iter().all(|name| ["userName", "accessibility"].contains(name))
}

pub(super) fn number(code: &str, letters: &str, last: u8) -> Option<u8> {
    (1..=last).find(|number| format!("{letters}{number}") == code)
}

/// The first thing that is wrong in a row; a missing ground counts last.
fn defect(document: &AnnexDocument, row: &RowDocument, module_is_known: bool) -> Option<String> {
    let mut found = Vec::new();
    if !module_is_known {
        found.push("module_undefined");
    }
    match (row.processings.is_empty(), row.purposes.is_empty()) {
        (true, true) => found.push("row_unfilled"),
        (true, false) => found.push("purpose_without_processing"),
        (false, true) => found.push("processing_without_purpose"),
        (false, false) => {}
    }
    if !row.purposes.is_empty() && row.pupil_categories.is_empty() && row.staff_categories.is_empty() {
        found.push("purpose_without_category");
    }
    if row.processings.iter().any(|code| number(code, "V", 4).is_none()) {
        found.push("code_undefined");
    }
    for code in &row.purposes {
        if number(code, "D", 22).is_none() {
            found.push("code_undefined");
        } else if code == "D22" && row.other_purpose.is_none() {
            found.push("purpose_unnamed");
        }
    }
    let wrong = wrong_categories(&row.pupil_categories, &row.staff_categories);
    found.extend(wrong.iter().map(String::as_str));
    let mut listed = BTreeSet::new();
    listed.extend(row.pupil_categories.iter().filter_map(|code| number(code, "CD", 29)));
    listed.extend(row.staff_categories.iter().filter_map(|code| number(code, "CM", 29)));
    let names: Vec<_> = row.other_data.iter().flatten().map(|name| name.as_str()).collect();
    if listed.contains(&29) && !are_other_data(&names) {
        found.push("other_data_unnamed");
    }
    if (listed.contains(&18) || listed.contains(&19)) && row.special_ground.is_none() {
        found.push("special_ground_missing");
    }
    if (listed.contains(&18) || listed.contains(&19)) && says_nothing_is_special(document) {
        found.push("special_unclassified");
    }
    let research = row.purposes.iter().filter_map(|code| leaves_too_much(document, code));
    let research: Vec<_> = research.collect();
    found.extend(research.iter().map(String::as_str));
    let first = found
        .iter()
        .find(|code| **code != "special_ground_missing")
        .or(found.first());
    first.map(|code| (*code).to_owned())
}

fn wrong_categories(pupil: &[String], staff: &[String]) -> Vec<String> {
    let pupil = pupil.iter().map(|code| (code, "CD"));
    let all = pupil.chain(staff.iter().map(|code| (code, "CM")));
    all.filter_map(|(code, letters)| match code.as_str() {
        "BSN" | "PGN" => Some("national_number".to_owned()),
        other => number(other, letters, 29)
            .is_none()
            .then(|| "code_undefined".to_owned()),
    })
    .collect()
}

fn of_defect(defect: &str) -> (String, String) {
    let code = if defect == "special_ground_missing" {
        "special_ground_missing"
    } else {
        "annex_defect"
    };
    (code.to_owned(), defect.to_owned())
}
