//! Who reaches the endpoints of OpenID: every one asked by every party, pinned as a matrix beside that of the API
//! (`tests/resources/reach.rs`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use sluis::app::caller::Role;
use sluis_core::id::ClientId;
use sluis_test_kit::service::RegisteredClient;

use crate::{
    browser::{Ended, VERIFIER, authorization_request, location},
    world::{BACK, INSIDE, World, school_elsewhere},
};

/// A client of each party, all with an address to return to, in the order of the columns.
async fn parties(world: &World) -> Vec<RegisteredClient> {
    let service = &world.service;
    let elsewhere = school_elsewhere(service).await;
    let other_supplier = world.another_supplier().await;
    let distributor = world.distributor().await;
    let own = world.supplier.role();
    let roles = [
        Role::Operator,
        Role::Board(world.board),
        Role::Board(elsewhere.board),
        Role::School(world.school),
        Role::School(elsewhere.school),
        own,
        other_supplier.role(),
        distributor.role(),
    ];
    let mut clients = Vec::new();
    for role in roles {
        clients.push(service.register(role, &[BACK]).await);
    }
    clients
}

/// Asks a token: `x` when there is one, `.` when the client may never ask it so, `?` when what it shows is not its own.
async fn token(world: &World, client: &RegisteredClient, form: &[(&str, &str)]) -> char {
    let response = world.service.ask_token(client, form).await;
    let status = response.status().as_u16();
    let body: Value = response.json().await.unwrap();
    match (status, body["error"].as_str()) {
        (200, None) => 'x',
        (400, Some("unauthorized_client")) => '.',
        (400, Some("invalid_grant")) => '?',
        other => panic!("{other:?}: {body}"),
    }
}

async fn bound(world: &World, client: &RegisteredClient, details: Value) -> char {
    let details = json!([details]).to_string();
    let form = [
        ("grant_type", "client_credentials"),
        ("authorization_details", &details),
    ];
    token(world, client, &form).await
}

/// Sends a browser to begin a login: `x` when it goes on to Kennisnet, `.` when the client is told that it may not.
async fn begin(world: &World, client: ClientId) -> char {
    let answer = world.browse(&authorization_request(client, &[])).await;
    if answer.status() == 303 {
        let address = location(&answer);
        if address.as_str().starts_with(world.kennisnet.issuer()) {
            return 'x';
        }
        let told: BTreeMap<_, _> = address.query_pairs().into_owned().collect();
        assert_eq!(told["error"], "unauthorized_client");
        return '.';
    }
    panic!("{answer:?}");
}

/// Exchanges the code of a login at the supplier.
async fn exchange(world: &World, client: &RegisteredClient) -> char {
    let code = world.log_in(&world.supplier, &INSIDE.to_string()).await.code();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    token(world, client, &form).await
}

#[rustfmt::skip]
const MATRIX: &[(&str, &str, &str)] = &[
    //                                              operator
    //                                               board
    //                                                other board
    //                                                 school
    //                                                  other school
    //                                                   supplier, by another client
    //                                                    other supplier
    //                                                     distributor
    ("POST /oidc/token", "for itself",              "xxxxxxxx"),
    // What a token is bound to narrows it and opens nothing: `tests/resources/reach.rs` has what it reaches.
    ("POST /oidc/token", "bound to the school",     "xxxxxxxx"),
    ("POST /oidc/token", "bound to a purpose",      "xxxxxxxx"),
    ("POST /oidc/token", "code of the supplier",    "????????"),
    ("GET /oidc/authorize", "",                     ".....xxx"),
];

/// What needs no client.
const OPEN_TO_ALL: [&str; 1] = ["GET /oidc/jwks"];

#[actix_web::test]
async fn each_party_reaches_its_own_and_nothing_else() {
    let world = World::start().await;
    let clients = parties(&world).await;
    let at_school = json!({ "type": "sluis", "school": world.school });
    let for_purpose = json!({ "type": "sluis", "school": world.school, "purpose": "D1" });
    for (operation, what, expected) in MATRIX {
        let mut row = String::new();
        for client in &clients {
            row.push(match *what {
                "for itself" => token(&world, client, &[("grant_type", "client_credentials")]).await,
                "bound to the school" => bound(&world, client, at_school.clone()).await,
                "bound to a purpose" => bound(&world, client, for_purpose.clone()).await,
                "code of the supplier" => exchange(&world, client).await,
                _ => begin(&world, client.id).await,
            });
        }
        assert_eq!(row, *expected, "{operation} {what}");
    }
    assert_eq!(exchange(&world, &world.supplier.client).await, 'x', "whose code it is");
}

/// Metadata and keys are public; the way back belongs to the browser that began.
#[actix_web::test]
async fn what_needs_no_client_is_told_to_all_and_a_login_goes_on_in_its_own_browser() {
    let world = World::start().await;
    let open = OPEN_TO_ALL.map(|operation| operation.trim_start_matches("GET "));
    for path in ["/.well-known/openid-configuration"].into_iter().chain(open) {
        let answer = world.service.get(path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    let back = world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    let own = world.cookies.replace(Vec::new());
    let Ended::OnPage(status, _) = world.come_back(&back).await else {
        panic!("another browser went on with the login");
    };
    assert_eq!(status, 403);
    world.cookies.replace(own);
    world.come_back(&back).await.code();
}

/// An endpoint of the metadata that is not in this file, or is not there any more, fails here.
#[actix_web::test]
async fn the_matrix_has_every_endpoint() {
    let world = World::bare().await;
    let metadata = world.service.get("/.well-known/openid-configuration").send().await;
    let metadata: Value = metadata.unwrap().json().await.unwrap();
    let issuer = metadata["issuer"].as_str().unwrap();
    let fields = metadata.as_object().unwrap().iter();
    let endpoints = fields.filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri");
    let paths: BTreeSet<_> = endpoints
        .map(|(_, address)| address.as_str().unwrap().strip_prefix(issuer).unwrap())
        .collect();
    let operations = MATRIX.iter().map(|(operation, ..)| *operation).chain(OPEN_TO_ALL);
    let told: BTreeSet<_> = operations
        .map(|operation| operation.split(' ').nth(1).unwrap())
        .collect();
    assert_eq!(told, paths);
}
