//! Who reaches what: every operation asked by every party, pinned as a matrix. What is asked of a run, a change, a consent or a client
//! that does not exist here is asked of real ones, own and foreign, in `tests/api/foreign.rs`.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};
use sluis::app::{action, caller::Role};
use sluis_core::id::{BoardId, ProductId, SchoolId, SupplierId};

use super::world::{Answer, NOBODY, Who, World, text};

/// `x` reached, `.` the role may never, `?` it looks as if the thing does not exist. Who is refused by the gate has reached it.
fn sign(answer: &Answer) -> char {
    match (answer.status, answer.body["code"].as_str()) {
        (403, Some("role_not_permitted")) => '.',
        (403, Some("refused")) => 'x',
        (404, Some("not_found")) | (401 | 403 | 405 | 500.., _) => panic!("{answer:?}"),
        (404, _) => '?',
        _ => 'x',
    }
}

/// What needs no token: catalogues and the key that exports are checked with. This list may only shrink.
const OPEN_TO_ALL: [&str; 6] = [
    "GET /attribute-sets",
    "GET /data-categories",
    "GET /ledger/checkpoints",
    "GET /ledger/consistency",
    "GET /ledger/verifier-key",
    "GET /purposes",
];

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
    let code = json!({ "code": "bestuurder-1" });
    let contact = world
        .post(Who::Board, &world.at_board("contacts"), &code)
        .await
        .created();
    let activation = world.activation().await;
    let instructing = json!({ "product": world.routing });
    let instructions = world.at_school("instructions");
    let instruction = world.post(Who::School, &instructions, &instructing).await.created();
    let objecting = json!({ "agreement": agreement, "kind": "objection", "party": "Hunze Hosting B.V." });
    let stances = world.at_school("stances");
    let stance = world.post(Who::School, &stances, &objecting).await.created();
    let narrowing_down = json!({ "agreement": agreement, "purpose": "D3", "category": "CD20" });
    let narrowings = world.at_school("narrowings");
    let narrowing = world.post(Who::School, &narrowings, &narrowing_down).await.created();
    let eck_id = format!("https://ketenid.nl/201703/{}", "0a".repeat(64));
    let restricting = json!({ "ground": "objection", "eckId": eck_id });
    let restrictions = world.at_school("restrictions");
    let restriction = world.post(Who::Board, &restrictions, &restricting).await.created();
    let connecting = json!({
        "dialect": "uwlr-2.2", "endpoint": "https://administratie.example/uwlr", "authorisationKey": "a",
        "clientCode": "b", "clientName": "Sluis",
    });
    let connections = world.at_school("connections");
    let connection = world.post(Who::Board, &connections, &connecting).await.created();
    let claiming = json!({
        "agreement": agreement, "what": "liability", "receivedAt": world.now(), "summary": "Een schadeclaim.",
    });
    let asking = json!({ "what": "complaint", "receivedAt": world.now(), "summary": "Een klacht." });
    let matter = world.post(Who::Board, "/v1/enquiries", &asking).await.with(201);
    let fill = |path: &str| {
        path.replace("{board}", &world.board)
            .replace("{school}", &world.school)
            .replace("{supplier}", &world.supplier)
            .replace("{product}", &world.product)
            .replace("{agreement}", &agreement)
            .replace("{approval}", &text(&approval["id"]))
            .replace("{contact}", &text(&contact["id"]))
            .replace("{matter}", &text(&matter["id"]))
            .replace("{mandate}", &text(&mandate["id"]))
            .replace("{instruction}", &text(&instruction["id"]))
            .replace("{stance}", &text(&stance["id"]))
            .replace("{narrowing}", &text(&narrowing["id"]))
            .replace("{activation}", &text(&activation["id"]))
            .replace("{restriction}", &text(&restriction["id"]))
            .replace("{connection}", &text(&connection["id"]))
            .replace("{client}", NOBODY)
            .replace("{run}", NOBODY)
            .replace("{record}", NOBODY)
            .replace("{change}", NOBODY)
            .replace("{consent}", NOBODY)
            .replace("{handover}", NOBODY)
            .replace("{disclosure}", NOBODY)
    };
    // Bodies are such that nothing changes when they are reached; the steps that do change something come last.
    let signature = json!({ "annexHash": "0".repeat(64) });
    let contact_code = json!({ "code": "bestuurder-1" });
    let other_code = json!({ "code": "bestuurder-2" });
    let covering = json!({ "annexHash": "0".repeat(64), "exceptSchools": [] });
    let approving = json!({ "agreement": agreement, "module": "oefenen" });
    let mandating = json!({ "supplier": world.supplier });
    let switching = json!({ "product": world.product, "scope": { "kind": "school" } });
    let question = json!({ "school": world.school, "product": world.product });
    let resolving = json!({ "school": world.school, "eckId": eck_id });
    let looking = json!({ "supplier": world.supplier, "eckId": eck_id });
    let merging = json!({ "supplier": world.supplier, "from": NOBODY, "into": NOBODY });
    let taking = json!({ "supplier": world.supplier, "fromSchool": world.school });
    let exporting = json!({ "known": [] });
    let naming = json!({ "eckId": eck_id });
    let consenting = json!({
        "product": world.product, "purpose": "D9", "givenBy": "person", "kind": "staff", "eckId": eck_id,
        "evidence": { "kind": "paper", "reference": "map 7" },
    });
    let withdrawing = json!({ "by": "guardian" });
    let viewing = json!({ "step": "incident_closed" });
    let wording = json!({ "language": "nl" });
    let ending = json!({ "agreement": agreement });
    let leaving = json!({ "toBrin": "98YY00", "basis": "request", "reference": "aanvraag", "eckId": eck_id });
    let disclosing = json!({
        "authority": "00000001001234567000", "law": "Leerplichtwet 1969, artikel 21", "reference": "brief 12",
        "verifiedAt": "2026-01-01T00:00:00Z", "informedAt": "2026-01-01T00:00:00Z", "validUntil": "2090-01-01T00:00:00Z",
        "attributes": ["familyName"], "eckId": eck_id,
    });
    let giving = json!({ "authority": "00000001001234567000" });
    let showing = json!({ "by": "guardian", "agrees": true });
    let releasing = json!({ "parts": [] });
    let refusing = json!({ "by": "school" });
    let fetching = json!({ "handover": NOBODY });
    let receiving = json!({ "result": "received" });
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
        ("GET", "/agreements/{agreement}/changes", &nothing,              ".x?x?x??"),
        ("POST", "/agreements", &nothing,                                 ".....xxx"),
        ("POST", "/agreements/_lint", &nothing,                           ".xxxxxxx"),
        ("POST", "/agreements/{agreement}/_accept", &signature,           ".x?....."),
        ("POST", "/agreements/{agreement}/_cover", &covering,             ".x?....."),
        ("POST", "/agreements/{agreement}/_suspend", &signature,          ".x?..x??"),
        ("POST", "/agreements/{agreement}/_resume", &signature,           ".x?..x??"),
        ("POST", "/agreements/{agreement}/_end", &signature,              ".x?..x??"),
        ("GET", "/schools/{school}/approvals", &nothing,                  ".x?x?..."),
        ("POST", "/schools/{school}/approvals", &approving,               ".x?x?..."),
        ("GET", "/boards/{board}/contacts", &nothing,                     ".x?....."),
        ("POST", "/boards/{board}/contacts", &contact_code,               ".x?....."),
        ("GET", "/boards/{board}/contacts/{contact}", &nothing,           ".x?....."),
        ("POST", "/boards/{board}/contacts/{contact}/_revoke", &other_code, ".x?....."),
        ("POST", "/incidents", &nothing,                                  ".xxxxxxx"),
        ("POST", "/subject-requests", &nothing,                           ".xxxxxxx"),
        ("POST", "/enquiries", &nothing,                                  ".xxxxxxx"),
        ("POST", "/claims", &claiming,                                    ".x?..x??"),
        ("POST", "/contracts", &nothing,                                  ".xx..xxx"),
        ("POST", "/filings", &nothing,                                    ".xxxxxxx"),
        ("POST", "/endings", &ending,                                     ".x?..x??"),
        ("GET", "/processing-activities", &nothing,                       ".xxxxxxx"),
        ("GET", "/matters", &nothing,                                     ".xxxxxxx"),
        ("GET", "/matters/{matter}", &nothing,                            ".x?x????"),
        ("POST", "/matters/{matter}/_step", &viewing,                     ".x?x????"),
        ("POST", "/matters/{matter}/_access", &wording,                   ".x?x?..."),
        ("GET", "/matters/{matter}/affected", &nothing,                   ".x?x?..."),
        ("GET", "/duties", &nothing,                                      ".xxxxxxx"),
        ("GET", "/boards/{board}/mandates", &nothing,                     ".x?....."),
        ("POST", "/boards/{board}/mandates", &mandating,                  ".x?....."),
        ("GET", "/schools/{school}/narrowings", &nothing,                 ".x?x?..."),
        ("POST", "/schools/{school}/narrowings", &narrowing_down,         ".x?x?..."),
        ("GET", "/schools/{school}/narrowings/{narrowing}", &nothing,     ".x?x?..."),
        ("POST", "/schools/{school}/narrowings/{narrowing}/_end", &nothing, ".x?x?..."),
        ("GET", "/schools/{school}/stances", &nothing,                    ".x?x?..."),
        ("POST", "/schools/{school}/stances", &objecting,                 ".x?x?..."),
        ("GET", "/schools/{school}/stances/{stance}", &nothing,           ".x?x?..."),
        ("POST", "/schools/{school}/stances/{stance}/_end", &nothing,     ".x?x?..."),
        ("GET", "/schools/{school}/instructions", &nothing,               ".x?x?..?"),
        ("POST", "/schools/{school}/instructions", &instructing,          ".x?x?..."),
        ("GET", "/schools/{school}/instructions/{instruction}", &nothing, ".x?x?..?"),
        ("POST", "/schools/{school}/instructions/{instruction}/_resume", &nothing, ".x?x?..."),
        ("GET", "/schools/{school}/activations", &nothing,                ".x?x?x??"),
        ("POST", "/schools/{school}/activations", &switching,             ".x?x?..."),
        ("GET", "/schools/{school}/restrictions", &nothing,               ".x?x?..."),
        ("POST", "/schools/{school}/restrictions", &restricting,          ".x?x?..."),
        ("GET", "/schools/{school}/restrictions/{restriction}", &nothing, ".x?x?..."),
        ("POST", "/schools/{school}/restrictions/{restriction}/_end", &nothing, ".x?x?..."),
        ("GET", "/schools/{school}/consents", &nothing,                   ".x?x?..."),
        ("POST", "/schools/{school}/consents", &consenting,               ".x?x?..."),
        ("GET", "/schools/{school}/consents/{consent}", &nothing,         ".????..."),
        ("POST", "/schools/{school}/consents/{consent}/_withdraw", &withdrawing, ".????..."),
        ("GET", "/schools/{school}/disclosures", &nothing,                ".x?x?..."),
        ("POST", "/schools/{school}/disclosures", &disclosing,            ".x?x?..."),
        ("GET", "/schools/{school}/disclosures/{disclosure}", &nothing,   ".????..."),
        ("POST", "/schools/{school}/disclosures/{disclosure}/_release", &giving, ".????..."),
        ("POST", "/schools/{school}/disclosures/{disclosure}/_end", &refusing, ".????..."),
        ("GET", "/schools/{school}/handovers", &nothing,                  ".x?x?..."),
        ("POST", "/schools/{school}/handovers", &leaving,                 ".x?x?..."),
        ("GET", "/schools/{school}/handovers/{handover}", &nothing,       ".????..."),
        ("POST", "/schools/{school}/handovers/{handover}/_show", &showing, ".????..."),
        ("POST", "/schools/{school}/handovers/{handover}/_release", &releasing, ".????..."),
        ("POST", "/schools/{school}/handovers/{handover}/_refuse", &refusing, ".????..."),
        ("POST", "/schools/{school}/handovers/_fetch", &fetching,         "...xx..."),
        ("POST", "/schools/{school}/handovers/{handover}/_receive", &receiving, "...??..."),
        ("POST", "/schools/{school}/connections", &connecting,            ".x?x?..."),
        ("GET", "/schools/{school}/connections", &nothing,                ".x?x?..."),
        ("GET", "/schools/{school}/connections/{connection}", &nothing,   ".x?x?..."),
        ("POST", "/schools/{school}/connections/{connection}/_pull", &nothing, ".x?x?..."),
        ("GET", "/schools/{school}/runs", &nothing,                       ".x?x?..."),
        ("GET", "/schools/{school}/runs/{run}", &nothing,                 ".????..."),
        ("GET", "/schools/{school}/groups", &nothing,                     ".x?x?..."),
        ("POST", "/schools/{school}/learners/_search", &nothing,          ".....xxx"),
        ("POST", "/accounts/_resolve", &resolving,                        ".....xx."),
        ("POST", "/schools/{school}/accounts/_search", &looking,          ".x?x?..."),
        ("POST", "/schools/{school}/accounts/_merge", &merging,           ".x?x?..."),
        ("POST", "/schools/{school}/accounts/_split", &looking,           ".x?x?..."),
        ("POST", "/schools/{school}/accounts/_take-over", &taking,        ".x?....."),
        ("GET", "/schools/{school}/account-changes", &nothing,            ".x?x?..."),
        ("GET", "/schools/{school}/account-changes/{change}", &nothing,   ".????..."),
        ("POST", "/schools/{school}/account-changes/{change}/_undo", &nothing, ".????..."),
        ("POST", "/schools/{school}/account-changes/_search", &nothing,   ".....xx."),
        ("GET", "/events", &nothing,                                      ".....xxx"),
        ("GET", "/schools/{school}/records", &nothing,                    ".x?x?..."),
        ("GET", "/schools/{school}/records/{record}/proof", &nothing,     ".????..."),
        ("POST", "/schools/{school}/records/_export", &exporting,         ".x?x?..."),
        ("POST", "/schools/{school}/records/_search", &naming,            ".x?x?..."),
        ("GET", "/boards/{board}/records", &nothing,                      ".x?....."),
        ("POST", "/boards/{board}/records/_export", &exporting,           ".x?....."),
        ("POST", "/decisions", &question,                                 ".x?x?xxx"),
        ("GET", "/schools/{school}/reach", &nothing,                      ".x?x?x??"),
        ("GET", "/clients/{client}", &nothing,                            "?......."),
        ("GET", "/schools/{school}/approvals/{approval}", &nothing,       ".x?x?..."),
        ("GET", "/boards/{board}/mandates/{mandate}", &nothing,           ".x?....."),
        ("GET", "/schools/{school}/activations/{activation}", &nothing,   ".x?x?x??"),
        ("POST", "/schools/{school}/connections/{connection}/_activate", &nothing, ".x?x?..."),
        ("POST", "/schools/{school}/connections/{connection}/_end", &nothing, ".x?x?..."),
        ("POST", "/schools/{school}/instructions/{instruction}/_suspend", &nothing, ".x?x?..."),
        ("POST", "/schools/{school}/instructions/{instruction}/_end", &nothing, ".x?x?..."),
        ("POST", "/schools/{school}/approvals/{approval}/_withdraw", &nothing, ".x?x?..."),
        ("POST", "/boards/{board}/mandates/{mandate}/_revoke", &nothing,  ".x?....."),
        ("POST", "/schools/{school}/activations/{activation}/_accept", &nothing, ".....x??"),
        ("POST", "/schools/{school}/activations/{activation}/_end", &nothing, ".x?x?..."),
    ];
    // An operation that is not in the matrix, or that is not there any more, fails here.
    let told: BTreeSet<_> = matrix
        .iter()
        .map(|(method, path, ..)| format!("{method} {path}"))
        .collect();
    let document = world.service.get("/v1/openapi.json").send().await.unwrap();
    let document: Value = document.json().await.unwrap();
    let (mut guarded, mut open) = (BTreeSet::new(), BTreeSet::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let known = if operation["security"] == json!([]) {
                &mut open
            } else {
                &mut guarded
            };
            known.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    assert_eq!(told, guarded);
    assert_eq!(open.iter().map(String::as_str).collect::<Vec<_>>(), OPEN_TO_ALL);
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

/// A token that is bound to a school opens that school and nothing beyond it.
#[actix_web::test]
async fn a_token_for_one_school_reaches_no_other_and_nothing_beyond_it() {
    let world = World::start().await;
    let supplier = Role::Supplier {
        supplier: SupplierId::parse(&world.supplier).unwrap(),
        product: ProductId::parse(&world.product).unwrap(),
    };
    let school = SchoolId::parse(&world.school).unwrap();
    let board = Role::Board(BoardId::parse(&world.board).unwrap());
    let document = world.service.get("/v1/openapi.json").send().await.unwrap();
    let document: Value = document.json().await.unwrap();
    for role in [Role::Operator, board, supplier] {
        let client = world.service.register(role, &[]).await;
        let bound = json!({ "type": "sluis", "school": world.school });
        let token = world.service.token(&client, Some(bound)).await;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let Some(scope) = operation["security"][0]["bearer"][0].as_str() else {
                    continue;
                };
                let action = action::ALL.iter().find(|action| action.name == scope).unwrap();
                if !action.wide || !(action.permits)(role.kind()) {
                    continue;
                }
                let url = path.split('/').skip(1).map(|segment| match segment.starts_with('{') {
                    true => format!("/{NOBODY}"),
                    false => format!("/{segment}"),
                });
                let url = format!("/v1{}", url.collect::<String>());
                let request = match method.as_str() {
                    "get" => world.service.get(&url),
                    _ => world.service.post(&url),
                };
                let answer = Answer::of(request.bearer_auth(&token)).await;
                answer.problem(403, "school_mismatch");
            }
        }
        let elsewhere = world.service.get(&format!("/v1/schools/{}", world.other_school));
        let answer = Answer::of(elsewhere.bearer_auth(&token)).await;
        answer.problem(403, "school_mismatch");
        if role == board {
            let approvals = world.service.get(&world.at_school("approvals"));
            Answer::of(approvals.bearer_auth(&token)).await.with(200);
        }
    }
    let own = world.service.register(Role::School(school), &[]).await;
    let bound = json!({ "type": "sluis", "school": world.school });
    let token = world.service.token(&own, Some(bound)).await;
    let agreements = world.service.get("/v1/agreements").bearer_auth(token);
    Answer::of(agreements).await.with(200);
}

#[actix_web::test]
async fn what_was_made_is_found_at_its_address() {
    let world = World::start().await;
    let agreement = text(&world.agreement().await["id"]);
    let approval = json!({ "agreement": agreement, "module": "berichten" });
    let mandate = json!({ "supplier": world.supplier });
    let switching = json!({ "product": world.product, "scope": { "kind": "school" } });
    let instructing = json!({ "product": world.routing });
    let objecting = json!({ "agreement": agreement, "kind": "objection", "party": "Hunze Hosting B.V." });
    let narrowing_down = json!({ "agreement": agreement, "purpose": "D3", "category": "CD20" });
    for (who, path, body) in [
        (Who::School, world.at_school("approvals"), approval),
        (Who::Board, world.at_board("mandates"), mandate),
        (Who::School, world.at_school("activations"), switching),
        (Who::School, world.at_school("instructions"), instructing),
        (Who::School, world.at_school("stances"), objecting),
        (Who::School, world.at_school("narrowings"), narrowing_down),
    ] {
        let answer = world.post(who, &path, &body).await;
        let location = answer.headers["location"].to_str().unwrap().to_owned();
        let made = answer.with(201);
        assert_eq!(world.get(who, &location).await.with(200), made);
        let nobody = format!("{path}/{NOBODY}");
        assert_eq!(world.get(who, &nobody).await.status, 404, "`{nobody}`");
    }
}
