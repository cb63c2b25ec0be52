//! The answers of a system, and what a connector makes of each.

use std::time::Duration;

use sluis_core::{identifier::Brin6, time::Timestamp};

use super::{GIVEN_NAME, PUPILS, SCHOOL, SCHOOL_YEAR};
use crate::{
    ConnectorError, Pull,
    roster::{Field, FindingKind, Object, Snapshot},
};

macro_rules! cases {
    ($($(#[$doc:meta])* $name:ident => $expected:expr,)+) => {
        /// What a system answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Case {
            $($(#[$doc])* $name,)+
        }

        impl Case {
            /// Every case.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            pub(super) const fn expected(self) -> Expected {
                match self {
                    $(Self::$name => $expected,)+
                }
            }
        }
    };
}

cases! {
    /// The roster of the school that was asked, in the school year that was asked: two pupils, both called
    /// [`GIVEN_NAME`], with an ECK iD and without a gender.
    Roster => Expected::Roster(roster),
    /// As [`Case::Roster`]; the ECK iD of the second pupil has capitals.
    UpperCaseEckId => Expected::Roster(upper_case_eck_id),
    /// Nothing changed since the moment that was named.
    Unchanged => Expected::Pull(Pull::Unchanged),
    /// The same answer; but the request named no moment.
    UnaskedUnchanged => Expected::Code("answer_unasked_unchanged"),
    /// The system has no data.
    NoData => Expected::Pull(Pull::NoData),
    /// The roster of another school, with all else right.
    OtherSchool => Expected::Code("data_wrong_school"),
    /// The roster of another school year, with all else right.
    OtherSchoolYear => Expected::Code("data_wrong_school_year"),
    /// Two pupils with the same key.
    DuplicateKey => Expected::Code("data_duplicate_key"),
    /// Two pupils with the same ECK iD.
    DuplicateEckId => Expected::Code("data_duplicate_eck_id"),
    /// A pupil in a group that is not in the roster.
    UnknownGroup => Expected::Code("data_unknown_reference"),
    /// A complete roster with nobody in it.
    NoPupils => Expected::Code("data_no_pupils"),
    /// The system does not know the receiving application.
    SupplierRefused => Expected::Code("supplier_credential_refused"),
    /// The system refuses the school's key.
    ActivationRefused => Expected::Code("school_activation_refused"),
    /// The school's key is good, and does not cover this school.
    SchoolNotCovered => Expected::Code("school_not_covered"),
    /// The system finds the request invalid.
    InvalidRequest => Expected::Code("request_refused"),
    /// The system does not speak our version.
    UnsupportedVersion => Expected::Code("version_not_supported"),
    /// The system asks to come back later.
    TemporarilyUnavailable => Expected::Code("system_temporarily_unavailable"),
    /// The system has a fault of its own.
    InternalFault => Expected::Code("system_internal_fault"),
    /// A fault that the dialect does not know, with a person's name in its text.
    UnknownFault => Expected::Code("system_unknown_fault"),
}

impl Case {
    pub(super) fn since(self) -> Option<Timestamp> {
        (self == Self::Unchanged).then_some(Timestamp::from_millis(1_788_249_600_000))
    }
}

pub(super) enum Expected {
    Roster(fn(&Snapshot) -> Result<(), String>),
    Pull(Pull),
    Code(&'static str),
    RetryAfter(Duration),
}

impl Expected {
    pub(super) fn compare(&self, outcome: &Result<Pull, ConnectorError>) -> Result<(), String> {
        match (self, outcome) {
            (Self::Roster(fits), Ok(Pull::Snapshot(snapshot))) => fits(snapshot),
            (Self::Pull(expected), Ok(pull)) if expected == pull => Ok(()),
            (Self::Code(code), Err(error)) if *code == error.code().as_str() => Ok(()),
            (Self::RetryAfter(time), Err(ConnectorError::TemporarilyUnavailable { retry_after }))
                if *retry_after == Some(*time) =>
            {
                Ok(())
            }
            (_, Ok(Pull::Snapshot(_))) => Err("a roster came out".to_owned()),
            (_, Ok(pull)) => Err(format!("`{pull:?}` came out")),
            (_, Err(error)) => Err(format!("`{}` came out: {error}", error.code().as_str())),
        }
    }
}

fn roster(snapshot: &Snapshot) -> Result<(), String> {
    let header = &snapshot.school;
    ensure(header.brin == Brin6::parse(SCHOOL).ok(), "the school is another")?;
    ensure(
        header.school_year.to_string() == SCHOOL_YEAR,
        "the school year is another",
    )?;
    ensure(snapshot.pupils.len() == PUPILS, "the number of pupils is another")?;
    ensure(snapshot.warnings.is_empty(), "there are warnings")?;
    for pupil in &snapshot.pupils {
        let given_name = pupil.name.given_name.value();
        ensure(
            given_name.is_some_and(|name| name.expose() == GIVEN_NAME),
            "a name is another",
        )?;
        ensure(pupil.eck_id.value().is_some(), "an ECK iD is missing")?;
        ensure(pupil.gender == Field::NotDelivered, "a gender came from nowhere")?;
    }
    Ok(())
}

fn upper_case_eck_id(snapshot: &Snapshot) -> Result<(), String> {
    let [finding] = snapshot.warnings.as_slice() else {
        return Err("one warning is expected".to_owned());
    };
    let told = (finding.kind, finding.object, finding.position);
    ensure(
        told == (FindingKind::EckIdUpperCase, Object::Pupil, 2),
        "the warning is another",
    )?;
    let kept: Vec<bool> = snapshot
        .pupils
        .iter()
        .map(|pupil| pupil.eck_id.value().is_some())
        .collect();
    ensure(
        kept == [true, false],
        "the wrong ECK iD is kept, or the right one is not",
    )
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.to_owned()) }
}
