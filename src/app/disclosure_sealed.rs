//! What is sealed of disclosures: the law, the request, and what is disclosed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sluis_core::{
    catalogue::Attribute,
    id::{DisclosureId, SchoolId},
    person::Law,
    personal::Personal,
};
use zeroize::Zeroizing;

use crate::app::{
    disclosure::{Disclosure, Ground, OpenDisclosure},
    sealing::SealingKey,
    store::StoreError,
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sealed {
    law: String,
    reference: String,
    not_informed: Option<String>,
    attributes: BTreeSet<Attribute>,
}

/// Seals the ground of a disclosure of a school.
pub(in crate::app) fn seal(
    ground: &Ground,
    school: SchoolId,
    id: DisclosureId,
    key: &dyn SealingKey,
) -> Result<Vec<u8>, StoreError> {
    let sealed = Sealed {
        law: ground.law.as_str().to_owned(),
        reference: ground.reference.expose().clone(),
        not_informed: ground.not_informed.as_ref().map(|reason| reason.expose().clone()),
        attributes: ground.attributes.iter().collect(),
    };
    let plain = serde_json::to_vec(&sealed).map_err(|_| StoreError::Corrupt("a disclosure cannot be written"))?;
    key.seal(&place(school, id), &Zeroizing::new(plain))
}

/// Opens what is sealed of a disclosure.
pub(in crate::app) fn open(kept: Disclosure, key: &dyn SealingKey) -> Result<OpenDisclosure, StoreError> {
    let plain = key.open(&place(kept.school, kept.id), &kept.sealed)?;
    let corrupt = || StoreError::Corrupt("disclosure");
    let sealed: Sealed = serde_json::from_slice(&plain).map_err(|_| corrupt())?;
    Ok(OpenDisclosure {
        ground: Ground {
            law: Law::parse(&sealed.law).map_err(|_| corrupt())?,
            reference: Personal::new(sealed.reference),
            not_informed: sealed.not_informed.map(Personal::new),
            attributes: sealed.attributes.into_iter().collect(),
        },
        kept,
    })
}

fn place(school: SchoolId, id: DisclosureId) -> String {
    format!("disclosures/{school}/{id}")
}
