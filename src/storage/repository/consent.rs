//! Consents.

use super::parsed;
use crate::{
    app::consent::{Consent, EvidenceKind},
    storage::{Expect, Row, Statement, StorageError, WriteSet, keyring::guard_keys_of, params},
};
use sluis_core::{
    agreement::AnnexHash,
    catalogue::Purpose,
    id::{PersonId, ProductId, SchoolId},
    person::ConsentGiver,
    time::{Timestamp, Window},
};

const CONSENT_ADD: Statement = Statement {
    name: "consent_add",
    sql: "INSERT INTO consents \
          (id, school, person, product, purpose, annex_hash, given_by, evidence, reference_sealed, valid_from, valid_until) \
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
};
const CONSENT_WITHDRAWN_SINCE: Statement = Statement {
    name: "consent_withdrawn_since",
    sql: "SELECT id FROM consents WHERE school = $1 AND person = $2 AND product = $3 AND purpose = $4 \
          AND withdrawn_by IS NOT NULL AND valid_until >= $5",
};
const CONSENT_WITHDRAW: Statement = Statement {
    name: "consent_withdraw",
    sql: "UPDATE consents SET valid_until = $5, withdrawn_by = $6 \
          WHERE school = $1 AND person = $2 AND product = $3 AND purpose = $4 \
          AND (valid_until IS NULL OR valid_until > $5)",
};
pub(super) const CONSENTS: Statement = Statement {
    name: "consents",
    sql: "SELECT id, school, person, product, purpose, annex_hash, given_by, evidence, reference_sealed, valid_from, \
          valid_until, withdrawn_by FROM consents WHERE school = $1 ORDER BY id",
};

/// The statements of this room.
pub(crate) const ALL: &[&Statement] = &[&CONSENT_ADD, &CONSENT_WITHDRAWN_SINCE, &CONSENT_WITHDRAW, &CONSENTS];

/// Nobody has withdrawn it meanwhile: a withdrawal wins over what was given before it, whenever that is entered.
pub(super) fn add(set: &mut WriteSet, new: &Consent) {
    guard_keys_of(set, [new.reference_sealed.as_slice()]);
    let since = params![new.school, new.person, new.product, new.purpose.code(), new.window.from];
    set.push(&CONSENT_WITHDRAWN_SINCE, since, Expect::Exactly(0));
    let values = params![
        new.id,
        new.school,
        new.person,
        new.product,
        new.purpose.code(),
        *new.annex.as_bytes(),
        new.given_by.as_str(),
        new.evidence.as_str(),
        new.reference_sealed.clone(),
        new.window.from,
        new.window.until,
    ];
    set.one(&CONSENT_ADD, values);
}

/// What is withdrawn: every consent of a person for a product and a purpose.
pub(super) struct Withdrawal {
    pub(super) school: SchoolId,
    pub(super) person: PersonId,
    pub(super) product: ProductId,
    pub(super) purpose: Purpose,
    pub(super) by: ConsentGiver,
    pub(super) at: Timestamp,
}

pub(super) fn withdraw(set: &mut WriteSet, withdrawal: &Withdrawal) {
    let values = params![
        withdrawal.school,
        withdrawal.person,
        withdrawal.product,
        withdrawal.purpose.code(),
        withdrawal.at,
        withdrawal.by.as_str(),
    ];
    set.push(&CONSENT_WITHDRAW, values, Expect::AtLeast(1));
}

pub(super) fn consent(row: &Row) -> Result<Consent, StorageError> {
    let (purpose, given_by, evidence): (String, String, String) = (row.get(4)?, row.get(6)?, row.get(7)?);
    let withdrawn_by: Option<String> = row.get(11)?;
    let withdrawn_by = withdrawn_by.map(|by| parsed("withdrawn_by", ConsentGiver::parse(&by).ok()));
    Ok(Consent {
        id: row.get(0)?,
        school: row.get(1)?,
        person: row.get(2)?,
        product: row.get(3)?,
        purpose: parsed("purpose", Purpose::parse(&purpose).ok())?,
        annex: AnnexHash::from_bytes(row.get(5)?),
        given_by: parsed("given_by", ConsentGiver::parse(&given_by).ok())?,
        evidence: parsed("evidence", EvidenceKind::parse(&evidence).ok())?,
        reference_sealed: row.get(8)?,
        window: Window {
            from: row.get(9)?,
            until: row.get(10)?,
        },
        withdrawn_by: withdrawn_by.transpose()?,
    })
}
