//! Changes of accounts: a school says whose an account is, where keys cannot tell, and suppliers learn of it.

use actix_web::{
    get, post,
    web::{Json, Path},
};
use serde::Serialize;
use sluis_core::{
    id::{AccountChangeId, AccountId, RecordId, SchoolId, SupplierId},
    person::PersonKind,
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{
    path::{AccountChangePath, SchoolPath},
    release::Stated,
    whom::StatedPerson,
};
use crate::{
    app::{
        account_change::AccountChange,
        action::{
            MergeAccount, ReadAccountChange, SearchAccount, SearchAccountChange, SplitAccount, TakeOverAccount,
            UndoAccountChange,
        },
        gatekeeper::Wanted,
        reassign::{self, AccountChanges, AccountFound, DatedKey},
    },
    http::{
        answer::Answer,
        authentication::May,
        body::{Body, Query},
        input::{Fields, Input, flag, text},
        page::{ListView, PageQuery, cursor},
        problem::Problem,
        response::{
            AccountChangeNotFound, BadRequestOrBinding, Conflict, Refused, SchoolNotFound, SchoolOrSupplierNotFound,
        },
    },
};

/// Whose account is meant, at which supplier. Exactly one of `eckId` and `sourceKey` says whom.
#[derive(ToSchema)]
#[schema(as = AccountSearch, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `AccountSearch`")]
pub(super) struct AccountSearchForm {
    /// The supplier (leverancier).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// Pupil or staff.
    #[schema(example = "pupil", pattern = "^(pupil|staff)$", default = "pupil")]
    kind: Option<String>,
    /// The ECK iD (ketenpseudoniem).
    #[schema(pattern = "^https://ketenid\\.nl/[^/]+/[0-9a-f]{128}$")]
    eck_id: Option<String>,
    /// The key of the person in the administration of the school, as it delivers it.
    #[schema(min_length = 1, max_length = 100)]
    source_key: Option<String>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct AccountSearch {
    supplier: SupplierId,
    person: StatedPerson,
}

impl Input for AccountSearch {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let supplier = fields.required("supplier", text(SupplierId::parse));
        let person = StatedPerson::read(fields);
        Some(Self {
            supplier: supplier?,
            person: person?,
        })
    }
}

/// The account of a person at a supplier, and its history.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountHistoryView {
    /// The account; absent before the supplier saw the person for the first time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000015")]
    account: Option<AccountId>,
    /// What leads or led to it, and where else the keys of this person lead or led. Where a school out of reach has seen the
    /// account too, only the keys that this school delivers.
    keys: Vec<AccountKeyView>,
}

/// A key of a person, where it leads or led, and when. The key itself stays inside.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AccountKey)]
struct AccountKeyView {
    /// The kind of key: `eckId` or `sourceKey`.
    #[schema(example = "eckId")]
    kind: &'static str,
    /// The account.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000015")]
    account: AccountId,
    /// Since when.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    valid_from: Timestamp,
    /// Until when; absent while it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    valid_until: Option<Timestamp>,
}

impl From<DatedKey> for AccountKeyView {
    fn from(key: DatedKey) -> Self {
        Self {
            kind: key.kind.as_str(),
            account: key.account,
            valid_from: key.since,
            valid_until: key.until,
        }
    }
}

impl From<AccountFound> for AccountHistoryView {
    fn from(found: AccountFound) -> Self {
        Self {
            account: found.account,
            keys: found.keys.into_iter().map(AccountKeyView::from).collect(),
        }
    }
}

/// Two accounts that are one person's.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AccountMerge {
    /// The supplier (leverancier).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// The account that goes.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000017")]
    from: AccountId,
    /// The account that stays.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000015")]
    into: AccountId,
    /// The rosters of the schools that have seen these accounts hold two persons with them, and they are one.
    #[schema(value_type = Option<bool>, default = false)]
    same_person: bool,
}

impl Input for AccountMerge {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let supplier = fields.required("supplier", text(SupplierId::parse));
        let from = fields.required("from", text(AccountId::parse));
        let into = fields.required("into", text(AccountId::parse));
        let same_person = fields.or("samePerson", false, flag());
        Some(Self {
            supplier: supplier?,
            from: from?,
            into: into?,
            same_person: same_person?,
        })
    }
}

/// From which school people came over.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "camelCase")]
pub(super) struct AccountTakeOver {
    /// The supplier (leverancier).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// The school that they came from, of the same board.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000018")]
    from_school: SchoolId,
    /// The keys of the administration stayed the same: who had no ECK iD and has no account here is known by them.
    #[schema(value_type = Option<bool>, default = false)]
    same_source_keys: bool,
}

impl Input for AccountTakeOver {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let supplier = fields.required("supplier", text(SupplierId::parse));
        let from_school = fields.required("fromSchool", text(SchoolId::parse));
        let same_source_keys = fields.or("sameSourceKeys", false, flag());
        Some(Self {
            supplier: supplier?,
            from_school: from_school?,
            same_source_keys: same_source_keys?,
        })
    }
}

/// A change of accounts: the keys of one lead to another.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountChangeView {
    /// Its id here.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000019")]
    id: AccountChangeId,
    /// The school in whose name it was decided, or whose delivery joined the accounts.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000002")]
    school: SchoolId,
    /// The supplier (leverancier).
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000003")]
    supplier: SupplierId,
    /// `merge`: two accounts are one person's. `split`: one account was two persons', and one of them has a new one.
    /// `takeOver`: a person came over from another school and keeps the account from there. `join`: nobody decided it; a key of
    /// the administration came with an ECK iD that leads to another account, and leads there since.
    #[schema(example = "merge")]
    kind: &'static str,
    /// The account before; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Uuid>, example = "01990a3e-7c00-7000-8000-000000000017")]
    from: Option<AccountId>,
    /// The account since.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000015")]
    into: AccountId,
    /// When.
    #[schema(value_type = String, format = DateTime, example = "2026-08-24T09:00:00.000Z")]
    made_at: Timestamp,
    /// When it was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    undone_at: Option<Timestamp>,
}

impl From<AccountChange> for AccountChangeView {
    fn from(change: AccountChange) -> Self {
        Self {
            id: change.id,
            school: change.school,
            supplier: change.supplier,
            kind: change.kind.as_str(),
            from: change.from,
            into: change.into,
            made_at: change.made_at,
            undone_at: change.undone_at,
        }
    }
}

type AccountChangeListView = ListView<AccountChangeView>;

/// Look up the account of a person at a supplier
///
/// Looking is itself on record.
#[utoipa::path(operation_id = "account_search", tag = "accounts", security(("bearer" = ["account.search"])),
    params(SchoolPath), request_body = AccountSearchForm,
    responses((status = 200, description = "The account and its history", body = AccountHistoryView),
        SchoolOrSupplierNotFound))]
#[post("/schools/{school}/accounts/_search")]
pub(super) async fn account_search(
    caller: May<SearchAccount>,
    path: Path<SchoolPath>,
    Body(input): Body<AccountSearch>,
) -> Answer<AccountHistoryView> {
    let app = caller.app();
    let search = input.parsed(app.eck_id_rules())?;
    let found = app.account_search(caller.caller(), path.school, search).await?;
    Ok(Json(found.into()))
}

impl AccountSearch {
    fn parsed(self, rules: &sluis_core::identifier::EckIdRules) -> Result<reassign::AccountSearch, Problem> {
        Ok(reassign::AccountSearch {
            supplier: self.supplier,
            kind: self.person.kind,
            whom: self.person.whom(rules)?,
        })
    }
}

/// Merge two accounts of one person
///
/// When this has answered, everybody whom the account `from` was of has the account `into`, at every school of the board. The
/// supplier learns of it by its feed. An account that a school of another board has seen too is left alone: nobody comes to
/// share it.
#[utoipa::path(operation_id = "account_merge", tag = "accounts", security(("bearer" = ["account.merge"])),
    params(SchoolPath), request_body = AccountMerge,
    responses((status = 200, description = "The change", body = AccountChangeView), SchoolOrSupplierNotFound, Conflict))]
#[post("/schools/{school}/accounts/_merge")]
pub(super) async fn account_merge(
    caller: May<MergeAccount>,
    path: Path<SchoolPath>,
    Body(input): Body<AccountMerge>,
) -> Answer<AccountChangeView> {
    let merge = reassign::AccountMerge {
        supplier: input.supplier,
        from: input.from,
        into: input.into,
        same_person: input.same_person,
    };
    let change = caller.app().account_merge(caller.caller(), path.school, merge).await?;
    Ok(Json(change.into()))
}

/// Give a person an account of their own
///
/// For an account that turned out to be two persons': the one who is named gets a new one, and the other keeps it.
#[utoipa::path(operation_id = "account_split", tag = "accounts", security(("bearer" = ["account.split"])),
    params(SchoolPath), request_body = AccountSearchForm,
    responses((status = 200, description = "The change", body = AccountChangeView), SchoolOrSupplierNotFound, Conflict))]
#[post("/schools/{school}/accounts/_split")]
pub(super) async fn account_split(
    caller: May<SplitAccount>,
    path: Path<SchoolPath>,
    Body(input): Body<AccountSearch>,
) -> Answer<AccountChangeView> {
    let app = caller.app();
    let split = input.parsed(app.eck_id_rules())?;
    let change = app.account_split(caller.caller(), path.school, split).await?;
    Ok(Json(change.into()))
}

/// Let people keep the accounts that they had at another school of the board
///
/// After a merger or division of schools, or when staff moved. Whoever the other school still has in its roster is left
/// alone, and so is an account that somebody of this school has. At most 100 people come over at once, all of them or none: ask
/// again until nobody does. Each person is a change of its own, which can be undone.
#[utoipa::path(operation_id = "account_take_over", tag = "accounts", security(("bearer" = ["account.take-over"])),
    params(SchoolPath), request_body = AccountTakeOver,
    responses((status = 200, description = "The changes; none when nobody came over", body = AccountChangeListView),
        SchoolOrSupplierNotFound, Conflict))]
#[post("/schools/{school}/accounts/_take-over")]
pub(super) async fn account_take_over(
    caller: May<TakeOverAccount>,
    path: Path<SchoolPath>,
    Body(input): Body<AccountTakeOver>,
) -> Answer<AccountChangeListView> {
    let take = reassign::AccountTakeOver {
        supplier: input.supplier,
        from_school: input.from_school,
        source_keys: input.same_source_keys,
    };
    let changes = caller
        .app()
        .account_take_over(caller.caller(), path.school, take)
        .await?;
    Ok(Json(ListView::whole(changes)))
}

/// List the changes of accounts that concern a school
///
/// Looking is itself on record.
#[utoipa::path(operation_id = "account_change_list", tag = "accounts", security(("bearer" = ["account_change.read"])),
    params(SchoolPath, PageQuery),
    responses((status = 200, description = "A page of changes, undone ones too", body = AccountChangeListView), SchoolNotFound))]
#[get("/schools/{school}/account-changes")]
pub(super) async fn account_change_list(
    caller: May<ReadAccountChange>,
    path: Path<SchoolPath>,
    Query(query): Query<PageQuery>,
) -> Answer<AccountChangeListView> {
    let found = caller
        .app()
        .account_change_list(caller.caller(), path.school, query.page())
        .await?;
    Ok(Json(query.show(found, |change| change.id)))
}

/// View a change of accounts
///
/// Looking is itself on record.
#[utoipa::path(operation_id = "account_change_view", tag = "accounts", security(("bearer" = ["account_change.read"])),
    params(AccountChangePath),
    responses((status = 200, description = "The change", body = AccountChangeView), AccountChangeNotFound))]
#[get("/schools/{school}/account-changes/{change}")]
pub(super) async fn account_change_view(
    caller: May<ReadAccountChange>,
    path: Path<AccountChangePath>,
) -> Answer<AccountChangeView> {
    let AccountChangePath { school, change } = *path;
    let found = caller.app().account_change_view(caller.caller(), school, change);
    Ok(Json(found.await?.into()))
}

/// Undo a change of accounts
///
/// Every key that the change moved leads where it led before. Once something was built on it (a later change, or a key that
/// came to lead to one of its accounts) it cannot be undone any more: another change mends it. Two accounts that were told
/// apart by this are not joined again by what is delivered.
#[utoipa::path(operation_id = "account_change_undo", tag = "accounts", security(("bearer" = ["account_change.undo"])),
    params(AccountChangePath),
    responses((status = 200, description = "The change", body = AccountChangeView), AccountChangeNotFound, Conflict))]
#[post("/schools/{school}/account-changes/{change}/_undo")]
pub(super) async fn account_change_undo(
    caller: May<UndoAccountChange>,
    path: Path<AccountChangePath>,
) -> Answer<AccountChangeView> {
    let AccountChangePath { school, change } = *path;
    let undone = caller.app().account_change_undo(caller.caller(), school, change);
    Ok(Json(undone.await?.into()))
}

/// Which changes a supplier asks for.
#[derive(Debug, ToSchema)]
pub(super) struct AccountChangeSearch {
    /// Pupils or staff.
    #[schema(value_type = Option<String>, pattern = "^(pupil|staff)$", default = "pupil")]
    kind: PersonKind,
    /// Where the page begins: `next` of the page before.
    #[schema(value_type = Option<String>, example = "AZkKPnwAcACAAAAAAAAAAQ")]
    cursor: Option<AccountChangeId>,
    /// How many changes at most.
    #[schema(value_type = Option<u16>, minimum = 1, maximum = 200, default = 50)]
    limit: u16,
}

impl Input for AccountChangeSearch {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let kind = fields.or("kind", PersonKind::Pupil, text(PersonKind::parse));
        let page = PageQuery::read(fields);
        Some(Self {
            kind: kind?,
            cursor: page?.after(),
            limit: page?.limit(),
        })
    }
}

/// A page of changes of accounts, for the supplier.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountChangesView {
    /// The changes of which all persons are available for the purpose, the oldest first.
    items: Vec<AccountChangeView>,
    /// The cursor of the next page; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "AZkKPnwAcACAAAAAAAAAAQ")]
    next: Option<String>,
    /// The record (logregel) of this release in the ledger of the school.
    #[schema(value_type = Uuid, example = "01990a3e-7c00-7000-8000-000000000014")]
    record_id: RecordId,
}

impl From<AccountChanges> for AccountChangesView {
    fn from(found: AccountChanges) -> Self {
        Self {
            items: found.items.into_iter().map(AccountChangeView::from).collect(),
            next: found.next.map(cursor),
            record_id: found.record,
        }
    }
}

/// Search the changed accounts of a school
///
/// Which accounts became others, as far as all persons of a change are available for the purpose: how things stand, undone
/// changes included. What is stored under `from` belongs to `into` while the change is not undone; after a split it stays
/// with `from`, and `into` begins anew.
#[utoipa::path(operation_id = "account_change_search", tag = "exchange", security(("bearer" = ["account_change.search"])),
    params(SchoolPath,
        ("Purpose-Code" = Option<String>, Header, description = "The purpose of this request", example = "D1"),
    ),
    request_body = AccountChangeSearch,
    responses(
        (status = 200, description = "The changes", body = AccountChangesView),
        BadRequestOrBinding, Refused, SchoolNotFound,
    ))]
#[post("/schools/{school}/account-changes/_search")]
pub(super) async fn account_change_search(
    caller: May<SearchAccountChange>,
    path: Path<SchoolPath>,
    stated: Stated<AccountChangeSearch>,
) -> Answer<AccountChangesView> {
    let search = reassign::AccountChangeSearch {
        wanted: Wanted {
            purpose: stated.purpose,
            ..Wanted::default()
        },
        kind: stated.input.kind,
        after: stated.input.cursor,
        limit: stated.input.limit,
    };
    let found = caller
        .app()
        .account_change_search(caller.caller(), path.school, search)
        .await?;
    Ok(Json(found.into()))
}
