//! How a handover is shown to the school that is left.

use serde::Serialize;
use sluis_core::{
    handover::{Basis, Part, Parts},
    id::{HandoverId, SchoolId},
    ledger::Digest,
    person::NextSchool,
    personal::Personal,
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::app::handovers::HandoverOf;

/// A handover (overstap) of a pupil's dossier, as the school that is left sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HandoverView {
    /// Its id here. The school gives it to the next school, which fetches the dossier by it.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000021")]
    id: HandoverId,
    /// The school that is left.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The next school, by BRIN with branch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "98YY00")]
    to_brin: Option<String>,
    /// The next school, by OIN.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "00000001001234567000")]
    to_oin: Option<String>,
    /// How far it is: `requested`, `shown`, `released`, `received`, `refused` or `expired`.
    #[schema(example = "released")]
    state: &'static str,
    /// On what it rests: a `request` of the next school, or an `order` of the pupil or a guardian.
    #[schema(example = "request")]
    basis: &'static str,
    /// Who ordered it: `person` or `guardian`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "guardian")]
    ordered_by: Option<&'static str>,
    /// Where the school finds the request or the order.
    #[schema(value_type = String, example = "aanvraag 2027-041")]
    #[serde(serialize_with = "exposed")]
    reference: Personal<String>,
    /// The parts (rubrieken), each with its rule, and whether it goes.
    parts: Vec<PartView>,
    /// The keyed hash by which the records of this calendar year (UTC) know this pupil. Each year has a key of its own.
    #[schema(value_type = String, example = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b")]
    subject: Digest,
    /// Whether the roster of the school holds this pupil now.
    in_roster: bool,
    /// When it was asked for or ordered.
    #[schema(value_type = String, format = DateTime, example = "2027-03-01T09:00:00.000Z")]
    requested_at: Timestamp,
    /// Until when the next school may fetch it.
    #[schema(value_type = String, format = DateTime, example = "2027-05-30T09:00:00.000Z")]
    valid_until: Timestamp,
    /// That the pupil or a guardian has seen what goes (inzage).
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<ShownView>,
    /// When the school released it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
    /// When the next school fetched it for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    fetched_at: Option<Timestamp>,
    /// When the next school said that it has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    received_at: Option<Timestamp>,
    /// When it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    refused_at: Option<Timestamp>,
    /// Who refused it: `school`, `person`, `guardian` or `nextSchool`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "guardian")]
    refused_by: Option<&'static str>,
}

/// A part of the dossier.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PartView {
    /// Which.
    #[schema(value_type = String, example = "results")]
    part: Part,
    /// Whether it goes `always`, or the pupil or a guardian may opt out of it (`opt-out`).
    #[schema(example = "opt-out")]
    rule: &'static str,
    /// Whether it was opted out of.
    opted_out: bool,
    /// What is in it, in Dutch.
    #[schema(example = "resultaten en voortgang")]
    label: String,
}

/// That somebody has seen what goes.
#[derive(Debug, Serialize, ToSchema)]
struct ShownView {
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2027-03-02T15:00:00.000Z")]
    at: Timestamp,
    /// Who: `person` or `guardian`.
    #[schema(example = "guardian")]
    by: &'static str,
    /// Whether they agree.
    agrees: bool,
}

/// The one place where the reference is written: in the answer to the school itself.
fn exposed<S: serde::Serializer>(reference: &Personal<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reference.expose())
}

impl From<HandoverOf> for HandoverView {
    fn from(found: HandoverOf) -> Self {
        let (kept, asked) = (found.handover.kept, found.handover.asked);
        let (to_brin, to_oin) = match kept.to {
            NextSchool::Brin(brin) => (Some(brin.to_string()), None),
            NextSchool::Oin(oin) => (None, Some(oin.to_string())),
        };
        let (basis, ordered_by) = match kept.course.basis {
            Basis::Request => ("request", None),
            Basis::Order(by) => ("order", Some(by.as_str())),
        };
        let entries = Parts::published().list().entries.iter();
        let parts = entries.filter(|entry| asked.dossier.parts().contains(&entry.code));
        let parts = parts.map(|entry| PartView {
            part: entry.code,
            rule: entry.rule.as_str(),
            opted_out: asked.dossier.opted_out().contains(&entry.code),
            label: entry.label.nl.clone(),
        });
        Self {
            id: kept.id,
            school: kept.school,
            to_brin,
            to_oin,
            state: kept.course.state(found.at).as_str(),
            basis,
            ordered_by,
            parts: parts.collect(),
            reference: asked.reference,
            subject: found.subject,
            in_roster: found.in_roster,
            requested_at: kept.course.requested_at,
            valid_until: kept.course.valid_until,
            shown: kept.course.shown.map(|shown| ShownView {
                at: shown.at,
                by: shown.by.as_str(),
                agrees: shown.agrees,
            }),
            released_at: kept.course.released_at,
            fetched_at: kept.course.fetched_at,
            received_at: kept.course.received_at,
            refused_at: kept.course.refused.map(|(at, _)| at),
            refused_by: kept.course.refused.map(|(_, by)| by.as_str()),
        }
    }
}
