//! When a school is pulled without being asked: what is due, how many at once, and when no more begin.

use std::{
    future::pending,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use sluis::app::connection::Due;
use sluis_core::time::Clock;
use sluis_test_kit::databases;

use super::{delivery::delivery, world::World};

/// What went well is due again after an hour, what was refused after a minute.
fn due(world: &World) -> Due {
    let now = world.clock.now();
    Due {
        tried: now.plus_secs(-60),
        went_well: now.plus_secs(-3_600),
    }
}

/// A turn without an end; how many runs there are after it, and how the last one came out.
async fn turn(world: &World) -> (usize, &'static str) {
    world.app.synchronise(due(world), || true, pending()).await.unwrap();
    let runs = world.runs().await;
    (runs.len(), runs[0].0)
}

#[tokio::test]
async fn what_was_refused_is_tried_again_sooner_than_what_went_well() {
    for database in databases::both().await {
        let world = World::with_schools(&database, 1).await;
        world.connect(world.school()).await;
        assert_eq!(turn(&world).await, (1, "refused"));
        world.clock.advance_secs(59);
        assert_eq!(turn(&world).await, (1, "refused"));
        world.clock.advance_secs(1);
        world.administration.delivers(delivery(0..3, "Fenna"));
        assert_eq!(turn(&world).await, (2, "applied"));
        world.clock.advance_secs(3_599);
        assert_eq!(turn(&world).await, (2, "applied"));
        world.clock.advance_secs(1);
        assert_eq!(turn(&world).await.0, 3);
    }
}

#[tokio::test]
async fn a_connection_that_may_not_be_called_is_a_refused_run_and_tried_again_later() {
    let database = databases::sqlite().await;
    let world = World::with_schools(&database, 1).await;
    world.connect(world.school()).await;
    world.administration.may_be_called(false);
    assert_eq!(turn(&world).await, (1, "refused"));
    assert_eq!(world.runs().await[0].1, "connection_unusable");
    assert_eq!(
        turn(&world).await,
        (1, "refused"),
        "no sooner than what else was refused"
    );
    world.clock.advance_secs(60);
    world.administration.may_be_called(true);
    world.administration.delivers(delivery(0..3, "Fenna"));
    assert_eq!(turn(&world).await, (2, "applied"));
}

#[tokio::test]
async fn what_another_replica_has_begun_is_not_due() {
    for database in databases::both().await {
        let world = World::with_schools(&database, 1).await;
        let connection = world.connect(world.school()).await;
        world.administration.is_slow();
        let pull = world.pull(connection);
        world.administration.asked.notified().await;
        world.clock.advance_secs(61);
        assert_eq!(turn(&world).await, (1, "under way"));
        world.administration.answers.notify_one();
        pull.await.unwrap();
    }
}

#[tokio::test]
async fn no_pull_begins_after_the_quiet_hours_have() {
    let database = databases::sqlite().await;
    let world = World::with_schools(&database, 5).await;
    for school in &world.schools {
        world.connect(school.id).await;
    }
    let asked = AtomicUsize::new(0);
    let may_begin = || asked.fetch_add(1, Ordering::SeqCst) < 3;
    world.app.synchronise(due(&world), may_begin, pending()).await.unwrap();
    assert_eq!(world.administration.all.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn however_many_ask_so_many_deliveries_are_asked_at_once() {
    let database = databases::sqlite().await;
    let world = World::with_schools(&database, 5).await;
    let system = &world.administration;
    system.is_slow();
    let mut pulls = Vec::new();
    for school in &world.schools {
        let connection = world.connect(school.id).await;
        let (app, board, school) = (world.app.clone(), world.board.clone(), school.id);
        pulls.push(tokio::spawn(async move {
            app.connection_pull(&board, school, connection).await.unwrap()
        }));
    }
    for pull in pulls {
        while !pull.is_finished() {
            system.answers.notify_one();
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(pull.await.unwrap().end.is_some());
    }
    assert_eq!(system.all.load(Ordering::SeqCst), 5);
    assert_eq!(system.most.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn so_many_schools_are_pulled_at_once_and_no_more_begin_after_a_stop() {
    let database = databases::sqlite().await;
    let world = World::with_schools(&database, 5).await;
    for school in &world.schools {
        world.connect(school.id).await;
    }
    world.administration.is_slow();
    let system = &world.administration;
    let stop = tokio::sync::Notify::new();
    let synchronise = world.app.synchronise(due(&world), || true, stop.notified());
    let (synchronised, ()) = tokio::join!(synchronise, async {
        while system.all.load(Ordering::SeqCst) < 2 {
            system.asked.notified().await;
        }
        system.answers.notify_one();
        while system.all.load(Ordering::SeqCst) < 3 {
            system.asked.notified().await;
        }
        stop.notify_one();
        tokio::time::sleep(Duration::from_millis(20)).await;
        for _ in 0..2 {
            system.answers.notify_one();
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    synchronised.unwrap();
    assert_eq!(system.most.load(Ordering::SeqCst), 2);
    assert_eq!(system.all.load(Ordering::SeqCst), 3, "those under way, and no other");
}
