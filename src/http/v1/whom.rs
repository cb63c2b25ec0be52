//! How a body names a person: by exactly one of `eckId` and `sourceKey`.

use sluis_core::{identifier::EckIdRules, person::PersonKind, personal::Personal};

use super::account::{accepted, eck_id_of_any_segment};
use crate::{
    app::whom::Whom,
    http::{
        input::{Fields, Input, coded, label, text},
        problem::Problem,
    },
};

/// A person, as far as what is said is the same at every service.
#[derive(Debug)]
pub(super) struct StatedPerson {
    /// Pupil or staff.
    pub(super) kind: PersonKind,
    by: StatedKey,
}

/// What a person is named by.
#[derive(Debug)]
pub(super) enum StatedKey {
    EckId(Personal<String>),
    SourceKey(Personal<String>),
}

/// Reads `kind`, `eckId` and `sourceKey` among the fields of a body.
impl Input for StatedPerson {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.or("kind", PersonKind::Pupil, text(PersonKind::parse));
        let by = StatedKey::read(fields)?;
        let by = by.or_else(|| fields.refuse("eckId", "one_needed", "`eckId` or `sourceKey` is required"));
        Some(Self { kind: kind?, by: by? })
    }
}

impl StatedPerson {
    /// The person, if this service takes such an ECK iD.
    pub(super) fn whom(self, rules: &EckIdRules) -> Result<Whom, Problem> {
        self.by.whom(rules)
    }
}

impl StatedKey {
    /// Reads `eckId` or `sourceKey` among the fields of a body, where there need not be one.
    pub(super) fn read(fields: &mut Fields<'_>) -> Option<Option<Self>> {
        let eck_id = fields.optional("eckId", coded(eck_id_of_any_segment));
        let source_key = fields.optional("sourceKey", label(100));
        match (eck_id, source_key) {
            (Some(Some(_)), Some(Some(_))) => fields.refuse(
                "sourceKey",
                "one_too_many",
                "`eckId` and `sourceKey` do not go together",
            ),
            (Some(eck_id), Some(source_key)) => {
                let source_key = source_key.map(|key| Self::SourceKey(Personal::new(key)));
                Some(eck_id.map(Self::EckId).or(source_key))
            }
            _ => None,
        }
    }

    /// The person, if this service takes such an ECK iD.
    pub(super) fn whom(self, rules: &EckIdRules) -> Result<Whom, Problem> {
        Ok(match self {
            Self::EckId(eck_id) => Whom::EckId(accepted(rules, &eck_id)?),
            Self::SourceKey(key) => Whom::SourceKey(key),
        })
    }
}
