//! Accounts: who somebody is at a supplier.

use actix_web::{post, web::Json};
use serde::Serialize;
use sluis_core::{
    catalogue::AttributeSet,
    id::{AccountId, RecordId, SchoolId, SupplierId},
    identifier::{EckId, EckIdError, EckIdRules, leak_guard},
    personal::Personal,
};
use utoipa::ToSchema;

use super::release::{Stated, WithheldView, attributes};
use crate::{
    app::{
        action::ResolveAccount,
        gatekeeper::Wanted,
        learner::{Released, Resolved},
    },
    http::{
        answer::Answer,
        authentication::May,
        input::{Fields, Input, Spot, coded, text},
        problem::Problem,
        response::{BadRequestOrBinding, Refused, SchoolNotFound},
    },
};

/// Whose account.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AccountResolve {
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The ECK iD (ketenpseudoniem), exactly as it was received.
    #[schema(value_type = String, pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Personal<String>,
    /// The attributes that are wanted; without a list, all that may be had.
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["givenName"]))]
    attributes: Option<AttributeSet>,
    /// To whom the data would go on; stated under D5 and D11, by a distributor (distributeur) under D12 too, and under no other purpose.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000003")]
    receiver: Option<SupplierId>,
}

impl Input for AccountResolve {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let school = fields.required("school", text(SchoolId::parse));
        let eck_id = fields.required("eckId", coded(eck_id_of_any_segment));
        let attributes = fields.optional("attributes", attributes);
        let receiver = fields.optional("receiver", text(SupplierId::parse));
        Some(Self {
            school: school?,
            eck_id: eck_id?,
            attributes: attributes?,
            receiver: receiver?,
        })
    }
}

/// Reads an ECK iD as far as it is the same at every service; which segments are taken is for the service to say.
pub(super) fn eck_id_of_any_segment(text: &str) -> Result<Personal<String>, (&'static str, String)> {
    match EckIdRules::default().parse(text) {
        Ok(_) | Err(EckIdError::Segment) => Ok(Personal::new(text.to_owned())),
        Err(EckIdError::Shape) if leak_guard::find(text).is_some() => Err((
            "national_number",
            "this seems to be a national number, which may not be sent".to_owned(),
        )),
        Err(error) => Err((eck_id_code(error), error.to_string())),
    }
}

const fn eck_id_code(error: EckIdError) -> &'static str {
    match error {
        EckIdError::Shape => "eck_id_shape",
        EckIdError::UpperCase => "eck_id_upper_case",
        EckIdError::StemPseudonym => "eck_id_stem_pseudonym",
        EckIdError::Segment => "eck_id_segment",
    }
}

pub(super) fn accepted(rules: &EckIdRules, text: &Personal<String>) -> Result<EckId, Problem> {
    rules.parse(text.expose()).map_err(|error| {
        let spot = Spot::Body("/eckId".to_owned());
        Problem::input(vec![spot.error(eck_id_code(error), error)])
    })
}

/// An account (account bij de leverancier) and what may be known of it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountView {
    /// The account: stable, and another one at every supplier.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000015")]
    account: AccountId,
    /// The attributes that are released and that there is a value for.
    #[schema(value_type = Object, example = json!({ "givenName": "Noor" }))]
    attributes: Released,
    /// What was wanted and is withheld, with the reason.
    withheld: Vec<WithheldView>,
    /// The record (logregel) of this release in the ledger of the school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
}

impl From<Resolved> for AccountView {
    fn from(resolved: Resolved) -> Self {
        Self {
            account: resolved.learner.account,
            attributes: resolved.learner.attributes,
            withheld: resolved.withheld.into_iter().map(WithheldView::from).collect(),
            record_id: resolved.record,
        }
    }
}

/// Resolve an account
///
/// The account of the pupil with this ECK iD. Who is not known and who is not available to this product get the same
/// answer: 403 with the reason `person_not_available`.
#[utoipa::path(operation_id = "account_resolve", tag = "exchange", security(("bearer" = ["account.resolve"])),
    params(("Purpose-Code" = Option<String>, Header, description = "The purpose of this request", example = "D1")),
    request_body = AccountResolve,
    responses(
        (status = 200, description = "The account", body = AccountView),
        BadRequestOrBinding, Refused, SchoolNotFound,
    ))]
#[post("/accounts/_resolve")]
pub(super) async fn account_resolve(
    caller: May<ResolveAccount>,
    stated: Stated<AccountResolve>,
) -> Answer<AccountView> {
    let Stated { purpose, input } = stated;
    let app = caller.app();
    let eck_id = accepted(app.eck_id_rules(), &input.eck_id)?;
    let wanted = Wanted {
        purpose,
        receiver: input.receiver,
        attributes: input.attributes,
    };
    let resolved = app
        .account_resolve(caller.caller(), input.school, wanted, &eck_id)
        .await?;
    Ok(Json(resolved.into()))
}
