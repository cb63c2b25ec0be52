//! Spans in which something is suspended: an instruction by its school, an agreement by a side.

use serde::Serialize;
use sluis_core::time::{Timestamp, Window};
use utoipa::ToSchema;

/// A span in which something is suspended (opgeschort).
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SuspensionView {
    /// From when on.
    #[schema(value_type = String, format = DateTime, example = "2026-09-01T09:00:00.000Z")]
    valid_from: Timestamp,
    /// When it was resumed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-09-03T09:00:00.000Z")]
    valid_until: Option<Timestamp>,
}

impl From<Window> for SuspensionView {
    fn from(span: Window) -> Self {
        Self {
            valid_from: span.from,
            valid_until: span.until,
        }
    }
}
