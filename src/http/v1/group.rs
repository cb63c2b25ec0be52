//! Groups of a school's roster, to name in the scope of an activation.

use actix_web::{
    get,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::id::GroupId;
use utoipa::ToSchema;

use super::path::SchoolPath;
use crate::{
    app::action::ReadGroup,
    http::{answer::Answer, authentication::May, page::ListView, response::SchoolNotFound},
};

/// A group (groep of klas) of the roster.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct GroupView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000013")]
    id: GroupId,
    /// Its name.
    #[schema(example = "Groep 7")]
    name: String,
}

impl From<(GroupId, String)> for GroupView {
    fn from((id, name): (GroupId, String)) -> Self {
        Self { id, name }
    }
}

type GroupListView = ListView<GroupView>;

/// List the groups of a school
///
/// As the last pull left them.
#[utoipa::path(operation_id = "group_list", tag = "connections", security(("bearer" = ["group.read"])), params(SchoolPath),
    responses((status = 200, description = "The groups", body = GroupListView), SchoolNotFound))]
#[get("/schools/{school}/groups")]
pub(super) async fn group_list(caller: May<ReadGroup>, path: Path<SchoolPath>) -> Answer<GroupListView> {
    let found = caller.app().group_list(caller.caller(), path.school).await?;
    Ok(Json(ListView::whole(found)))
}
