//! What a supplier hears of changed accounts, and what the school finds of who looked at them.

use serde_json::{Value, json};
use sluis_stand_ins::administration::{Behaviour, pupil};

use crate::{
    account_changes::{account, by_school, end, events, later, merge, told, undo, world},
    world::World,
};

async fn restrict(world: &World, number: u32) -> Value {
    let body = json!({ "ground": "restriction", "sourceKey": pupil(number).key });
    by_school(world, "restrictions", body).await.ok()
}

#[actix_web::test]
async fn a_supplier_hears_of_accounts_of_whom_is_not_available_when_they_are_again() {
    let (world, token) = world(Behaviour::Normal).await;
    let [kept, gone] = [account(&world, &token, 1).await, account(&world, &token, 2).await];
    let bystander = restrict(&world, 3).await;
    let [first, second] = [restrict(&world, 1).await, restrict(&world, 2).await];
    let change = merge(&world, &gone, &kept, true).await.ok();
    later(&world);
    let undone = undo(&world, &change).await.ok();
    assert_eq!(
        (events(&world, 0).await, told(&world, &token).await),
        (vec![], json!([]))
    );
    end(&world, vec![bystander, first]).await;
    let heard = (events(&world, 0).await, told(&world, &token).await);
    assert_eq!(heard, (vec![], json!([])), "it would tell of the other one");
    end(&world, vec![second]).await;
    let heard = events(&world, 0).await;
    assert_eq!(heard.len(), 1);
    let (kind, resource) = (&heard[0]["kind"], &heard[0]["resource"]);
    assert_eq!((kind, resource), (&json!("accounts_changed"), &json!(world.school)));
    assert_eq!(told(&world, &token).await, json!([undone]));
}

#[actix_web::test]
async fn whose_accounts_are_looked_at_find_the_look() {
    let (world, token) = world(Behaviour::Normal).await;
    let [kept, gone] = [account(&world, &token, 1).await, account(&world, &token, 2).await];
    let change = merge(&world, &gone, &kept, true).await.ok();
    let school = world.service.token(&world.school_client, None).await;
    let one = format!("account-changes/{}", change["id"].as_str().unwrap());
    for path in ["account-changes", &one] {
        world.get(&world.of_school(path), &school).await.ok();
    }
    for (number, looks) in [(1, true), (2, true), (3, false)] {
        let body = json!({ "sourceKey": pupil(number).key, "limit": 200 });
        let found = by_school(&world, "records/_search", body).await.ok();
        let found = found["items"].as_array().unwrap();
        for name in ["account_change.list", "account_change.view"] {
            let is_found = found.iter().any(|item| item["name"] == name);
            assert_eq!(is_found, looks, "{name} of {number}");
        }
    }
}

#[actix_web::test]
async fn a_supplier_hears_nothing_of_accounts_of_one_available_and_one_not() {
    let (world, token) = world(Behaviour::Normal).await;
    let [kept, gone] = [account(&world, &token, 1).await, account(&world, &token, 2).await];
    let restricted = restrict(&world, 2).await;
    merge(&world, &gone, &kept, true).await.ok();
    assert_eq!(
        (events(&world, 0).await, told(&world, &token).await),
        (vec![], json!([]))
    );
    end(&world, vec![restricted]).await;
    assert_eq!(events(&world, 0).await.len(), 1);
}
