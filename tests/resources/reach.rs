//! Who reaches what: every operation asked by every party, pinned as a matrix.

use reqwest::Method;
use serde_json::{Value, json};

use super::world::{Answer, NOBODY, Who, World, text};

/// `x` reached, `.` the role may never, `?` it looks as if the thing does not exist.
fn sign(answer: &Answer) -> char {
    match (answer.status, answer.body["code"].as_str()) {
        (403, Some("role_not_permitted")) => '.',
        (404, Some("not_found")) | (401 | 403 | 405 | 500.., _) => panic!("{answer:?}"),
        (404, _) => '?',
        _ => 'x',
    }
}

#[actix_web::test]
async fn each_party_reaches_its_own_and_nothing_else() {
    let world = World::start().await;
    let agreement = text(&world.agreement().await["id"]);
    let approval = json!({ "agreement": agreement, "module": "berichten" });
    let approval = world
        .post(Who::School, &world.at_school("approvals"), &approval)
        .await
        .created();
    let mandate = json!({ "supplier": world.supplier });
    let mandate = world
        .post(Who::Board, &world.at_board("mandates"), &mandate)
        .await
        .created();
    let activation = world.activation().await;
    let fill = |path: &str| {
        path.replace("{board}", &world.board)
            .replace("{school}", &world.school)
            .replace("{supplier}", &world.supplier)
            .replace("{product}", &world.product)
            .replace("{agreement}", &agreement)
            .replace("{approval}", &text(&approval["id"]))
            .replace("{mandate}", &text(&mandate["id"]))
            .replace("{activation}", &text(&activation["id"]))
            .replace("{client}", NOBODY)
    };
    // Bodies are such that nothing changes when they are reached; the steps that do change something come last.
    let signature = json!({ "annexHash": "0".repeat(64) });
    let approving = json!({ "agreement": agreement, "module": "oefenen" });
    let mandating = json!({ "supplier": world.supplier });
    let switching = json!({ "product": world.product, "scope": { "kind": "school" } });
    let nothing = json!({});
    #[rustfmt::skip]
    let matrix: &[(&str, &str, &Value, &str)] = &[
        //                                                                operator
        //                                                                 board
        //                                                                  other board
        //                                                                   school
        //                                                                    other school
        //                                                                     supplier
        //                                                                      other supplier
        //                                                                       distributor
        ("GET", "/me", &nothing,                                          "xxxxxxxx"),
        ("GET", "/boards", &nothing,                                      "xxxxxxxx"),
        ("GET", "/boards/{board}", &nothing,                              "xxxxxxxx"),
        ("POST", "/boards", &nothing,                                     "x......."),
        ("GET", "/schools", &nothing,                                     "xxxxxxxx"),
        ("GET", "/schools/{school}", &nothing,                            "xx?x?x??"),
        ("POST", "/schools", &nothing,                                    "x......."),
        ("GET", "/suppliers", &nothing,                                   "xxxxxxxx"),
        ("GET", "/suppliers/{supplier}", &nothing,                        "xxxxxxxx"),
        ("POST", "/suppliers", &nothing,                                  "x......."),
        ("GET", "/products", &nothing,                                    "xxxxxxxx"),
        ("GET", "/products/{product}", &nothing,                          "xxxxxxxx"),
        ("POST", "/products", &nothing,                                   "x......."),
        ("POST", "/clients", &nothing,                                    "x......."),
        ("POST", "/clients/{client}/_revoke", &nothing,                   "?......."),
        ("GET", "/agreements", &nothing,                                  ".xxxxxxx"),
        ("GET", "/agreements/{agreement}", &nothing,                      ".x?x?x??"),
        ("POST", "/agreements", &nothing,                                 ".....xxx"),
        ("POST", "/agreements/{agreement}/_accept", &signature,           ".x?....."),
        ("GET", "/schools/{school}/approvals", &nothing,                  ".x?x?..."),
        ("POST", "/schools/{school}/approvals", &approving,               ".x?x?..."),
        ("GET", "/boards/{board}/mandates", &nothing,                     ".x?....."),
        ("POST", "/boards/{board}/mandates", &mandating,                  ".x?....."),
        ("GET", "/schools/{school}/activations", &nothing,                ".x?x?x??"),
        ("POST", "/schools/{school}/activations", &switching,             ".x?x?..."),
        ("POST", "/schools/{school}/approvals/{approval}/_withdraw", &nothing, ".x?x?..."),
        ("POST", "/boards/{board}/mandates/{mandate}/_revoke", &nothing,  ".x?....."),
        ("POST", "/schools/{school}/activations/{activation}/_accept", &nothing, ".....x??"),
        ("POST", "/schools/{school}/activations/{activation}/_end", &nothing, ".x?x?..."),
    ];
    for (method, path, body, expected) in matrix {
        let mut row = String::new();
        for who in Who::ALL {
            let url = format!("/v1{}", fill(path));
            let request = match Method::from_bytes(method.as_bytes()).unwrap() {
                Method::GET => world.service.get(&url),
                _ => world.service.post(&url).json(body),
            };
            let answer = Answer::of(request.bearer_auth(world.token(who))).await;
            row.push(sign(&answer));
        }
        assert_eq!(row, *expected, "{method} {path}");
    }
}
