//! Learners: the pupils that a supplier may know of.

use actix_web::{
    post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    catalogue::AttributeSet,
    id::{AccountId, GroupId, RecordId, SupplierId},
};
use utoipa::ToSchema;

use super::{
    path::SchoolPath,
    release::{Stated, WithheldView, attributes},
};
use crate::{
    app::{
        action::SearchLearner,
        gatekeeper::Wanted,
        learner::{self, Learners, Released},
    },
    http::{
        answer::Answer,
        authentication::May,
        input::{Fields, Input, text},
        page::{PageQuery, cursor},
        response::{BadRequestOrBinding, Refused, SchoolNotFound},
    },
};

/// Which pupils, and what of them.
#[derive(Debug, ToSchema)]
pub(super) struct LearnerSearch {
    /// The attributes that are wanted; without a list, all that may be had.
    #[schema(value_type = Option<Vec<String>>, max_items = 100, example = json!(["givenName", "groups"]))]
    attributes: Option<AttributeSet>,
    /// To whom the data would go on; stated under D5 and D11, by a distributor (distributeur) under D12 too, and under no other purpose.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000003")]
    receiver: Option<SupplierId>,
    /// Only the pupils of this group; works only where groups are released.
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000013")]
    group: Option<GroupId>,
    /// Where the page begins: `next` of the page before.
    #[schema(value_type = Option<String>, example = "AZkKPnwAcACAAAAAAAAAAQ")]
    cursor: Option<AccountId>,
    /// How many pupils at most.
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: u16,
}

impl Input for LearnerSearch {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let attributes = fields.optional("attributes", attributes);
        let receiver = fields.optional("receiver", text(SupplierId::parse));
        let group = fields.optional("group", text(GroupId::parse));
        let page = PageQuery::read(fields);
        Some(Self {
            attributes: attributes?,
            receiver: receiver?,
            group: group?,
            cursor: page?.after(),
            limit: page?.limit(),
        })
    }
}

/// A page of pupils.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct LearnersView {
    /// The pupils, in an order that tells nothing about them.
    items: Vec<LearnerView>,
    /// What was wanted and is withheld, with the reason.
    withheld: Vec<WithheldView>,
    /// The cursor of the next page; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AZkKPnwAcACAAAAAAAAAAQ")]
    next: Option<String>,
    /// The record (logregel) of this release in the ledger of the school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
}

/// A pupil (leerling), as this supplier knows it.
#[derive(Serialize, ToSchema)]
#[schema(as = Learner)]
struct LearnerView {
    /// The account: stable, and another one at every supplier.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000015")]
    account: AccountId,
    /// The attributes that are released and that there is a value for.
    #[schema(value_type = Object, example = json!({
        "givenName": "Noor",
        "groups": [{ "id": "01990a3e-7c00-7000-8000-000000000013", "name": "Groep 7" }],
    }))]
    attributes: Released,
}

impl From<Learners> for LearnersView {
    fn from(found: Learners) -> Self {
        let items = found.items.into_iter().map(|learner| LearnerView {
            account: learner.account,
            attributes: learner.attributes,
        });
        Self {
            items: items.collect(),
            withheld: found.withheld.into_iter().map(WithheldView::from).collect(),
            next: found.next.map(cursor),
            record_id: found.record,
        }
    }
}

/// Search the pupils of a school
///
/// Exactly the pupils and attributes that the agreement (verwerkersovereenkomst) allows for the purpose (doeleinde).
/// The purpose is stated by the token or by the header; where both speak they must agree. No hits is an empty list.
#[utoipa::path(operation_id = "learner_search", tag = "exchange", security(("bearer" = ["learner.search"])),
    params(SchoolPath,
        ("Purpose-Code" = Option<String>, Header, description = "The purpose of this request", example = "D1"),
    ),
    request_body = LearnerSearch,
    responses(
        (status = 200, description = "The pupils", body = LearnersView),
        BadRequestOrBinding, Refused, SchoolNotFound,
    ))]
#[post("/schools/{school}/learners/_search")]
pub(super) async fn learner_search(
    caller: May<SearchLearner>,
    path: Path<SchoolPath>,
    stated: Stated<LearnerSearch>,
) -> Answer<LearnersView> {
    let search = learner::LearnerSearch {
        wanted: Wanted {
            purpose: stated.purpose,
            receiver: stated.input.receiver,
            attributes: stated.input.attributes,
        },
        group: stated.input.group,
        after: stated.input.cursor,
        limit: stated.input.limit,
    };
    let found = caller
        .app()
        .learner_search(caller.caller(), path.school, search)
        .await?;
    Ok(Json(found.into()))
}
