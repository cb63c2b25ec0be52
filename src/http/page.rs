//! Pages of lists: a limit, and an opaque cursor that says where the next page begins.

use std::borrow::Cow;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use sluis_core::id::Id;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{ArrayBuilder, ObjectBuilder, Type},
    },
};
use uuid::Uuid;

use crate::{
    app::store::Page,
    http::input::{Fields, Input, integer, text},
};

const LIMIT: u16 = 50;
const MOST: u16 = 200;

/// Which part of a list.
#[derive(Debug, Clone, Copy, IntoParams)]
pub(super) struct PageQuery {
    /// Where the page begins: `next` of the page before.
    #[param(value_type = String, required = false, example = "AZkKPnwAcACAAAAAAAAAAQ")]
    cursor: Option<Uuid>,
    /// How many items at most.
    #[param(value_type = u16, required = false, minimum = 1, maximum = 200, default = 50)]
    limit: u16,
}

impl Input for PageQuery {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let cursor = fields.optional("cursor", text(parse_cursor));
        let limit = limit(fields);
        Some(Self {
            cursor: cursor?,
            limit: limit?,
        })
    }
}

/// A cursor is the id of the last item that was shown. What may be seen is decided anew for each page, so it opens
/// nothing.
fn parse_cursor(text: &str) -> Result<Uuid, &'static str> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes
        .and_then(|bytes| Uuid::from_slice(&bytes).ok())
        .ok_or(NOT_A_CURSOR)
}

/// The cursor of the page that begins after this item.
pub(super) fn cursor<K>(last: Id<K>) -> String {
    URL_SAFE_NO_PAD.encode(last.as_bytes())
}

/// A list, or a page of one.
#[derive(Debug, Serialize)]
pub(super) struct ListView<T> {
    items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// By hand, so that the items are a reference and not a copy.
impl<T: ToSchema> PartialSchema for ListView<T> {
    fn schema() -> RefOr<Schema> {
        let items = ArrayBuilder::new()
            .items(Ref::from_schema_name(T::name()))
            .description(Some("The items, in the order in which they were made."))
            .build();
        let next = ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("The cursor of the next page; absent when there is none."))
            .examples(["AZkKPnwAcACAAAAAAAAAAQ"])
            .build();
        ObjectBuilder::new()
            .description(Some("A list, or a page of one."))
            .property("items", items)
            .required("items")
            .property("next", next)
            .into()
    }
}

impl<T: ToSchema> ToSchema for ListView<T> {
    fn name() -> Cow<'static, str> {
        let item = T::name();
        format!("{}ListView", item.strip_suffix("View").unwrap_or(&item)).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T> ListView<T> {
    /// The whole list.
    pub(super) fn whole<F: Into<T>>(found: Vec<F>) -> Self {
        Self {
            items: found.into_iter().map(F::into).collect(),
            next: None,
        }
    }

    /// What is shown of a list that was asked for one more than that; `next` makes the cursor of the next page, if there is
    /// one.
    pub(super) fn up_to<F>(limit: u16, mut found: Vec<F>, next: impl FnOnce(&[F]) -> Option<String>) -> Self
    where
        T: From<F>,
    {
        let limit = usize::from(limit);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = if more { next(&found) } else { None };
        Self {
            next,
            ..Self::whole(found)
        }
    }
}

/// How many items at most.
pub(super) fn limit(fields: &mut Fields<'_>) -> Option<u16> {
    fields.or("limit", LIMIT, integer(1..=i64::from(MOST)))
}

/// What is said of a cursor that cannot be read.
pub(super) const NOT_A_CURSOR: &str = "a cursor is the `next` of the page before";

impl PageQuery {
    /// The last item of the page before.
    pub(super) fn after<K>(&self) -> Option<Id<K>> {
        self.cursor.map(Id::from_uuid)
    }

    /// How many items are shown at most.
    pub(super) const fn limit(&self) -> u16 {
        self.limit
    }

    /// What to ask for: one more than is shown, which tells whether there is a next page.
    pub(super) fn page<K>(&self) -> Page<K> {
        Page {
            after: self.after(),
            limit: self.limit.saturating_add(1),
        }
    }

    /// Shows what was found for [`page`](Self::page).
    pub(super) fn show<F, K, T: From<F>>(self, found: Vec<F>, id: impl Fn(&F) -> Id<K>) -> ListView<T> {
        ListView::up_to(self.limit, found, |shown| shown.last().map(|last| cursor(id(last))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::input::read_query;

    #[test]
    fn a_page_ends_with_the_cursor_of_the_next() {
        let ids = |range: std::ops::Range<u128>| range.map(Uuid::from_u128).collect::<Vec<_>>();
        let first: PageQuery = read_query("limit=2").unwrap();
        assert_eq!(first.page::<()>().limit, 3);
        let shown: ListView<Uuid> = first.show(ids(1..4), |id| Id::<()>::from_uuid(*id));
        assert_eq!(shown.items, ids(1..3));
        let next = format!("limit=2&cursor={}", shown.next.unwrap());
        let second: PageQuery = read_query(&next).unwrap();
        assert_eq!(second.page::<()>().after.unwrap().as_uuid(), &Uuid::from_u128(2));
        let shown: ListView<Uuid> = second.show(ids(3..4), |id| Id::<()>::from_uuid(*id));
        assert_eq!((shown.items, shown.next), (ids(3..4), None));
    }

    #[test]
    fn a_made_up_cursor_or_limit_is_refused_without_repeating_it() {
        for (query, parameter) in [
            ("cursor=none", "cursor"),
            ("cursor=00000000-0000-0000-0000-000000000001", "cursor"),
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=many", "limit"),
            ("page=2", "page"),
        ] {
            let errors = read_query::<PageQuery>(query).unwrap_err();
            assert_eq!(errors.len(), 1, "`{query}`");
            assert_eq!(errors[0].parameter.as_deref(), Some(parameter));
        }
        assert_eq!(read_query::<PageQuery>("cursor=x&limit=0").unwrap_err().len(), 2);
    }
}
