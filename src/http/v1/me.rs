//! What the caller is and may do.

use actix_web::{get, web::Json};
use serde::Serialize;
use sluis_core::id::{BoardId, ClientId, ProductId, SchoolId, SupplierId};
use utoipa::ToSchema;

use crate::{
    app::{
        action::{self, ReadSelf},
        caller::{Caller, Role},
    },
    http::{answer::Answer, authentication::May},
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
    purpose: Option<String>,
    /// The actions that its role may ask for; whether each is granted depends on the thing itself.
    #[schema(example = json!(["self.read"]))]
    actions: Vec<&'static str>,
}

impl From<&Caller> for MeView {
    fn from(caller: &Caller) -> Self {
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
            .map(|number| format!("D{number}"));
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
        }
    }
}

/// View the caller
///
/// What the client acts for, what its token is bound to, and which actions its role may ask for.
#[utoipa::path(operation_id = "me_view", tag = "service", security(("bearer" = ["self.read"])),
    responses((status = 200, description = "The caller", body = MeView)))]
#[get("/me")]
pub(super) async fn me_view(caller: May<ReadSelf>) -> Answer<MeView> {
    Ok(Json(caller.caller().into()))
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
                purpose: Some(5),
            }),
            trace: TraceContext::start(&SeededRandom::new(1)).id(),
        };
        let view = serde_json::to_value(MeView::from(&caller)).unwrap();
        assert_eq!(view["role"], "supplier");
        assert_eq!(view["product"], "00000000-0000-0000-0000-000000000003");
        assert_eq!(view["purpose"], "D5");
        assert_eq!((view.get("board"), view.get("school")), (None, None));
    }
}
