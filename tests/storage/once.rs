//! A key has at most one effect: on both engines, whichever attempt comes late.

use sluis::{
    app::{
        caller::{Attempt, Role},
        client::Client,
        organisation::Board,
        store::{Change, OnceStore, OrganisationStore, Store, StoreError, StoredKey},
    },
    storage::repository::Repository,
};
use sluis_core::{
    id::{BoardId, ClientId, Id},
    random::SystemRandom,
    time::Timestamp,
};
use std::sync::Arc;

use sluis_test_kit::databases;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn client() -> Client {
    Client {
        id: Id::generate(NOW, &SystemRandom),
        name: "operator".to_owned(),
        role: Role::Operator,
        jwks: "{}".to_owned(),
        redirect_uris: Vec::new(),
        created_at: NOW,
        revoked_at: None,
    }
}

fn claimed(client: ClientId, number: u8, now: Timestamp) -> StoredKey {
    StoredKey {
        attempt: attempt(client, number),
        request_hash: [1; 32],
        started_at: now,
        spent_at: None,
        answer: None,
        expires_at: now.plus_secs(60),
    }
}

fn attempt(client: ClientId, number: u8) -> Attempt {
    Attempt {
        client,
        key_hash: [7; 32],
        number: [number; 16],
    }
}

/// A board, and the mark of the attempt that makes it.
fn effect(attempt: Attempt) -> (BoardId, Vec<Change>) {
    let id = Id::generate(NOW, &SystemRandom);
    let board = Board {
        id,
        name: "Het Kompas".to_owned(),
        oin: None,
        created_at: NOW,
    };
    (id, vec![Change::BoardAdded(board), Change::KeySpent(attempt, NOW)])
}

#[tokio::test]
async fn the_effect_of_an_attempt_that_was_given_up_is_refused() {
    for database in databases::both().await {
        let keyring = Arc::new(database.keyring().await);
        let repository = Repository::new(database.database.executor(), keyring);
        let by = client();
        let this = by.id;
        repository.apply(vec![Change::ClientAdded(by)], false).await.unwrap();
        let apply = |changes| repository.apply(changes, false);

        apply(vec![Change::KeyClaimed(claimed(this, 1, NOW))]).await.unwrap();
        let again = apply(vec![Change::KeyClaimed(claimed(this, 2, NOW))]).await;
        assert!(matches!(again, Err(StoreError::Duplicate)), "{again:?}");

        let (first, second) = (attempt(this, 1), attempt(this, 2));
        apply(vec![Change::KeyTakenOver(first, second.number, NOW)])
            .await
            .unwrap();
        let late = apply(vec![Change::KeyTakenOver(first, [3; 16], NOW)]).await;
        assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");

        let (board, changes) = effect(first);
        let late = apply(changes).await;
        assert!(matches!(late, Err(StoreError::Conflict)), "{late:?}");
        assert_eq!(repository.board(board).await.unwrap(), None);

        let early = apply(vec![Change::KeyAnswered(second, b"sealed".to_vec())]).await;
        assert!(
            matches!(early, Err(StoreError::Conflict)),
            "no answer without an effect: {early:?}"
        );
        let (board, changes) = effect(second);
        apply(changes).await.unwrap();
        assert!(repository.board(board).await.unwrap().is_some());
        let twice = apply(effect(second).1).await;
        assert!(matches!(twice, Err(StoreError::Conflict)), "{twice:?}");

        // A failure that is told after the effect does not free the key.
        apply(vec![Change::KeyReleased(second)]).await.unwrap();
        let taken = apply(vec![Change::KeyTakenOver(second, [3; 16], NOW)]).await;
        assert!(matches!(taken, Err(StoreError::Conflict)), "{taken:?}");
        apply(vec![Change::KeyAnswered(second, b"sealed".to_vec())])
            .await
            .unwrap();
        let kept = repository.idempotency_key(this, [7; 32]).await.unwrap().unwrap();
        assert_eq!((kept.answer, kept.spent_at), (Some(b"sealed".to_vec()), Some(NOW)));

        // After its day the key is free.
        let later = NOW.plus_secs(60);
        apply(vec![Change::KeyClaimed(claimed(this, 4, later))]).await.unwrap();
    }
}
