//! What happens to people in a school career, and which account they have afterwards.

use serde_json::json;
use sluis_connector_port::roster::{PupilKey, StaffKey};
use sluis_stand_ins::administration::pupil;

use crate::{
    account_changes::about_accounts,
    rosters::{FIRST, SECOND, account, another_eck_id, listed, logged_in, pupil_of, resolve, snapshot, two_schools},
    world::{INSIDE, TEACHER},
};

#[actix_web::test]
async fn a_pupil_with_two_enrolments_has_one_account_and_leaving_one_school_does_not_end_it() {
    let (world, second) = two_schools().await;
    let eck_id = pupil(INSIDE).eck_id;
    let before = account(&world, world.school, &eck_id).await;
    // The other school has its own keys for everybody.
    let mut there = snapshot(SECOND);
    pupil_of(&mut there, INSIDE).key = PupilKey::parse("elsewhere-31").unwrap().into();
    world.import(there).await;
    assert_eq!(account(&world, second, &eck_id).await, before);
    assert_eq!(
        listed(&world, second).await.len(),
        60,
        "nobody of the second school shares an account"
    );
    for school in [world.school, second] {
        assert_eq!(logged_in(&world, &INSIDE.to_string(), school).await, before);
    }
    let mut left = snapshot(FIRST);
    left.pupils.remove(usize::try_from(INSIDE).unwrap() - 1);
    world.import(left).await;
    let refused = resolve(&world, world.school, &eck_id).await.refusal();
    assert_eq!(refused, ["person_not_available"]);
    assert_eq!(account(&world, second, &eck_id).await, before);
}

#[actix_web::test]
async fn a_pupil_who_moves_to_another_school_takes_the_account_along() {
    let (world, second) = two_schools().await;
    let eck_id = pupil(INSIDE).eck_id;
    let before = account(&world, world.school, &eck_id).await;
    let place = usize::try_from(INSIDE).unwrap() - 1;
    let mut left = snapshot(FIRST);
    let moved = left.pupils.remove(place);
    world.import(left).await;
    resolve(&world, world.school, &eck_id).await.refusal();
    let mut there = snapshot(SECOND);
    there.pupils = vec![moved];
    world.import(there).await;
    assert_eq!(account(&world, second, &eck_id).await, before);
    assert_eq!(logged_in(&world, &INSIDE.to_string(), second).await, before);
}

#[actix_web::test]
async fn a_pupil_whose_number_is_replaced_keeps_the_account() {
    let (world, _) = two_schools().await;
    let eck_id = pupil(INSIDE).eck_id;
    let before = account(&world, world.school, &eck_id).await;
    // With another number (PGN) the administration makes another key; the ECK iD stays.
    let mut replaced = snapshot(FIRST);
    pupil_of(&mut replaced, INSIDE).key = PupilKey::parse("replaced-31").unwrap().into();
    world.import(replaced).await;
    assert_eq!(account(&world, world.school, &eck_id).await, before);
    // Nobody gets the account by the key that is free now.
    let mut taken = snapshot(FIRST);
    let old = pupil_of(&mut taken, INSIDE).key.clone();
    pupil_of(&mut taken, INSIDE).key = PupilKey::parse("replaced-31").unwrap().into();
    let newcomer = another_eck_id();
    let mut new = pupil_of(&mut taken, INSIDE).clone();
    (new.key, new.eck_id) = (old, newcomer.clone().into());
    taken.pupils.push(new);
    world.import(taken).await;
    assert_ne!(account(&world, world.school, newcomer.expose()).await, before);
    assert_eq!(account(&world, world.school, &eck_id).await, before);
}

#[actix_web::test]
async fn another_sector_is_another_account_until_the_school_says_who_it_is() {
    let (world, _) = two_schools().await;
    let old_eck_id = pupil(INSIDE).eck_id;
    let before = account(&world, world.school, &old_eck_id).await;
    let new_eck_id = another_eck_id();
    let mut after = snapshot(FIRST);
    pupil_of(&mut after, INSIDE).eck_id = new_eck_id.clone().into();
    world.import(after).await;
    let anew = account(&world, world.school, new_eck_id.expose()).await;
    assert_ne!(anew, before, "no key tells that it is the same person");
    world.service.clock.advance_secs(60);
    let token = world.service.token(&world.school_client, None).await;
    let merge = json!({ "supplier": world.supplier.supplier, "from": anew, "into": before, "samePerson": true });
    world
        .post(&world.of_school("accounts/_merge"), &token, merge)
        .await
        .ok();
    assert_eq!(account(&world, world.school, new_eck_id.expose()).await, before);
    let events = world.service.token(&world.supplier.client, None).await;
    let events = world.get("/v1/events", &events).await.ok();
    assert_eq!(about_accounts(&events).len(), 1, "the supplier learns of it: {events}");
}

#[actix_web::test]
async fn staff_of_two_schools_have_an_account_at_each_and_say_at_which_they_are() {
    let (world, second) = two_schools().await;
    let at_first = logged_in(&world, TEACHER, world.school).await;
    let mut there = snapshot(SECOND);
    there.staff.truncate(1);
    there.staff[0].key = StaffKey::parse("elsewhere-1").unwrap().into();
    world.import(there).await;
    let at_second = logged_in(&world, TEACHER, second).await;
    assert_ne!(at_first, at_second);
    assert_eq!(logged_in(&world, TEACHER, world.school).await, at_first, "it stays");
    // Without a choice nobody guesses.
    let (status, page) = world.log_in(&world.supplier, TEACHER).await.page();
    assert_eq!(status, 403);
    assert!(page.contains("school_ambiguous"), "{page}");
    // Leaving one school touches the other account nowhere.
    let mut left = snapshot(FIRST);
    left.staff.remove(0);
    world.import(left).await;
    assert_eq!(logged_in(&world, TEACHER, second).await, at_second);
}
