//! Writes that are sent again are not done again (`Idempotency-Key`).
//!
//! A client names its write by a key. The effect of an attempt marks the key as spent in its own write-set; an attempt
//! that is given up is fenced off by the next one, whose number takes its place. So a key has at most one effect,
//! whichever process dies at whichever moment. What was answered is kept, sealed, until the key expires; refusals are
//! not kept: they changed nothing, and a repetition is decided anew.

use serde::{Deserialize, Serialize};
use sluis_core::{id::ClientId, ledger::Digest, random};
use zeroize::Zeroizing;

use crate::app::{
    App,
    caller::{Attempt, Caller},
    error::AppError,
    sealing::KeyScope,
    store::{Change, StoreError, StoredKey},
};

/// How long a key is remembered, in seconds.
const REMEMBERED: i64 = 86_400;

/// An answer that is given again.
#[derive(Serialize, Deserialize)]
pub struct KeptAnswer {
    /// The status.
    pub status: u16,
    /// The address of what was made.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

/// What a key that a client sends stands for.
pub enum Begun {
    /// Something to do: now, by this attempt.
    First(Attempt),
    /// Something that was done and answered.
    Answered(KeptAnswer),
    /// Something that may still be under way.
    UnderWay,
    /// Something that was done or begun, and whose answer is lost.
    Unknown,
    /// Another request.
    OtherRequest,
}

impl App {
    /// Begins what a client names by a key. An attempt that began less than so many seconds ago is waited for.
    ///
    /// # Errors
    /// [`AppError::Unavailable`]: nothing was begun.
    pub async fn once_begin(
        &self,
        client: ClientId,
        key: &str,
        request: &[u8],
        patience_secs: i64,
    ) -> Result<Begun, AppError> {
        let platform = self.sealing.key(KeyScope::Platform).await?;
        let now = self.now();
        let attempt = Attempt {
            client,
            key_hash: platform.hash("idempotency-key", key.as_bytes()),
            number: random::bytes(&*self.random),
        };
        let claimed = StoredKey {
            attempt,
            request_hash: platform.hash("idempotency-request", request),
            started_at: now,
            spent_at: None,
            answer: None,
            expires_at: now.plus_secs(REMEMBERED),
        };
        let request_hash = claimed.request_hash;
        match self.store.apply(vec![Change::KeyClaimed(claimed)], false).await {
            Err(StoreError::Duplicate) => {}
            other => return Ok(other.map(|()| Begun::First(attempt))?),
        }
        let Some(found) = self.store.idempotency_key(client, attempt.key_hash).await? else {
            // It was released a moment ago.
            return Ok(Begun::UnderWay);
        };
        if found.request_hash != request_hash {
            return Ok(Begun::OtherRequest);
        }
        if let Some(sealed) = &found.answer {
            let plain = platform.open(&place(&attempt), sealed)?;
            let answer = serde_json::from_slice(&plain).map_err(|_| StoreError::Corrupt("a kept answer"))?;
            return Ok(Begun::Answered(answer));
        }
        if now < found.started_at.plus_secs(patience_secs) {
            return Ok(Begun::UnderWay);
        }
        if found.spent_at.is_some() {
            return Ok(Begun::Unknown);
        }
        // INVARIANT: the attempt before this one can have no effect any more, since its number is gone.
        let taken = Change::KeyTakenOver(found.attempt, attempt.number, now);
        match self.store.apply(vec![taken], false).await {
            Err(StoreError::Conflict) => Ok(Begun::UnderWay),
            other => Ok(other.map(|()| Begun::First(attempt))?),
        }
    }

    /// Keeps what an attempt was answered.
    ///
    /// # Errors
    /// When it cannot be kept, or the attempt had no effect; the answer is good all the same.
    pub async fn once_answered(&self, attempt: Attempt, answer: &KeptAnswer) -> Result<(), AppError> {
        let plain = serde_json::to_vec(answer).map_err(|_| StoreError::Corrupt("an answer cannot be written"))?;
        let platform = self.sealing.key(KeyScope::Platform).await?;
        let sealed = platform.seal(&place(&attempt), &Zeroizing::new(plain))?;
        Ok(self
            .store
            .apply(vec![Change::KeyAnswered(attempt, sealed)], false)
            .await?)
    }

    /// Gives the key back: after a refusal nothing was changed; after a failure it stays spent if there was an effect.
    ///
    /// # Errors
    /// When that cannot be written; the key is free again once the attempt is not waited for any more.
    pub async fn once_failed(&self, attempt: Attempt, refused: bool) -> Result<(), AppError> {
        let change = if refused {
            Change::KeyDropped(attempt)
        } else {
            Change::KeyReleased(attempt)
        };
        Ok(self.store.apply(vec![change], false).await?)
    }

    /// For work of several write-sets: its beginning counts as its effect.
    ///
    /// # Errors
    /// When another attempt has taken the place of this one, or it cannot be written.
    pub async fn once_spend(&self, caller: &Caller) -> Result<(), AppError> {
        let Some(attempt) = caller.once else { return Ok(()) };
        let spent = Change::KeySpent(attempt, self.now());
        Ok(self.store.apply(vec![spent], false).await?)
    }
}

/// An answer can be opened in its own row only.
fn place(attempt: &Attempt) -> String {
    format!(
        "idempotency_keys/{}/{}",
        attempt.client,
        Digest::from_bytes(attempt.key_hash)
    )
}
