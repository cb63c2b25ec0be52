//! What a login keeps goes when it has served or expired: on both engines.

use std::sync::Arc;

use sluis::{
    app::{
        caller::Role,
        client::Client,
        organisation::{Board, School},
        sealing::{KeyScope, Sealing},
        store::{Change, LoginStore, Store, StoreError, StoredCode, StoredLogin},
    },
    storage::repository::Repository,
};
use sluis_core::{
    id::{ClientId, Id, SchoolId},
    identifier::Brin6,
    random::SystemRandom,
    time::Timestamp,
};
use sluis_test_kit::databases;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A client and a school, since logins and codes are of one.
fn parties() -> (ClientId, SchoolId, Vec<Change>) {
    let client = Client {
        id: Id::generate(NOW, &SystemRandom),
        name: "supplier".to_owned(),
        role: Role::Operator,
        jwks: "{}".to_owned(),
        redirect_uris: Vec::new(),
        created_at: NOW,
        revoked_at: None,
    };
    let board = Board {
        id: Id::generate(NOW, &SystemRandom),
        name: "Stichting De Vuurtoren".to_owned(),
        oin: None,
        created_at: NOW,
    };
    let school = School {
        id: Id::generate(NOW, &SystemRandom),
        board: board.id,
        name: "De Baken".to_owned(),
        brin: Brin6::parse("99ZZ00").unwrap(),
        oin: None,
        rio: None,
        digi_delivery_id: None,
        created_at: NOW,
    };
    let ids = (client.id, school.id);
    let changes = vec![
        Change::ClientAdded(client),
        Change::BoardAdded(board),
        Change::SchoolAdded(school),
    ];
    (ids.0, ids.1, changes)
}

fn login(number: u8, client: ClientId, sealed: &[u8]) -> StoredLogin {
    StoredLogin {
        id: Id::generate(NOW, &SystemRandom),
        state_hash: [number; 32],
        client,
        sealed: sealed.to_vec(),
        expires_at: NOW.plus_secs(900),
    }
}

#[tokio::test]
async fn a_code_keeps_nothing_after_its_use_and_is_forgotten_when_it_expires() {
    for database in databases::both().await {
        let keyring = Arc::new(database.keyring().await);
        let key = keyring.key(KeyScope::Platform).await.unwrap();
        let sealed = key.seal("codes", b"who it is about").unwrap();
        let repository = Repository::new(database.database.executor(), keyring);
        let apply = |changes| repository.apply(changes, false);
        let (client, school, changes) = parties();
        apply(changes).await.unwrap();

        let (waiting, ending) = (login(1, client, &sealed), login(2, client, &sealed));
        let code = StoredCode {
            code_hash: [3; 32],
            client,
            school,
            sealed: sealed.clone(),
            expires_at: NOW.plus_secs(60),
            used_at: None,
        };
        let changes = vec![
            Change::LoginStarted(waiting.clone()),
            Change::LoginStarted(ending.clone()),
            Change::LoginCompleted(ending.id, code.clone()),
        ];
        apply(changes).await.unwrap();
        assert_eq!(repository.code([3; 32]).await.unwrap(), Some(code.clone()));

        apply(vec![Change::CodeUsed([3; 32], NOW)]).await.unwrap();
        let used = repository.code([3; 32]).await.unwrap().unwrap();
        assert_eq!(
            (used.used_at, used.sealed),
            (Some(NOW), Vec::new()),
            "{}",
            database.engine()
        );
        let again = apply(vec![Change::CodeUsed([3; 32], NOW)]).await;
        assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");

        apply(vec![Change::LoginsExpired(NOW.plus_secs(59))]).await.unwrap();
        assert!(repository.code([3; 32]).await.unwrap().is_some());
        apply(vec![Change::LoginsExpired(NOW.plus_secs(60))]).await.unwrap();
        assert_eq!(repository.code([3; 32]).await.unwrap(), None);
        assert_eq!(repository.login([1; 32]).await.unwrap(), Some(waiting));
        apply(vec![Change::LoginsExpired(NOW.plus_secs(900))]).await.unwrap();
        assert_eq!(repository.login([1; 32]).await.unwrap(), None);
    }
}
