//! What the caller is and may do.

use actix_web::{get, web::Json};
use serde::Serialize;
use sluis_core::{
    id::{BoardId, ClientId, ProductId, SchoolId, SupplierId},
    identifier::{Branch, Brin4},
    time::Timestamp,
};
use utoipa::ToSchema;

use crate::{
    app::{
        action::{self, ReadSelf},
        caller::{Caller, Role},
        reach::{Reach, Reaches},
        store::Page,
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Query,
        page::{PageQuery, cursor},
        reason::ReasonView,
    },
};

/// The caller, as its token makes it known.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct MeView {
    /// The client.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000001")]
    client: ClientId,
    /// What the client acts for.
    #[schema(example = "supplier")]
    role: &'static str,
    /// The board (bevoegd gezag) that it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    board: Option<BoardId>,
    /// The school that it acts for, or that its token is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    school: Option<SchoolId>,
    /// The supplier (leverancier) or distributor (distributeur) that it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    supplier: Option<SupplierId>,
    /// The product (digitaal onderwijsmiddel) that it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>)]
    product: Option<ProductId>,
    /// The purpose (doeleinde) that its token is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "D3")]
    purpose: Option<&'static str>,
    /// The actions that its role may ask for; whether each is granted depends on the thing itself.
    #[schema(example = json!(["self.read"]))]
    actions: Vec<&'static str>,
    /// For a supplier or distributor: the schools that ever switched its product on, or a page of them.
    schools: Vec<ReachView>,
    /// The cursor of the next page of schools; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AZkKPnwAcACAAAAAAAAAAQ")]
    next: Option<String>,
}

/// What a client may do at one school, as the gate sees it now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReachView {
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// Its name.
    #[schema(example = "De Baken")]
    name: String,
    /// The BRIN of the institution.
    #[schema(value_type = String, example = "99ZZ")]
    brin: Brin4,
    /// The branch (vestiging) of the institution.
    #[schema(value_type = String, example = "00")]
    branch: Branch,
    /// Since when the product is switched on (activatie) by both sides; absent when it is not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-08-24T10:00:00.000Z")]
    since: Option<Timestamp>,
    /// The purposes (doeleinden) that are permitted now.
    #[schema(example = json!(["D1", "D13"]))]
    purposes: Vec<&'static str>,
    /// The attributes of pupils that at least one of these purposes releases.
    #[schema(example = json!(["givenName", "eckId"]))]
    attributes: Vec<&'static str>,
    /// When no purpose is permitted: what is missing, and who can fix it.
    missing: Vec<ReasonView>,
}

impl From<Reach> for ReachView {
    fn from(reach: Reach) -> Self {
        Self {
            school: reach.school.id,
            name: reach.school.name,
            brin: reach.school.brin.institution,
            branch: reach.school.brin.branch,
            since: reach.since,
            purposes: reach.purposes.iter().map(|purpose| purpose.code()).collect(),
            attributes: reach.attributes.iter().map(|attribute| attribute.as_str()).collect(),
            missing: reach.missing.iter().map(ReasonView::from).collect(),
        }
    }
}

impl MeView {
    fn new(caller: &Caller, reaches: Reaches) -> Self {
        let role = caller.role;
        let (supplier, product) = match role {
            Role::Supplier { supplier, product } | Role::Distributor { supplier, product } => {
                (Some(supplier), Some(product))
            }
            Role::Operator | Role::Board(_) | Role::School(_) => (None, None),
        };
        let board = match role {
            Role::Board(board) => Some(board),
            _ => None,
        };
        let school = match role {
            Role::School(school) => Some(school),
            _ => caller.bound.and_then(|bound| bound.school),
        };
        let purpose = caller
            .bound
            .and_then(|bound| bound.purpose)
            .map(|purpose| purpose.code());
        let permitted = action::ALL.iter().filter(|action| (action.permits)(role.kind()));
        Self {
            client: caller.client,
            role: role.kind().as_str(),
            board,
            school,
            supplier,
            product,
            purpose,
            actions: permitted.map(|action| action.name).collect(),
            schools: reaches.items.into_iter().map(ReachView::from).collect(),
            next: reaches.next.map(cursor),
        }
    }
}

/// View the caller
///
/// What the client acts for, what its token is bound to, and which actions its role may ask for. A supplier
/// (leverancier) or distributor (distributeur) also sees what it may do at each school: since when, under which purposes
/// (doeleinden), with which attributes, and else what is missing. Each school that is shown has it on record as an
/// evaluation.
#[utoipa::path(operation_id = "me_view", tag = "service", security(("bearer" = ["self.read"])), params(PageQuery),
    responses((status = 200, description = "The caller", body = MeView)))]
#[get("/me")]
pub(super) async fn me_view(caller: May<ReadSelf>, Query(query): Query<PageQuery>) -> Answer<MeView> {
    let page = Page {
        after: query.after(),
        limit: query.limit(),
    };
    let reaches = caller.app().me_view(caller.caller(), page).await?;
    Ok(Json(MeView::new(caller.caller(), reaches)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{caller::Bound, trace::TraceContext};
    use sluis_core::random::SeededRandom;

    #[test]
    fn a_caller_sees_what_it_acts_for_and_nothing_else() {
        let caller = Caller {
            client: ClientId::from_uuid(uuid::Uuid::from_u128(1)),
            role: Role::Supplier {
                supplier: SupplierId::from_uuid(uuid::Uuid::from_u128(2)),
                product: ProductId::from_uuid(uuid::Uuid::from_u128(3)),
            },
            bound: Some(Bound {
                school: None,
                purpose: sluis_core::catalogue::Purpose::from_number(5),
            }),
            trace: TraceContext::start(&SeededRandom::new(1)).id(),
            once: None,
        };
        let view = serde_json::to_value(MeView::new(&caller, Reaches::default())).unwrap();
        assert_eq!(view["role"], "supplier");
        assert_eq!(view["product"], "00000000-0000-0000-0000-000000000003");
        assert_eq!(view["purpose"], "D5");
        assert_eq!((view.get("board"), view.get("school")), (None, None));
    }
}
