//! The linter: what is wrong in an annex, before anybody signs it.

use actix_web::{post, web::Json};
use serde::Serialize;
use serde_json::Value;
use sluis_core::agreement::{Annex, Finding, Severity};
use utoipa::ToSchema;

use super::{annex::read_annex, catalogue::LabelView};
use crate::{
    app::action::LintAgreement,
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, checked},
    },
};

/// A document to be looked at.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AgreementLintForm {
    /// The privacy annex (privacybijsluiter, bijlage 1), of any model. It may be a draft with blanks.
    #[schema(value_type = Object)]
    annex: Annex,
}

impl Input for AgreementLintForm {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let annex = fields.required("annex", checked(|value| read_annex(value, Annex::parse)));
        Some(Self { annex: annex? })
    }
}

/// What is to be said about an annex.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AgreementLintView {
    /// Whether there is no error among the findings.
    #[schema(example = false)]
    sound: bool,
    /// The findings (bevindingen), errors first.
    findings: Vec<FindingView>,
}

/// Something to be said about an annex (bevinding).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct FindingView {
    /// The stable code.
    #[schema(example = "national_number")]
    code: &'static str,
    /// `error`: the gate permits nothing by what it is about. `warning`: to be asked about before signing. `note`: to be known.
    #[schema(example = "error")]
    severity: &'static str,
    /// Where in the annex, as a JSON pointer (RFC 6901); what is missing is told where it would stand.
    #[schema(example = "/rows/0/pupilCategories/3")]
    pointer: String,
    /// What stands there, where that is a word: a code, the name of a party, a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<LabelView>,
    /// What is wrong.
    what: LabelView,
    /// Why it matters, and what can be done.
    why: LabelView,
    /// What would take it away, as a JSON Patch (RFC 6902) over the annex; absent where only the parties can know. It makes no
    /// new error. Nobody has agreed on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    repair: Option<Value>,
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        let text = finding.text();
        Self {
            code: finding.code.as_str(),
            severity: finding.severity().as_str(),
            what: (&text.what).into(),
            why: (&text.why).into(),
            repair: finding.repair.and_then(|repair| serde_json::to_value(repair).ok()),
            about: finding.about.map(LabelView::from),
            pointer: finding.place,
        }
    }
}

/// Look for what is wrong in an annex
///
/// Tells everything that is to be said about a privacy annex (privacybijsluiter, bijlage 1) of any model: each finding (bevinding)
/// with its place, why it matters and, where that can be said without the parties, a repair. Nothing is stored or changed, and
/// nothing is recorded. An error of form is refused with 400, as with an offer; blanks are findings here.
#[utoipa::path(operation_id = "agreement_lint", tag = "agreements", security(("bearer" = ["agreement.lint"])),
    request_body(content = AgreementLintForm, example = json!({
        "annex": {
            "model": "3.0",
            "product": {
                "name": "Rekenbaai",
                "description": {"nl": "Rekenen oefenen op eigen niveau.", "en": "Practise arithmetic at one's own level."}
            },
            "parties": {"processor": {"name": "Wadden Leermiddelen B.V."}},
            "version": {"printed": "mei 2026"},
            "modules": [
                {"code": "oefenen", "name": {"nl": "Oefenen", "en": "Practice"}, "need": "necessary"}
            ],
            "ticks": {
                "purposes": [{"code": "D1"}],
                "pupilCategories": [{"code": "CD1", "optional": false}, {"code": "BSN", "optional": true}],
                "staffCategories": []
            },
            "login": {"pupil": ["givenName"], "staff": []},
            "secondFactor": false,
            "deviations": [],
            "retention": {},
            "places": [{"party": "Wadden Leermiddelen B.V.", "country": "NL"}],
            "subProcessors": [],
            "receivers": []
        }
    })),
    responses((status = 200, description = "The findings", body = AgreementLintView)))]
#[post("/agreements/_lint")]
pub(super) async fn agreement_lint(
    caller: May<LintAgreement>,
    Body(input): Body<AgreementLintForm>,
) -> Answer<AgreementLintView> {
    let findings = caller.app().agreement_lint(&input.annex);
    Ok(Json(AgreementLintView {
        sound: findings.iter().all(|finding| finding.severity() != Severity::Error),
        findings: findings.into_iter().map(FindingView::from).collect(),
    }))
}
