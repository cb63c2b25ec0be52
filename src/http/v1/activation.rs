//! Activations: a school switches a product on for a scope, the supplier accepts, and the school can switch it off.

use std::collections::BTreeSet;

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{ActivationId, GroupId, PersonId, ProductId, SchoolId},
    person::YearGroup,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::path::{ActivationPath, SchoolPath};
use crate::{
    app::{
        action::{AcceptActivation, CreateActivation, EndActivation, ReadActivation},
        activation::{Activation, ActivationScope},
        caller::{Caller, RoleKind},
    },
    http::{
        answer::{Answer, Created},
        authentication::May,
        body::Body,
        input::{Field, Fields, Input, choice, label, list, object, text},
        page::ListView,
        problem::Problem,
        response::{ActivationNotFound, Conflict, SchoolNotFound, SchoolOrProductNotFound},
    },
};

/// How many members a scope can name.
const MEMBERS: usize = 5_000;

/// An activation (activatie) of a product by a school.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ActivationView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000009")]
    id: ActivationId,
    /// The school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The product (digitaal onderwijsmiddel).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: ProductId,
    /// For whom.
    scope: ScopeView,
    /// What tells that somebody is enrolled: `roster`, or for the whole school also a `login`.
    #[schema(example = "roster", pattern = "^(roster|login)$")]
    enrolment_from: &'static str,
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// Until when, or when the school switched it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00.000Z")]
    valid_until: Option<Timestamp>,
    /// When the supplier (leverancier) accepted it; before that it permits nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-08-24T10:00:00.000Z")]
    accepted_by_supplier_at: Option<Timestamp>,
}

/// For whom a product is switched on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scope)]
pub(super) struct ScopeView {
    /// `school`, `yearGroups`, `groups`, `groupNames` or `persons`.
    #[schema(example = "yearGroups", pattern = "^(school|yearGroups|groups|groupNames|persons)$")]
    kind: &'static str,
    /// Codes of year groups (jaargroepen), ids or names of groups, or ids of persons; none for the whole school. Only
    /// the school and its board see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 5_000, example = json!(["5", "6"]))]
    members: Option<Vec<String>>,
}

impl ScopeView {
    fn of(scope: ActivationScope) -> Self {
        fn named<T>(kind: &'static str, members: impl IntoIterator<Item = T>, name: impl Fn(T) -> String) -> ScopeView {
            ScopeView {
                kind,
                members: Some(members.into_iter().map(name).collect()),
            }
        }
        match scope {
            ActivationScope::School | ActivationScope::SchoolOrLogin => Self {
                kind: "school",
                members: None,
            },
            ActivationScope::YearGroups(codes) => named("yearGroups", codes, |code| code.as_str().to_owned()),
            ActivationScope::Groups(groups) => named("groups", groups, |group| group.to_string()),
            ActivationScope::GroupNames(names) => named("groupNames", names, |name| name),
            ActivationScope::Persons(persons) => named("persons", persons, |person| person.to_string()),
        }
    }
}

impl ActivationView {
    /// As this caller may see it. Who is in a scope says something about persons, and that passes the gate or not at
    /// all: suppliers see the kind only.
    fn seen_by(caller: &Caller, activation: Activation) -> Self {
        let enrolment_from = match activation.scope {
            ActivationScope::SchoolOrLogin => "login",
            _ => "roster",
        };
        let mut scope = ScopeView::of(activation.scope);
        if matches!(caller.role.kind(), RoleKind::Supplier | RoleKind::Distributor) {
            scope.members = None;
        }
        Self {
            id: activation.id,
            school: activation.school,
            product: activation.product,
            scope,
            enrolment_from,
            valid_from: activation.window.from,
            valid_until: activation.window.until,
            accepted_by_supplier_at: activation.accepted_by_supplier_at,
        }
    }
}

/// A new activation.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct ActivationCreate {
    /// The product (digitaal onderwijsmiddel).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000004")]
    product: ProductId,
    /// For whom.
    #[schema(value_type = ScopeView)]
    scope: Scope,
    /// What tells that somebody is enrolled. With `login`, who is in no roster of the school but logs in there by Kennisnet
    /// counts as enrolled at that moment, with what the login says about them and nothing else; the login must name the
    /// location (BRIN with branch). Only for the whole school:
    /// groups, year groups and persons cannot be told without a roster.
    #[schema(value_type = Option<String>, example = "roster", pattern = "^(roster|login)$", default = "roster")]
    enrolment_from: EnrolmentFrom,
    /// Until when; without it until it is switched off.
    #[schema(value_type = Option<String>, format = DateTime, example = "2027-08-01T00:00:00Z")]
    valid_until: Option<Timestamp>,
}

impl Input for ActivationCreate {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let product = fields.required("product", text(ProductId::parse));
        let scope: Option<Scope> = fields.required("scope", object());
        let enrolment_from = fields.or("enrolmentFrom", EnrolmentFrom::Roster, choice(EnrolmentFrom::WORDS));
        let valid_until = fields.optional("validUntil", text(Timestamp::parse));
        let whole_school = scope
            .as_ref()
            .is_none_or(|Scope(scope)| *scope == ActivationScope::School);
        if enrolment_from == Some(EnrolmentFrom::Login) && !whole_school {
            return fields.refuse(
                "enrolmentFrom",
                "needs_roster",
                "who is in a group or a year, or on a list, only a roster tells",
            );
        }
        Some(Self {
            product: product?,
            scope: scope?,
            enrolment_from: enrolment_from?,
            valid_until: valid_until?,
        })
    }
}

/// What tells that somebody is enrolled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EnrolmentFrom {
    Roster,
    Login,
}

impl EnrolmentFrom {
    const WORDS: &[(&str, Self)] = &[("roster", Self::Roster), ("login", Self::Login)];
}

/// A scope that was read.
#[derive(Debug)]
struct Scope(ActivationScope);

impl Input for Scope {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        const KINDS: &[(&str, Kind)] = &[
            ("school", Kind::School),
            ("yearGroups", Kind::YearGroups),
            ("groups", Kind::Groups),
            ("groupNames", Kind::GroupNames),
            ("persons", Kind::Persons),
        ];
        let kind = fields.required("kind", choice(KINDS));
        let scope = match kind {
            // Who the members are cannot be read without knowing what they are.
            None => fields.optional("members", |_| Some(())).and(None)?,
            Some(Kind::School) => match fields.optional("members", |_| Some(()))? {
                None => ActivationScope::School,
                Some(()) => {
                    return fields.refuse(
                        "members",
                        "not_for_this_kind",
                        "a scope of the whole school has no members",
                    );
                }
            },
            Some(Kind::YearGroups) => ActivationScope::YearGroups(members(fields, text(YearGroup::parse))?),
            Some(Kind::Groups) => ActivationScope::Groups(members(fields, text(GroupId::parse))?),
            Some(Kind::GroupNames) => ActivationScope::GroupNames(members(fields, label(200))?),
            Some(Kind::Persons) => ActivationScope::Persons(members(fields, text(PersonId::parse))?),
        };
        Some(Self(scope))
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    School,
    YearGroups,
    Groups,
    GroupNames,
    Persons,
}

fn members<T: Ord>(fields: &mut Fields<'_>, read: impl Fn(Field<'_>) -> Option<T>) -> Option<BTreeSet<T>> {
    let members = fields.required("members", list(MEMBERS, read))?;
    if members.is_empty() {
        return fields.refuse("members", "invalid_length", "a scope without members reaches nobody");
    }
    Some(members.into_iter().collect())
}

type ActivationListView = ListView<ActivationView>;

/// List the activations at a school
///
/// A school and its board (bevoegd gezag) see all of them, a supplier (leverancier) those of its own product.
#[utoipa::path(operation_id = "activation_list", tag = "activations", security(("bearer" = ["activation.read"])),
    params(SchoolPath),
    responses((status = 200, description = "The activations, ended ones too", body = ActivationListView),
        SchoolNotFound))]
#[get("/schools/{school}/activations")]
pub(super) async fn activation_list(caller: May<ReadActivation>, path: Path<SchoolPath>) -> Answer<ActivationListView> {
    let activations = caller.app().activation_list(caller.caller(), path.school).await?;
    let seen = |activation| ActivationView::seen_by(caller.caller(), activation);
    Ok(Json(ListView::whole(activations.into_iter().map(seen).collect())))
}

/// View an activation
#[utoipa::path(operation_id = "activation_view", tag = "activations", security(("bearer" = ["activation.read"])),
    params(ActivationPath),
    responses((status = 200, description = "The activation", body = ActivationView), ActivationNotFound))]
#[get("/schools/{school}/activations/{activation}")]
pub(super) async fn activation_view(caller: May<ReadActivation>, path: Path<ActivationPath>) -> Answer<ActivationView> {
    let found = caller
        .app()
        .activation_view(caller.caller(), path.school, path.activation)
        .await?;
    Ok(Json(ActivationView::seen_by(caller.caller(), found)))
}

/// Switch a product on
///
/// It works for the persons in the scope, once the supplier (leverancier) has accepted the activation (activatie).
#[utoipa::path(operation_id = "activation_create", tag = "activations", security(("bearer" = ["activation.create"])),
    params(SchoolPath), request_body = ActivationCreate,
    responses((status = 201, description = "The activation", body = ActivationView), SchoolOrProductNotFound, Conflict))]
#[post("/schools/{school}/activations")]
pub(super) async fn activation_create(
    caller: May<CreateActivation>,
    path: Path<SchoolPath>,
    Body(input): Body<ActivationCreate>,
) -> Result<Created<ActivationView>, Problem> {
    let ActivationCreate {
        product,
        scope: Scope(scope),
        enrolment_from,
        valid_until,
    } = input;
    let scope = match enrolment_from {
        EnrolmentFrom::Roster => scope,
        EnrolmentFrom::Login => ActivationScope::SchoolOrLogin,
    };
    let activation = caller
        .app()
        .activation_create(caller.caller(), path.school, product, scope, valid_until)
        .await?;
    let location = format!("/v1/schools/{}/activations/{}", activation.school, activation.id);
    Ok(Created::at(
        location,
        ActivationView::seen_by(caller.caller(), activation),
    ))
}

/// Accept an activation
///
/// The supplier (leverancier) accepts that a school switched its product on.
#[utoipa::path(operation_id = "activation_accept", tag = "activations", security(("bearer" = ["activation.accept"])),
    params(ActivationPath),
    responses((status = 200, description = "The activation", body = ActivationView), ActivationNotFound, Conflict))]
#[post("/schools/{school}/activations/{activation}/_accept")]
pub(super) async fn activation_accept(
    caller: May<AcceptActivation>,
    path: Path<ActivationPath>,
) -> Answer<ActivationView> {
    let ActivationPath { school, activation } = *path;
    let activation = caller
        .app()
        .activation_accept(caller.caller(), school, activation)
        .await?;
    Ok(Json(ActivationView::seen_by(caller.caller(), activation)))
}

/// Switch a product off
///
/// When this has answered, nothing is released to the product any more, with whatever token.
#[utoipa::path(operation_id = "activation_end", tag = "activations", security(("bearer" = ["activation.end"])),
    params(ActivationPath),
    responses((status = 200, description = "The activation", body = ActivationView), ActivationNotFound, Conflict))]
#[post("/schools/{school}/activations/{activation}/_end")]
pub(super) async fn activation_end(caller: May<EndActivation>, path: Path<ActivationPath>) -> Answer<ActivationView> {
    let ActivationPath { school, activation } = *path;
    let activation = caller.app().activation_end(caller.caller(), school, activation).await?;
    Ok(Json(ActivationView::seen_by(caller.caller(), activation)))
}
