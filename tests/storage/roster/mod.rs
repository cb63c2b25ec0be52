//! A roster changes wholly or not at all, and a run always comes to an end: on both engines.

mod before;
mod delivery;
mod synchronise;
mod world;

use std::time::Duration;

use rstest::rstest;
use sluis::{
    app::{
        agree::ApprovalCreate,
        connection::Run,
        evidence::Places,
        organisation::SLUIS,
        organise::SupplierCreate,
        store::{Page, RosterStore},
    },
    storage::keyring::{KeyPurpose, Scope},
};
use sluis_core::{agreement::SupplierKind, ledger::Owner};
use sluis_test_kit::databases;

use self::{
    delivery::delivery,
    world::{Trip, World, outcome},
};

/// Enough for four pieces.
const MANY: usize = 650;

async fn with_a_roster(database: &databases::TestDatabase) -> World {
    let world = World::with_schools(database, 1).await;
    assert_eq!(outcome(&world.import(delivery(0..MANY, "Fenna")).await).0, "applied");
    // Runs are listed by the moment at which they began.
    world.clock.advance_secs(1);
    world
}

async fn nothing_is_left(world: &World) {
    assert_eq!(world.store.schools_with_leftovers().await.unwrap(), []);
}

#[rstest]
#[case(0)]
#[case(1)]
#[case(3)]
#[tokio::test]
async fn a_piece_that_fails_leaves_the_roster_as_it_was(#[case] piece: usize) {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let before = world.roster().await;
        world.door.set(Some(Trip::FailAt(piece)));
        let run = world.import(delivery(10..MANY + 10, "Jelle")).await;
        assert_eq!(outcome(&run), ("refused", "store_refused".to_owned()));
        assert!(world.roster().await == before, "piece {piece} on {}", database.engine());

        world.door.set(None);
        let run = world.import(delivery(10..MANY + 10, "Jelle")).await;
        let counts = run.end.unwrap().counts;
        assert_eq!(
            (counts.added, counts.changed, counts.removed),
            (10, MANY as u64 - 10, 10)
        );
        let (groups, persons) = world.roster().await;
        assert_eq!((groups, persons.len()), (vec!["Groep van Jelle".to_owned()], MANY));
        assert!(
            before
                .1
                .values()
                .all(|sealed| !persons.values().any(|now| now == sealed))
        );
        nothing_is_left(&world).await;
    }
}

#[tokio::test]
async fn a_last_transaction_that_fails_leaves_the_roster_as_it_was() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let before = world.roster().await;
        *world.evidence.refuses.lock().unwrap() = true;
        let run = world.import(delivery(0..MANY, "Jelle")).await;
        assert_eq!(outcome(&run), ("refused", "store_refused".to_owned()));
        assert!(world.roster().await == before);
        nothing_is_left(&world).await;
    }
}

#[tokio::test]
async fn a_process_that_dies_between_pieces_leaves_the_roster_as_it_was_and_the_next_run_succeeds() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let before = world.roster().await;
        world.door.set(Some(Trip::WaitAt(2)));
        tokio::select! {
            _ = world.import(delivery(0..MANY, "Jelle")) => panic!("it waits"),
            () = world.door.waits.notified() => {}
        }
        world.door.set(None);
        assert!(world.roster().await == before);

        // It counts as alive until its lease ends.
        let brin = world.schools[0].brin;
        let refused = world.app.roster_import(brin, delivery(0..MANY, "Sanne"), false).await;
        assert!(refused.is_err());
        world.clock.advance_secs(61);
        assert_eq!(outcome(&world.import(delivery(0..MANY, "Sanne")).await).0, "applied");
        let (groups, persons) = world.roster().await;
        assert_eq!((groups, persons.len()), (vec!["Groep van Sanne".to_owned()], MANY));
        let interrupted = ("refused", "interrupted".to_owned());
        assert_eq!(world.runs().await[1], interrupted);
        nothing_is_left(&world).await;
    }
}

#[tokio::test]
async fn what_a_dead_run_left_behind_is_tidied_up_and_on_record() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        world.door.set(Some(Trip::WaitAt(1)));
        tokio::select! {
            _ = world.import(delivery(0..MANY, "Jelle")) => panic!("it waits"),
            () = world.door.waits.notified() => {}
        }
        world.door.set(None);
        world.clock.advance_secs(59);
        world.app.runs_tidy().await.unwrap();
        assert_eq!(world.runs().await[0].0, "under way", "its lease has not ended");
        world.clock.advance_secs(1);
        world.app.runs_tidy().await.unwrap();
        assert_eq!(world.runs().await[0], ("refused", "interrupted".to_owned()));
        nothing_is_left(&world).await;
        let records = world
            .app
            .record_list(&world.board, Owner::School(world.school()), &Places::default(), 1_000)
            .await
            .unwrap();
        let reasons = records.iter().flat_map(|logged| &logged.record.draft.reasons);
        assert_eq!(reasons.filter(|reason| reason.as_str() == "interrupted").count(), 1);
    }
}

#[tokio::test]
async fn a_run_that_was_taken_for_dead_writes_nothing_any_more() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let connection = world.connect(world.school()).await;
        let before = world.roster().await;
        world.administration.delivers(delivery(0..MANY, "Jelle"));
        world.administration.is_slow();
        let pull = world.pull(connection);
        world.administration.asked.notified().await;
        world.clock.advance_secs(61);
        world.app.runs_tidy().await.unwrap();
        world.administration.answers.notify_one();
        assert_eq!(outcome(&pull.await.unwrap()), ("refused", "interrupted".to_owned()));
        assert!(world.roster().await == before);
        nothing_is_left(&world).await;
    }
}

#[rstest]
#[case::before_the_first_piece(0)]
#[case::between_pieces(2)]
#[tokio::test]
async fn when_the_school_has_ended_its_connection_nothing_is_written_any_more(#[case] piece: usize) {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let connection = world.connect(world.school()).await;
        let before = world.roster().await;
        world.administration.delivers(delivery(0..MANY, "Jelle"));
        world.door.set(Some(Trip::WaitAt(piece)));
        let pull = world.pull(connection);
        world.door.waits.notified().await;
        let ended = world.app.connection_end(&world.board, world.school(), connection).await;
        ended.unwrap();
        world.door.go_on.notify_one();
        let run = pull.await.unwrap();
        assert_eq!(outcome(&run), ("refused", "connection_ended".to_owned()));
        assert!(world.roster().await == before, "on {}", database.engine());
        nothing_is_left(&world).await;
    }
}

/// A run that has been permitted, and waits between its pieces.
async fn waiting(world: &World) -> tokio::task::JoinHandle<Run> {
    let connection = world.connect(world.school()).await;
    world.administration.delivers(delivery(0..MANY, "Jelle"));
    world.door.set(Some(Trip::WaitAt(2)));
    let pull = world.pull(connection);
    world.door.waits.notified().await;
    pull
}

#[tokio::test]
async fn what_is_withdrawn_while_pieces_are_set_aside_is_not_stored() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let before = world.roster().await;
        let pull = waiting(&world).await;
        let (app, board, school) = (&world.app, &world.board, world.school());
        for activation in app.activation_list(board, school).await.unwrap() {
            app.activation_end(board, school, activation.id).await.unwrap();
        }
        world.door.go_on.notify_one();
        assert_eq!(
            outcome(&pull.await.unwrap()),
            ("refused", "nothing_agreed".to_owned()),
            "on {}",
            database.engine()
        );
        assert!(world.roster().await == before);
        nothing_is_left(&world).await;
    }
}

#[tokio::test]
async fn a_part_that_is_withdrawn_meanwhile_is_not_stored_either() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let before = world.roster().await;
        let (app, board, school) = (&world.app, &world.board, world.school());
        let page = Page { after: None, limit: 10 };
        let agreements = app.agreement_list(board, page).await.unwrap();
        let rekenbaai = agreements.iter().find(|agreement| agreement.product != SLUIS).unwrap();
        let module = ApprovalCreate {
            form: sluis::app::agreement::ApprovalForm::Act,
            agreement: rekenbaai.id,
            module: "berichten".to_owned(),
        };
        let approval = app.approval_create(board, school, module).await.unwrap();
        let pull = waiting(&world).await;
        app.approval_withdraw(board, school, approval.id).await.unwrap();
        world.door.go_on.notify_one();
        let run = pull.await.unwrap();
        assert_eq!(outcome(&run), ("refused", "withdrawn_meanwhile".to_owned()));
        assert!(world.roster().await == before, "on {}", database.engine());
        nothing_is_left(&world).await;
    }
}

#[tokio::test]
async fn a_change_that_takes_nothing_back_does_not_stop_a_run() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let pull = waiting(&world).await;
        let other = SupplierCreate {
            name: "Andere Leermiddelen B.V.".to_owned(),
            kind: SupplierKind::Supplier,
            oin: None,
        };
        let other = world.app.supplier_create(None, other).await.unwrap().id;
        let board = world.schools[0].board;
        let given = world.app.mandate_create(&world.board, board, other, None).await;
        given.unwrap();
        world.door.go_on.notify_one();
        assert_eq!(outcome(&pull.await.unwrap()).0, "applied", "on {}", database.engine());
        assert_eq!(world.roster().await.0, ["Groep van Jelle"]);
        nothing_is_left(&world).await;
    }
}

#[tokio::test]
async fn nothing_is_stored_under_a_key_that_another_replica_has_destroyed() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let before = world.roster().await;
        let replica = database.keyring().await;
        replica
            .destroy(Scope::School(world.school()), KeyPurpose::Seal)
            .await
            .unwrap();
        let run = world.import(delivery(0..MANY, "Jelle")).await;
        assert_eq!(outcome(&run), ("refused", "store_refused".to_owned()));
        assert!(world.roster().await == before);
        nothing_is_left(&world).await;
    }
}

#[tokio::test]
async fn a_pull_that_nobody_waits_for_comes_to_its_end() {
    for database in databases::both().await {
        let world = with_a_roster(&database).await;
        let connection = world.connect(world.school()).await;
        world.administration.delivers(delivery(0..MANY, "Jelle"));
        world.administration.is_slow();
        let pull = world.pull(connection);
        world.administration.asked.notified().await;
        pull.abort();
        let (finished, ()) = tokio::join!(
            tokio::time::timeout(Duration::from_secs(30), world.app.finish()),
            async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                world.administration.answers.notify_one();
            }
        );
        finished.unwrap();
        assert_eq!(world.runs().await[0].0, "applied");
        assert_eq!(world.roster().await.0, ["Groep van Jelle"]);
    }
}
