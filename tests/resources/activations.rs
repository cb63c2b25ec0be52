//! Switching products on and off.

use serde_json::{Value, json};

use super::world::{NOBODY, Who, World, ids, text};

#[actix_web::test]
async fn a_school_switches_on_the_supplier_accepts_and_the_school_switches_off() {
    let world = World::start().await;
    let path = world.at_school("activations");
    let body = json!({
        "product": world.product, "scope": { "kind": "yearGroups", "members": ["6", "5", "5"] },
        "validUntil": "2027-08-01T00:00:00Z",
    });
    let on = world.post(Who::Board, &path, &body).await.created();
    assert_eq!(on["scope"], json!({ "kind": "yearGroups", "members": ["5", "6"] }));
    assert_eq!(
        (&on["validUntil"], on.get("acceptedBySupplierAt")),
        (&json!("2027-08-01T00:00:00.000Z"), None)
    );
    world.post(Who::School, &path, &body).await.problem(409, "already_done");

    let this = format!("{path}/{}", text(&on["id"]));
    world.service.clock.advance_secs(60);
    let accepted = world.step(Who::Supplier, &format!("{this}/_accept")).await.with(200);
    assert_eq!(accepted["acceptedBySupplierAt"], world.now());
    let again = world.step(Who::Supplier, &format!("{this}/_accept")).await;
    again.problem(409, "already_done");

    let off = world.step(Who::School, &format!("{this}/_end")).await.with(200);
    assert_eq!(off["validUntil"], world.now());
    world
        .step(Who::School, &format!("{this}/_end"))
        .await
        .problem(409, "already_ended");
    let late = world.step(Who::Supplier, &format!("{this}/_accept")).await;
    late.problem(409, "already_ended");
    world.post(Who::School, &path, &body).await.created();
    assert_eq!(ids(&world.get(Who::School, &path).await.with(200)).len(), 2);
}

#[actix_web::test]
async fn a_supplier_sees_its_own_product_and_not_who_is_in_the_scope() {
    let world = World::start().await;
    let path = world.at_school("activations");
    let scope = json!({ "kind": "groupNames", "members": ["Groep 7"] });
    for product in [&world.product, &world.other_product] {
        let body = json!({ "product": product, "scope": scope });
        let created = world.post(Who::School, &path, &body).await.created();
        assert_eq!(created["scope"], scope);
    }
    assert_eq!(ids(&world.get(Who::Board, &path).await.with(200)).len(), 2);
    let seen = world.get(Who::Supplier, &path).await.with(200);
    assert_eq!(ids(&seen).len(), 1);
    assert_eq!(
        (&seen["items"][0]["product"], &seen["items"][0]["scope"]),
        (&json!(world.product), &json!({ "kind": "groupNames" }),)
    );
    let of_another = ids(&world.get(Who::OtherSupplier, &path).await.with(200));
    let accept = format!("{path}/{}/_accept", of_another[0]);
    world
        .step(Who::Supplier, &accept)
        .await
        .problem(404, "activation_not_found");
    let seen = world.step(Who::OtherSupplier, &accept).await.with(200);
    assert_eq!(seen["scope"], json!({ "kind": "groupNames" }));
}

#[actix_web::test]
async fn a_login_may_stand_for_the_roster_of_the_whole_school_only() {
    let world = World::start().await;
    let path = world.at_school("activations");
    let wanted = |scope: Value, from: Value| json!({ "product": world.product, "scope": scope, "enrolmentFrom": from });
    for (scope, from, code) in [
        (
            json!({ "kind": "yearGroups", "members": ["5"] }),
            json!("login"),
            "needs_roster",
        ),
        (
            json!({ "kind": "groupNames", "members": ["Groep 5"] }),
            json!("login"),
            "needs_roster",
        ),
        (json!({ "kind": "school" }), json!("guess"), "invalid_value"),
    ] {
        let answer = world.post(Who::School, &path, &wanted(scope, from)).await;
        answer.assert_errors(&[("/enrolmentFrom", code)]);
    }
    let body = wanted(json!({ "kind": "school" }), json!("login"));
    let made = world.post(Who::School, &path, &body).await.created();
    assert_eq!(
        (&made["scope"], &made["enrolmentFrom"]),
        (&json!({ "kind": "school" }), &json!("login"))
    );
    let seen = world.get(Who::Supplier, &path).await.with(200);
    let seen = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["enrolmentFrom"].as_str().unwrap());
    assert!(seen.collect::<Vec<_>>().contains(&"login"));
}

#[actix_web::test]
async fn a_scope_names_what_the_roster_has() {
    let world = World::start().await;
    let path = world.at_school("activations");
    let groups = |members: Value| json!({ "kind": "groups", "members": members });
    for (scope, errors) in [
        (
            json!({ "kind": "school", "members": ["5"] }),
            vec![("/scope/members", "not_for_this_kind")],
        ),
        (json!({ "kind": "yearGroups" }), vec![("/scope/members", "missing")]),
        (
            json!({ "kind": "yearGroups", "members": [] }),
            vec![("/scope/members", "invalid_length")],
        ),
        (
            json!({ "kind": "yearGroups", "members": ["5", "9", "groep 6"] }),
            vec![
                ("/scope/members/1", "invalid_value"),
                ("/scope/members/2", "invalid_value"),
            ],
        ),
        (
            json!({ "kind": "groupNames", "members": ["123456782"] }),
            vec![("/scope/members/0", "national_number")],
        ),
        (groups(json!([NOBODY])), vec![("/scope/members", "scope_unknown")]),
        (
            groups(json!([NOBODY.to_uppercase()])),
            vec![("/scope/members/0", "invalid_value")],
        ),
        (
            json!({ "kind": "persons", "members": [NOBODY] }),
            vec![("/scope/members", "scope_unknown")],
        ),
        (
            json!({ "kind": "everybody", "members": ["5"] }),
            vec![("/scope/kind", "invalid_value")],
        ),
        (
            json!({ "kind": "school", "year": 5 }),
            vec![("/scope/year", "unknown_field")],
        ),
        (json!("school"), vec![("/scope", "wrong_type")]),
    ] {
        let body = json!({ "product": world.product, "scope": scope });
        world.post(Who::School, &path, &body).await.assert_errors(&errors);
    }
    assert_eq!(
        ids(&world.get(Who::School, &path).await.with(200)),
        Vec::<String>::new()
    );
}

#[actix_web::test]
async fn an_activation_needs_a_product_and_time_to_come() {
    let world = World::start().await;
    let path = world.at_school("activations");
    let scope = json!({ "kind": "school" });
    let of_nobody = json!({ "product": NOBODY, "scope": scope });
    world
        .post(Who::School, &path, &of_nobody)
        .await
        .problem(404, "product_not_found");
    let past = json!({ "product": world.product, "scope": scope, "validUntil": world.now() });
    world
        .post(Who::School, &path, &past)
        .await
        .assert_errors(&[("/validUntil", "moment_past")]);
    let nowhere = json!({ "kind": "groups", "members": [NOBODY] });
    let both = json!({ "product": world.product, "scope": nowhere, "validUntil": world.now() });
    world
        .post(Who::School, &path, &both)
        .await
        .assert_errors(&[("/scope/members", "scope_unknown"), ("/validUntil", "moment_past")]);
    for step in ["_end", "_accept"] {
        world.activation_of_nobody(step).await;
    }
}

impl World {
    async fn activation_of_nobody(&self, step: &str) {
        let who = if step == "_end" { Who::School } else { Who::Supplier };
        let code = if step == "_end" {
            "activation_not_found"
        } else {
            "school_not_found"
        };
        let path = format!("{}/{NOBODY}/{step}", self.at_school("activations"));
        self.step(who, &path).await.problem(404, code);
    }
}
