//! By what the roster knew persons before.

use std::collections::BTreeSet;

use sluis::app::store::RosterStore;
use sluis_connector_port::roster::{Field, Snapshot};
use sluis_core::{
    identifier::EckIdRules,
    time::{Timestamp, Year},
};
use sluis_test_kit::databases;

use super::{
    delivery::delivery,
    world::{World, outcome},
};

/// Twenty pupils, of whom the last has an ECK iD; the first has this one, or none.
fn pupils(eck_id: Option<&str>) -> Snapshot {
    let mut delivery = delivery(0..20, "Fenna");
    for (place, eck_id) in [(0, eck_id), (19, Some("0f"))] {
        let text = eck_id.map(|twice| format!("https://ketenid.nl/201703/{}", twice.repeat(64)));
        let eck_id = text.map(|text| EckIdRules::default().parse(&text).unwrap());
        delivery.pupils[place].eck_id = eck_id.map_or(Field::Empty, Field::from);
    }
    delivery
}

#[tokio::test]
async fn an_eck_id_that_comes_and_goes_is_noted_once_with_the_last_year() {
    for database in databases::both().await {
        let world = World::with_schools(&database, 1).await;
        let persons = async || world.store.roster(world.school()).await.unwrap().persons;
        world.import(pupils(None)).await;
        let nameless: BTreeSet<_> = persons()
            .await
            .into_iter()
            .filter(|person| person.eck_hash.is_none())
            .map(|person| person.id)
            .collect();
        world.import(pupils(Some("5e"))).await;
        let mut all = persons().await.into_iter();
        let person = all
            .find(|person| person.eck_hash.is_some() && nameless.contains(&person.id))
            .unwrap();
        let known = async || {
            let known = world.store.persons_before_by_key(world.school(), person.key_hash);
            let known = known.await.unwrap().into_iter();
            known.map(|before| (before.id, before.eck_hash)).collect::<Vec<_>>()
        };
        for moment in ["2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z", "2028-01-02T00:00:00Z"] {
            world.clock.set(Timestamp::parse(moment).unwrap());
            for delivered in [pupils(None), pupils(Some("5e"))] {
                world.clock.advance_secs(1);
                assert_eq!(outcome(&world.import(delivered).await).0, "applied");
            }
            assert_eq!(
                known().await,
                [(person.id, person.eck_hash)],
                "on {}",
                database.engine()
            );
        }
        let forget = async |moment: &str| {
            let year = Year::of(Timestamp::parse(moment).unwrap());
            while world.store.persons_before_forget(year).await.unwrap() {}
            known().await.len()
        };
        assert_eq!(forget("2027-06-01T00:00:00Z").await, 1);
        assert_eq!(forget("2028-06-01T00:00:00Z").await, 0);

        world.import(delivery(1..20, "Fenna")).await;
        world.import(pupils(None)).await;
        world.import(delivery(1..20, "Fenna")).await;
        assert!(known().await.contains(&(person.id, person.eck_hash)));
        assert!(known().await.iter().any(|(_, eck_hash)| eck_hash.is_none()));
    }
}
