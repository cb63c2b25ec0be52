//! The records of a school about one person.

use actix_web::{
    post,
    web::{Json, Path},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use sluis_core::{
    id::RecordId,
    ledger::{Code, PageLine},
    time::Year,
};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{path::SchoolPath, places, record::RecordView, whom::StatedPerson};
use crate::{
    app::{
        action::SearchRecord,
        evidence::{PlaceAbout, Places, RecordAbout},
        subject::{self, NextAbout, RecordsAbout},
    },
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, text},
        page,
        response::SchoolNotFound,
    },
};

/// Whose records. Exactly one of `eckId` and `sourceKey` says whom.
#[derive(ToSchema)]
#[schema(as = RecordSearch, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `RecordSearch`")]
pub(super) struct RecordSearchForm {
    /// Pupil or staff.
    #[schema(example = "pupil", pattern = "^(pupil|staff)$", default = "pupil")]
    kind: Option<String>,
    /// The ECK iD (ketenpseudoniem); the roster need not hold the person any more.
    #[schema(pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Option<String>,
    /// The key of the person in the administration of the school, as it delivers it or did.
    #[schema(min_length = 1, max_length = 100)]
    source_key: Option<String>,
    /// Where the page begins: `next` of the page before.
    #[schema(example = "AZkKPnwAcACAAAAAAAAAAQAAAAAAAAAAMS4xMjAtMi4zMw")]
    cursor: Option<String>,
    /// How many records at most.
    #[schema(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u16>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct RecordSearch {
    person: StatedPerson,
    after: Option<NextAbout>,
    limit: u16,
}

impl Input for RecordSearch {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let person = StatedPerson::read(fields);
        let after = fields.optional("cursor", text(parse_cursor));
        let limit = page::limit(fields);
        Some(Self {
            person: person?,
            after: after?,
            limit: limit?,
        })
    }
}

/// The place of the last record that was shown, and where the log ended when the search began. What may be seen is decided
/// anew for each page, so it opens nothing.
fn cursor(PlaceAbout { record, line }: PlaceAbout, until: &Places) -> String {
    let bytes = [
        record.as_bytes().as_slice(),
        &line.to_be_bytes(),
        places::written(until).as_bytes(),
    ]
    .concat();
    URL_SAFE_NO_PAD.encode(bytes)
}

fn parse_cursor(text: &str) -> Result<NextAbout, &'static str> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| page::NOT_A_CURSOR)?;
    next_about(&bytes).ok_or(page::NOT_A_CURSOR)
}

fn next_about(bytes: &[u8]) -> Option<NextAbout> {
    let (record, rest) = bytes.split_first_chunk()?;
    let (line, until) = rest.split_first_chunk()?;
    Some(NextAbout {
        after: PlaceAbout {
            record: RecordId::from_uuid(Uuid::from_bytes(*record)),
            line: u64::try_from(i64::from_be_bytes(*line)).ok()?,
        },
        until: places::parse(until)?,
    })
}

/// The records of a school about one person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RecordsAboutView {
    /// The records, by id, which is in the order of time. A page that the person is in stands here with each line of it that is
    /// about the person.
    items: Vec<RecordAboutView>,
    /// The calendar years (UTC) that were searched. Of a year that is not here nothing was recorded about persons, or its key
    /// was destroyed.
    #[schema(value_type = Vec<u16>, example = json!([2026, 2027]))]
    years: Vec<u16>,
    /// The cursor of the next page; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AZkKPnwAcACAAAAAAAAAAQAAAAAAAAAAMS4xMjAtMi4zMw")]
    next: Option<String>,
}

/// A record about one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordAbout)]
struct RecordAboutView {
    /// The record.
    #[serde(flatten)]
    record: RecordView,
    /// In a page: what it says of this person.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<LineView>,
}

/// What a page says of one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RecordLine)]
struct LineView {
    /// `permit` or `deny`.
    #[schema(example = "permit")]
    outcome: &'static str,
    /// The categories of data that went, in the words of the agreement.
    #[schema(value_type = Vec<String>, example = json!(["CD1"]))]
    categories: Vec<Code>,
}

impl From<RecordAbout> for RecordAboutView {
    fn from(about: RecordAbout) -> Self {
        let line = about.line.map(
            |(
                _,
                PageLine {
                    outcome, categories, ..
                },
            )| LineView {
                outcome: outcome.as_str(),
                categories,
            },
        );
        Self {
            record: about.logged.into(),
            line,
        }
    }
}

impl RecordsAboutView {
    /// Of what was asked for one more than is shown.
    fn of(found: RecordsAbout, limit: u16) -> Self {
        let RecordsAbout {
            mut items,
            until,
            years,
        } = found;
        let limit = usize::from(limit);
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more);
        Self {
            next: last.map(|about| cursor(about.place(), &until)),
            items: items.into_iter().map(RecordAboutView::from).collect(),
            years: years.into_iter().map(Year::number).collect(),
        }
    }
}

/// Search the records of a school about one person
///
/// Every record about that person, and every page that the person is in, over all calendar years whose key is there, up to when
/// the first page was asked for. Searching is itself on record. The person is found by all ids that they had at the school as
/// far as it still has them: in its roster, by what the roster knew them before by the same ECK iD or key, by a login before it
/// held them, and in restrictions. Of a person who got another ECK iD, search by each. A key that came with several ECK iDs, and
/// that nobody has now, finds nobody; one that came with an ECK iD, and that somebody else without one has now, finds only the
/// latter. Who had neither an ECK iD nor a key of the administration, and left, is not found.
#[utoipa::path(operation_id = "record_search", tag = "evidence", security(("bearer" = ["record.search"])),
    params(SchoolPath), request_body = RecordSearchForm,
    responses((status = 200, description = "The records", body = RecordsAboutView), SchoolNotFound))]
#[post("/schools/{school}/records/_search")]
pub(super) async fn record_search(
    caller: May<SearchRecord>,
    path: Path<SchoolPath>,
    Body(body): Body<RecordSearch>,
) -> Answer<RecordsAboutView> {
    let app = caller.app();
    let kind = body.person.kind;
    let search = subject::RecordSearch {
        whom: body.person.whom(app.eck_id_rules())?,
        kind,
        after: body.after,
        limit: body.limit.saturating_add(1),
    };
    let found = app.record_search(caller.caller(), path.school, search).await?;
    Ok(Json(RecordsAboutView::of(found, body.limit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_one_that_was_made_up_is_refused() {
        let after = PlaceAbout {
            record: RecordId::from_uuid(Uuid::from_u128(7)),
            line: 3,
        };
        for until in [vec![(1, 120)], vec![(1, 120), (2, 33)]] {
            let until: Places = until.into_iter().collect();
            let text = cursor(after, &until);
            assert_eq!(parse_cursor(&text), Ok(NextAbout { after, until }));
            assert!(parse_cursor(&text[..32]).is_err(), "where it ends is needed");
        }
        let negative = URL_SAFE_NO_PAD.encode([[0xFF; 24].as_slice(), b"1.120"].concat());
        for text in ["", "x", "AZkKPnwAcACAAAAAAAAAAQ", &negative, &"A".repeat(44)] {
            assert!(parse_cursor(text).is_err(), "`{text}`");
        }
    }
}
