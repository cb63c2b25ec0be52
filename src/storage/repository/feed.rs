//! The feeds of suppliers.

use async_trait::async_trait;
use sluis_core::id::SupplierId;
use uuid::Uuid;

use super::{Repository, parsed};
use crate::{
    app::{
        feed::{EventKind, FeedEvent, Notice},
        store::{FeedStore, StoreError},
    },
    storage::{Row, Statement, StorageError, WriteSet, params},
};

/// Takes the next number. Whoever holds it commits before the next one is given: a reader never skips a notice.
const FEED_ADVANCE: Statement = Statement {
    name: "feed_advance",
    sql: "INSERT INTO supplier_feeds (supplier, latest) VALUES ($1, 1) \
          ON CONFLICT (supplier) DO UPDATE SET latest = supplier_feeds.latest + 1",
};
const EVENT_ADD: Statement = Statement {
    name: "event_add",
    sql: "INSERT INTO supplier_events (supplier, sequence, kind, school, resource, happened_at) \
          SELECT supplier, latest, $2, $3, $4, $5 FROM supplier_feeds WHERE supplier = $1",
};
const EVENTS: Statement = Statement {
    name: "events",
    sql: "SELECT supplier, sequence, kind, school, resource, happened_at FROM supplier_events \
          WHERE supplier = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&FEED_ADVANCE, &EVENT_ADD, &EVENTS];

/// Tells a supplier something.
pub(super) fn add(set: &mut WriteSet, notice: &Notice) {
    set.one(&FEED_ADVANCE, params![notice.supplier]);
    let values = params![
        notice.supplier,
        notice.kind.as_str(),
        notice.school,
        *notice.resource.as_bytes(),
        notice.at
    ];
    set.one(&EVENT_ADD, values);
}

fn event(row: &Row) -> Result<FeedEvent, StorageError> {
    let kind: String = row.get(2)?;
    Ok(FeedEvent {
        sequence: row.get(1)?,
        notice: Notice {
            supplier: row.get(0)?,
            kind: parsed("kind", EventKind::parse(&kind).ok())?,
            school: row.get(3)?,
            resource: Uuid::from_bytes(row.get(4)?),
            at: row.get(5)?,
        },
    })
}

#[async_trait]
impl FeedStore for Repository {
    async fn events(&self, supplier: SupplierId, after: u64, limit: u16) -> Result<Vec<FeedEvent>, StoreError> {
        self.list(&EVENTS, params![supplier, after, limit], event).await
    }
}
