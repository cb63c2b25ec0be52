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
    by: By,
}

#[derive(Debug)]
enum By {
    EckId(Personal<String>),
    SourceKey(Personal<String>),
}

/// Reads `kind`, `eckId` and `sourceKey` among the fields of a body.
impl Input for StatedPerson {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.or("kind", PersonKind::Pupil, text(PersonKind::parse));
        let eck_id = fields.optional("eckId", coded(eck_id_of_any_segment));
        let source_key = fields.optional("sourceKey", label(100));
        match (&eck_id, &source_key) {
            (Some(None), Some(None)) => fields.refuse("eckId", "one_needed", "`eckId` or `sourceKey` is required"),
            (Some(Some(_)), Some(Some(_))) => fields.refuse(
                "sourceKey",
                "one_too_many",
                "`eckId` and `sourceKey` do not go together",
            ),
            _ => Some(()),
        }?;
        let by = match (eck_id?, source_key?) {
            (Some(eck_id), _) => By::EckId(eck_id),
            (None, key) => By::SourceKey(Personal::new(key?)),
        };
        Some(Self { kind: kind?, by })
    }
}

impl StatedPerson {
    /// The person, if this service takes such an ECK iD.
    pub(super) fn whom(self, rules: &EckIdRules) -> Result<Whom, Problem> {
        Ok(match self.by {
            By::EckId(eck_id) => Whom::EckId(accepted(rules, &eck_id)?),
            By::SourceKey(key) => Whom::SourceKey(key),
        })
    }
}
