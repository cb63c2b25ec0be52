//! What is sealed of handovers: on what request, which parts, and what was opted out of.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sluis_core::{
    handover::{Dossier, Part},
    id::{HandoverId, SchoolId},
    personal::Personal,
};
use zeroize::Zeroizing;

use crate::app::{
    handover::{Asked, Handover, OpenHandover},
    sealing::SealingKey,
    store::StoreError,
};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Sealed {
    reference: String,
    parts: BTreeSet<Part>,
    opted_out: BTreeSet<Part>,
}

/// Seals what was asked, for the handover of a school.
pub(in crate::app) fn seal(
    asked: &Asked,
    school: SchoolId,
    id: HandoverId,
    key: &dyn SealingKey,
) -> Result<Vec<u8>, StoreError> {
    let sealed = Sealed {
        reference: asked.reference.expose().clone(),
        parts: asked.dossier.parts().clone(),
        opted_out: asked.dossier.opted_out().clone(),
    };
    let plain = serde_json::to_vec(&sealed).map_err(|_| StoreError::Corrupt("a handover cannot be written"))?;
    key.seal(&place(school, id), &Zeroizing::new(plain))
}

/// Opens what is sealed of a handover.
pub(in crate::app) fn open(kept: Handover, key: &dyn SealingKey) -> Result<OpenHandover, StoreError> {
    let plain = key.open(&place(kept.school, kept.id), &kept.sealed)?;
    let sealed: Sealed = serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("handover"))?;
    Ok(OpenHandover {
        asked: Asked {
            reference: Personal::new(sealed.reference),
            dossier: Dossier::kept(sealed.parts, sealed.opted_out),
        },
        kept,
    })
}

fn place(school: SchoolId, id: HandoverId) -> String {
    format!("handovers/{school}/{id}")
}
