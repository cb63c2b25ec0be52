//! Events: what a supplier should look at.

use actix_web::{get, web::Json};
use serde::Serialize;
use sluis_core::{id::SchoolId, time::Timestamp};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    app::{action::ReadEvent, feed::FeedEvent},
    http::{
        answer::Answer,
        authentication::May,
        body::Query,
        input::{Fields, Input, integer},
        page::ListView,
    },
};

/// Which events.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventQuery {
    /// The number of the last event that is known; 0 at first.
    #[param(value_type = Option<u64>, minimum = 0, default = 0)]
    after: u64,
    /// How many events at most.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: u16,
}

impl Input for EventQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let after = fields.or("after", 0, integer(0..=i64::MAX));
        let limit = fields.or("limit", 50, integer(1..=200));
        Some(Self {
            after: after?,
            limit: limit?,
        })
    }
}

/// An event (gebeurtenis) that a supplier should look at. Nothing in it is about a person.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventView {
    /// Its number: 1 for the first of this supplier, without a gap.
    #[schema(minimum = 1, example = 12)]
    sequence: u64,
    /// `accounts_changed`: a school changed whose an account is, or what it delivered joined two accounts;
    /// `accounts_change_undone`: the school took that back. What changed is at
    /// `/v1/schools/{school}/account-changes/_search`; there is an event only when it can be learned there, and when the
    /// restriction of a person ends whose accounts changed.
    ///
    /// `agreement_accepted`: the board (bevoegd gezag) accepted an agreement; `agreement_suspended`, `agreement_resumed`: a side
    /// said that it can no longer comply, or took that back; `agreement_superseded`: a newer one takes its place;
    /// `agreement_ended`: a side ended it, at once or by a date; `agreement_schools_changed`: the board changed for which
    /// schools it holds. How it stands is at `/v1/agreements/{agreement}`.
    ///
    /// `matter_opened`, `matter_moved`: a board or school opened a matter (zaak) in which the supplier takes part, or took a step in
    /// one. It is at `/v1/matters/{matter}`.
    #[schema(example = "accounts_changed")]
    kind: &'static str,
    /// At which school, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: Option<SchoolId>,
    /// The id of what it is about: of the school, for changed accounts (how many they are it does not say), or of the agreement.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    resource: Uuid,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    at: Timestamp,
}

impl From<FeedEvent> for EventView {
    fn from(event: FeedEvent) -> Self {
        let FeedEvent { sequence, notice } = event;
        Self {
            sequence,
            kind: notice.kind.as_str(),
            school: notice.school,
            resource: notice.resource,
            at: notice.at,
        }
    }
}

type EventListView = ListView<EventView>;

/// List the events of a supplier
///
/// What happened that the supplier should look at, in order and without gaps: ask again with the last number.
#[utoipa::path(operation_id = "event_list", tag = "exchange", security(("bearer" = ["event.read"])), params(EventQuery),
    responses((status = 200, description = "Events after the number; none when there is nothing new", body = EventListView)))]
#[get("/events")]
pub(super) async fn event_list(caller: May<ReadEvent>, Query(query): Query<EventQuery>) -> Answer<EventListView> {
    let EventQuery { after, limit } = query;
    let events = caller.app().event_list(caller.caller(), after, limit).await?;
    Ok(Json(ListView::whole(events)))
}
