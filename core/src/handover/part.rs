//! What a dossier is made of, and what the pupil or guardian may keep out of it.

use std::{collections::BTreeSet, sync::LazyLock};

use serde::{Deserialize, Serialize};

use crate::catalogue::{AttributeSet, Label, Versioned, set::serde_as_text};

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)+) => {
        /// A part of a dossier (rubriek). The catalogue `handover-parts.json` says by which rule it goes, and what is in it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Part {
            $($(#[$doc])* $name,)+
        }

        impl Part {
            /// All parts.
            pub const ALL: [Self; [$(Self::$name),+].len()] = [$(Self::$name),+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

parts! {
    /// Who the pupil is.
    Identity = "identity";
    /// Group, year and education followed.
    Schooling = "schooling";
    /// Address and contact data.
    Contact = "contact";
    /// Results and progress.
    Results = "results";
    /// Guidance and support.
    Support = "support";
    /// Attendance.
    Attendance = "attendance";
    /// Health and belief.
    Special = "special";
    /// Nationality and place of birth.
    Origin = "origin";
    /// Numbers and names at the school that is left.
    Numbers = "numbers";
    /// Bank account and invoices.
    Money = "money";
    /// Use, photo and timetable.
    Use = "use";
}

/// The text names no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no part of a dossier has this name")]
pub struct PartError;

impl Part {
    /// Reads the name on the wire.
    ///
    /// # Errors
    /// When no part has that name.
    pub fn parse(text: &str) -> Result<Self, PartError> {
        Self::ALL
            .into_iter()
            .find(|part| part.as_str() == text)
            .ok_or(PartError)
    }
}
serde_as_text!(Part);

/// By which rule a part goes. An OSO dossier has these three (verplicht, opt-uit, verboden).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PartRule {
    /// It always goes.
    Mandatory,
    /// It goes if it was asked for and nobody opted out of it.
    OptOut,
    /// It never goes.
    Forbidden,
}

impl PartRule {
    /// The word in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mandatory => "always",
            Self::OptOut => "opt-out",
            Self::Forbidden => "never",
        }
    }
}

/// A part, with its rule and what is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartEntry {
    /// The part.
    pub code: Part,
    /// By which rule it goes.
    pub rule: PartRule,
    /// What is in it.
    pub attributes: AttributeSet,
    /// What it is.
    pub label: Label,
    /// Where the rule comes from.
    pub source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    parts: Vec<PartEntry>,
}

/// The catalogue of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts(Versioned<PartEntry>);

impl Parts {
    /// The one that ships. Without the file, which a test reads, every part is forbidden.
    pub fn published() -> &'static Self {
        static PUBLISHED: LazyLock<Parts> = LazyLock::new(|| {
            let file = serde_json::from_str(include_str!("../../catalogue/handover-parts.json"));
            let File { version, parts } = file.unwrap_or(File {
                version: String::new(),
                parts: Vec::new(),
            });
            Parts(Versioned {
                version,
                entries: parts,
            })
        });
        &PUBLISHED
    }

    /// The list, with the version of its data.
    pub const fn list(&self) -> &Versioned<PartEntry> {
        &self.0
    }

    /// By which rule a part goes; one that the list does not hold is forbidden.
    pub fn rule(&self, part: Part) -> PartRule {
        self.entry(part).map_or(PartRule::Forbidden, |entry| entry.rule)
    }

    /// What is in a part.
    pub fn attributes(&self, part: Part) -> AttributeSet {
        self.entry(part).map_or(AttributeSet::EMPTY, |entry| entry.attributes)
    }

    fn entry(&self, part: Part) -> Option<&PartEntry> {
        self.0.entries.iter().find(|entry| entry.code == part)
    }
}

/// Why a part cannot be asked for, or not be opted out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DossierError {
    /// The rule forbids the part.
    #[error("this part never goes to a next school")]
    Forbidden,
    /// The rule makes the part go in any case.
    #[error("this part goes in any case: nobody can opt out of it")]
    Mandatory,
    /// It was not asked for.
    #[error("this part was not asked for")]
    NotAsked,
}

/// What goes of one pupil: what is mandatory, and what was asked for and not opted out of.
#[derive(Clone, PartialEq, Eq)]
pub struct Dossier {
    asked: BTreeSet<Part>,
    opted_out: BTreeSet<Part>,
}

impl std::fmt::Debug for Dossier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Dossier([personal])")
    }
}

impl Dossier {
    /// The dossier in which these parts are asked for, beside those that always go.
    ///
    /// # Errors
    /// Each part that is forbidden, with its place in what was asked.
    pub fn asked(parts: &[Part], rules: &Parts) -> Result<Self, Vec<(usize, DossierError)>> {
        let wrong = parts.iter().enumerate();
        let wrong = wrong.filter(|(_, part)| rules.rule(**part) == PartRule::Forbidden);
        let wrong: Vec<_> = wrong.map(|(place, _)| (place, DossierError::Forbidden)).collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let always = Part::ALL
            .into_iter()
            .filter(|part| rules.rule(*part) == PartRule::Mandatory);
        Ok(Self {
            asked: always.chain(parts.iter().copied()).collect(),
            opted_out: BTreeSet::new(),
        })
    }

    /// The pupil or guardian keeps these parts out of it.
    ///
    /// # Errors
    /// Each part that goes in any case, or that was not asked for, with its place in the list; nothing is opted out of then.
    pub fn opt_out(&mut self, parts: &[Part], rules: &Parts) -> Result<(), Vec<(usize, DossierError)>> {
        let against = |part: Part| match rules.rule(part) {
            PartRule::Mandatory => Some(DossierError::Mandatory),
            _ if !self.asked.contains(&part) => Some(DossierError::NotAsked),
            PartRule::OptOut | PartRule::Forbidden => None,
        };
        let wrong = parts.iter().enumerate();
        let wrong: Vec<_> = wrong
            .filter_map(|(place, part)| Some((place, against(*part)?)))
            .collect();
        if !wrong.is_empty() {
            return Err(wrong);
        }
        self.opted_out.extend(parts);
        Ok(())
    }

    /// The dossier as it was kept.
    pub const fn kept(asked: BTreeSet<Part>, opted_out: BTreeSet<Part>) -> Self {
        Self { asked, opted_out }
    }

    /// The parts that were asked for, with those that always go.
    pub const fn parts(&self) -> &BTreeSet<Part> {
        &self.asked
    }

    /// The parts that were opted out of.
    pub const fn opted_out(&self) -> &BTreeSet<Part> {
        &self.opted_out
    }

    /// The parts that go. INVARIANT: the rules are asked again: what was asked for under older rules and is forbidden now does not go.
    pub fn goes(&self, rules: &Parts) -> BTreeSet<Part> {
        let goes = |part: &Part| match rules.rule(*part) {
            PartRule::Mandatory => true,
            PartRule::OptOut => !self.opted_out.contains(part),
            PartRule::Forbidden => false,
        };
        self.asked.iter().copied().filter(goes).collect()
    }

    /// What goes.
    pub fn attributes(&self, rules: &Parts) -> AttributeSet {
        let parts = self.goes(rules);
        parts
            .iter()
            .fold(AttributeSet::EMPTY, |all, part| all.union(rules.attributes(*part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Attribute;

    #[test]
    fn each_part_has_its_rule_and_each_attribute_is_in_one_part() {
        let rules = Parts::published();
        let codes: Vec<_> = rules.list().entries.iter().map(|entry| entry.code).collect();
        assert_eq!(codes, Part::ALL);
        for attribute in Attribute::ALL {
            let parts = Part::ALL
                .into_iter()
                .filter(|part| rules.attributes(*part).contains(attribute));
            assert_eq!(parts.count(), 1, "{attribute}");
        }
        for part in Part::ALL {
            assert_eq!(Part::parse(part.as_str()), Ok(part));
        }
        assert_eq!(Part::parse("names"), Err(PartError));
    }

    #[test]
    fn what_tells_of_health_belief_or_origin_is_in_no_dossier_and_neither_is_a_number() {
        let rules = Parts::published();
        let all: Vec<_> = Part::ALL
            .into_iter()
            .filter(|part| rules.rule(*part) != PartRule::Forbidden)
            .collect();
        let most = Dossier::asked(&all, rules).unwrap().attributes(rules);
        for attribute in [
            Attribute::Health,
            Attribute::Belief,
            Attribute::Nationality,
            Attribute::EckId,
            Attribute::PupilNumber,
            Attribute::BankAccount,
        ] {
            assert!(!most.contains(attribute), "{attribute}");
        }
        assert!(most.contains(Attribute::Results) && most.contains(Attribute::FamilyName));
    }

    #[test]
    fn only_what_may_be_opted_out_of_stays_behind() {
        let rules = Parts::published();
        let mut dossier = Dossier::asked(&[Part::Results, Part::Contact], rules).unwrap();
        let wrong = dossier.opt_out(&[Part::Contact, Part::Identity, Part::Support], rules);
        assert_eq!(
            wrong,
            Err(vec![(1, DossierError::Mandatory), (2, DossierError::NotAsked)])
        );
        assert!(
            dossier.attributes(rules).contains(Attribute::Postcode),
            "nothing changed"
        );
        dossier.opt_out(&[Part::Contact], rules).unwrap();
        let goes = dossier.attributes(rules);
        assert!(goes.contains(Attribute::Results) && goes.contains(Attribute::BirthDate));
        assert!(!goes.contains(Attribute::Postcode) && !goes.contains(Attribute::SupportPlan));
    }

    #[test]
    fn a_forbidden_part_cannot_be_asked_for_and_does_not_go_if_it_was() {
        let rules = Parts::published();
        let asked = Dossier::asked(&[Part::Results, Part::Special, Part::Money], rules);
        assert_eq!(
            asked.map(drop),
            Err(vec![(1, DossierError::Forbidden), (2, DossierError::Forbidden)])
        );
        let kept = Dossier::kept(BTreeSet::from([Part::Special, Part::Results]), BTreeSet::new());
        let goes = kept.attributes(rules);
        assert!(!goes.contains(Attribute::Health) && goes.contains(Attribute::Results));
        assert_eq!(format!("{kept:?}"), "Dossier([personal])");
    }
}
