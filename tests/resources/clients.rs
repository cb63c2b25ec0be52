//! Registering and revoking clients.

use serde_json::{Value, json};
use sluis_core::id::ClientId;
use sluis_test_kit::{keys::ClientKeyPair, service::RegisteredClient};

use super::world::{Answer, NOBODY, Who, World, text};

fn client(more: Value) -> (ClientKeyPair, Value) {
    let keys = ClientKeyPair::es256("test");
    let mut body = json!({ "name": "Rekenbaai in productie", "jwks": keys.jwks() });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    (keys, body)
}

impl World {
    async fn register(&self, more: Value) -> Answer {
        self.post(Who::Operator, "/v1/clients", &client(more).1).await
    }
}

#[actix_web::test]
async fn a_registered_client_gets_a_token_until_it_is_revoked() {
    let world = World::start().await;
    let address = "https://rekenbaai.example/login/return";
    let (keys, body) = client(json!({
        "role": "supplier", "supplier": world.supplier, "product": world.product, "redirectUris": [address],
    }));
    let created = world.post(Who::Operator, "/v1/clients", &body).await.created();
    assert_eq!(created["role"], "supplier");
    assert_eq!(
        (&created["supplier"], &created["product"]),
        (&json!(world.supplier), &json!(world.product))
    );
    assert_eq!(created["redirectUris"], json!([address]));
    assert_eq!(
        (created.get("board"), created.get("jwks"), created.get("revokedAt")),
        (None, None, None)
    );

    let id = text(&created["id"]);
    let viewed = world.get(Who::Operator, &format!("/v1/clients/{id}")).await.with(200);
    assert_eq!(viewed, created);
    let registered = RegisteredClient {
        id: ClientId::parse(&id).unwrap(),
        keys,
    };
    let token = world.service.token(&registered, None).await;
    let me = || Answer::of(world.service.get("/v1/me").bearer_auth(&token));
    assert_eq!(me().await.with(200)["client"], created["id"]);

    let revoked = world
        .step(Who::Operator, &format!("/v1/clients/{id}/_revoke"))
        .await
        .with(200);
    assert_eq!(revoked["revokedAt"], world.now());
    me().await.problem(401, "invalid_token");
    let again = world.step(Who::Operator, &format!("/v1/clients/{id}/_revoke")).await;
    again.problem(409, "already_ended");
    let unknown = world
        .step(Who::Operator, &format!("/v1/clients/{NOBODY}/_revoke"))
        .await;
    unknown.problem(404, "client_not_found");
}

#[actix_web::test]
async fn each_role_comes_with_exactly_what_it_acts_for() {
    let world = World::start().await;
    for good in [
        json!({ "role": "operator" }),
        json!({ "role": "board", "board": world.board }),
        json!({ "role": "school", "school": world.school }),
        json!({ "role": "supplier", "supplier": world.supplier, "product": world.product }),
    ] {
        world.register(good).await.created();
    }
    for (wrong, errors) in [
        (json!({ "role": "board" }), vec![("/board", "missing")]),
        (
            json!({ "role": "supplier" }),
            vec![("/product", "missing"), ("/supplier", "missing")],
        ),
        (
            json!({ "role": "distributor", "supplier": world.supplier, "product": world.product }),
            vec![("/role", "role_of_another_kind")],
        ),
        (
            json!({ "role": "operator", "board": world.board, "school": world.school }),
            vec![("/board", "not_for_this_role"), ("/school", "not_for_this_role")],
        ),
        (
            json!({ "role": "school", "product": world.product }),
            vec![("/product", "not_for_this_role"), ("/school", "missing")],
        ),
        (
            json!({ "role": "teacher", "board": "x" }),
            vec![("/board", "invalid_value"), ("/role", "invalid_value")],
        ),
        (
            json!({ "role": "board", "board": world.board.to_uppercase() }),
            vec![("/board", "invalid_value")],
        ),
    ] {
        world.register(wrong).await.assert_errors(&errors);
    }
}

#[actix_web::test]
async fn what_it_acts_for_must_exist() {
    let world = World::start().await;
    for (more, code) in [
        (json!({ "role": "board", "board": NOBODY }), "board_not_found"),
        (json!({ "role": "school", "school": NOBODY }), "school_not_found"),
        (
            json!({ "role": "supplier", "supplier": world.supplier, "product": NOBODY }),
            "product_not_found",
        ),
    ] {
        world.register(more).await.problem(404, code);
    }
    let of_another = json!({ "role": "supplier", "supplier": world.supplier, "product": world.other_product });
    let refused = world.register(of_another).await;
    refused.assert_errors(&[("/product", "product_of_another")]);
}

#[actix_web::test]
async fn keys_and_addresses_are_checked_all_at_once_and_a_private_key_is_not_repeated() {
    let world = World::start().await;
    let mut jwks = ClientKeyPair::es256("test").jwks();
    jwks["keys"][0]["d"] = json!("c2VjcmV0LW9mLWEtY2xpZW50");
    let body = json!({
        "role": "operator", "jwks": jwks,
        "redirectUris": ["http://rekenbaai.example/", "https://rekenbaai.example/", "/return"],
    });
    let refused = world.register(body).await;
    assert!(!refused.body.to_string().contains("c2VjcmV0"));
    refused.assert_errors(&[
        ("/jwks/keys/0/d", "jwk_private"),
        ("/redirectUris/0", "redirect_uri_unusable"),
        ("/redirectUris/2", "redirect_uri_unusable"),
    ]);
    for (more, place, code) in [
        (json!({ "role": "board" }), "/board", "missing"),
        (json!({ "role": "board", "board": NOBODY }), "/board", "not_found"),
        (
            json!({ "role": "distributor", "supplier": world.supplier, "product": world.product }),
            "/role",
            "role_of_another_kind",
        ),
    ] {
        let mut body = json!({ "jwks": { "keys": [] }, "redirectUris": ["/return"] });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let mut expected = [
            (place, code),
            ("/jwks", "jwks_empty"),
            ("/redirectUris/0", "redirect_uri_unusable"),
        ];
        expected.sort_unstable();
        world.register(body).await.assert_errors(&expected);
    }
    for (jwks, pointer, code) in [
        (json!({ "keys": [] }), "/jwks", "jwks_empty"),
        (json!([]), "/jwks", "jwks_malformed"),
        (
            json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] }),
            "/jwks/keys/0/kty",
            "jwk_symmetric",
        ),
    ] {
        let refused = world.register(json!({ "role": "operator", "jwks": jwks })).await;
        assert_eq!(refused.errors()[0], (pointer.to_owned(), code.to_owned()));
    }
}

#[actix_web::test]
async fn so_many_clients_act_for_one_party_and_no_more() {
    let world = World::start().await;
    let body = client(json!({ "role": "school", "school": world.school })).1;
    // The world has registered one.
    let mut last = Value::Null;
    for _ in 1..50 {
        last = world.post(Who::Operator, "/v1/clients", &body).await.created();
    }
    let more = world.post(Who::Operator, "/v1/clients", &body).await;
    more.problem(409, "limit_reached");
    let revoke = format!("/v1/clients/{}/_revoke", text(&last["id"]));
    world.step(Who::Operator, &revoke).await.with(200);
    world.post(Who::Operator, "/v1/clients", &body).await.created();
    world
        .register(json!({ "role": "school", "school": world.other_school }))
        .await
        .created();
}
