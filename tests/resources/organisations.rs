//! Boards, schools, suppliers and products.

use serde_json::json;
use sluis::app::organisation::{OPERATOR, SLUIS};

use super::world::{Empty, NOBODY, Who, World, ids, text};

#[actix_web::test]
async fn the_operator_creates_and_everybody_reads_what_is_public() {
    let empty = Empty::start().await;
    let board = json!({ "name": "Stichting De Vuurtoren", "oin": "00000003123456780000" });
    let board = empty.post("/v1/boards", &board).await.created();
    assert_eq!(board["name"], "Stichting De Vuurtoren");
    assert_eq!(board["oin"], "00000003123456780000");
    assert_eq!(board["createdAt"], "2026-11-23T09:00:00.000Z");
    let viewed = empty.get(&format!("/v1/boards/{}", text(&board["id"]))).await.with(200);
    assert_eq!(viewed, board);

    let school = json!({
        "board": board["id"], "name": "De Baken", "brin": "99ZZ", "branch": "03", "oin": "00000007000099ZZ0300",
        "rio": "104A158", "digiDeliveryId": "5E3B2A10-07B8-4A17-AB18-71B8455AA7A3",
    });
    let created = empty.post("/v1/schools", &school).await.created();
    for (field, value) in school.as_object().unwrap() {
        assert_eq!(&created[field], value, "`{field}`");
    }
    let viewed = empty
        .get(&format!("/v1/schools/{}", text(&created["id"])))
        .await
        .with(200);
    assert_eq!(viewed, created);

    let supplier = json!({ "name": "Wadden Leermiddelen", "kind": "distributor" });
    let supplier = empty.post("/v1/suppliers", &supplier).await.created();
    assert_eq!((&supplier["kind"], supplier.get("oin")), (&json!("distributor"), None));
    let viewed = empty
        .get(&format!("/v1/suppliers/{}", text(&supplier["id"])))
        .await
        .with(200);
    assert_eq!(viewed, supplier);

    let product = json!({ "supplier": supplier["id"], "name": "Rekenbaai" });
    let product = empty.post("/v1/products", &product).await.created();
    assert_eq!(product["supplier"], supplier["id"]);
    let viewed = empty
        .get(&format!("/v1/products/{}", text(&product["id"])))
        .await
        .with(200);
    assert_eq!(viewed, product);
}

#[actix_web::test]
async fn a_branch_that_is_left_out_is_the_main_one() {
    let world = World::start().await;
    let school = world
        .get(Who::School, &format!("/v1/schools/{}", world.school))
        .await
        .with(200);
    assert_eq!((&school["brin"], &school["branch"]), (&json!("99ZZ"), &json!("00")));
}

#[actix_web::test]
async fn what_is_unique_exists_once() {
    let world = World::start().await;
    let school = json!({ "board": world.other_board, "name": "Nog een", "brin": "99ZZ", "branch": "00" });
    let refused = world.post(Who::Operator, "/v1/schools", &school).await;
    refused.problem(409, "already_exists");
    let another_branch = json!({ "board": world.board, "name": "De Baken Noord", "brin": "99ZZ", "branch": "01" });
    world
        .post(Who::Operator, "/v1/schools", &another_branch)
        .await
        .created();
    let oin = "00000003123456780000";
    for (path, body) in [
        ("/v1/boards", json!({ "name": "Een", "oin": oin })),
        (
            "/v1/suppliers",
            json!({ "name": "Een", "kind": "supplier", "oin": oin }),
        ),
    ] {
        world.post(Who::Operator, path, &body).await.created();
        world
            .post(Who::Operator, path, &body)
            .await
            .problem(409, "already_exists");
    }
}

#[actix_web::test]
async fn what_it_stands_under_must_exist() {
    let empty = Empty::start().await;
    let school = json!({ "board": NOBODY, "name": "De Baken", "brin": "99ZZ" });
    empty.post("/v1/schools", &school).await.problem(404, "board_not_found");
    let product = json!({ "supplier": NOBODY, "name": "Rekenbaai" });
    empty
        .post("/v1/products", &product)
        .await
        .problem(404, "supplier_not_found");
    for (kind, code) in [
        ("boards", "board_not_found"),
        ("schools", "school_not_found"),
        ("suppliers", "supplier_not_found"),
        ("products", "product_not_found"),
    ] {
        // What stands for the operator and for the service itself is in every installation.
        let there = match kind {
            "suppliers" => vec![OPERATOR.to_string()],
            "products" => vec![SLUIS.to_string()],
            _ => Vec::new(),
        };
        assert_eq!(ids(&empty.get(&format!("/v1/{kind}")).await.with(200)), there);
        empty.get(&format!("/v1/{kind}/{NOBODY}")).await.problem(404, code);
    }
}

#[actix_web::test]
async fn a_list_is_read_page_by_page() {
    let empty = Empty::start().await;
    let mut boards = Vec::new();
    for number in 1..=5 {
        empty.service.clock.advance_secs(1);
        let board = json!({ "name": format!("Stichting {number}") });
        boards.push(text(&empty.post("/v1/boards", &board).await.created()["id"]));
    }
    assert_eq!(ids(&empty.get("/v1/boards").await.with(200)), boards);
    let (mut seen, mut path) = (Vec::new(), "/v1/boards?limit=2".to_owned());
    for size in [2, 2, 1] {
        let page = empty.get(&path).await.with(200);
        assert_eq!(ids(&page).len(), size);
        seen.extend(ids(&page));
        path = match page["next"].as_str() {
            Some(next) => format!("/v1/boards?limit=2&cursor={next}"),
            None => String::new(),
        };
    }
    assert_eq!((seen, path), (boards, String::new()));
}

#[actix_web::test]
async fn a_supplier_sees_page_by_page_the_schools_that_switched_its_product_on() {
    let world = World::start().await;
    assert_eq!(
        ids(&world.get(Who::Supplier, "/v1/schools").await.with(200)),
        Vec::<String>::new()
    );
    world.activation().await;
    let body = json!({ "product": world.product, "scope": { "kind": "school" } });
    let at_other = format!("/v1/schools/{}/activations", world.other_school);
    world.post(Who::OtherSchool, &at_other, &body).await.created();
    let first = world.get(Who::Supplier, "/v1/schools?limit=1").await.with(200);
    let rest = format!("/v1/schools?limit=1&cursor={}", text(&first["next"]));
    let rest = world.get(Who::Supplier, &rest).await.with(200);
    let mut seen = ids(&first);
    seen.extend(ids(&rest));
    // In the order of their ids, which two schools of the same moment have by chance.
    let mut both = [world.school.clone(), world.other_school.clone()];
    both.sort();
    assert_eq!(seen, both);
    assert_eq!(rest.get("next"), None);
    assert_eq!(
        ids(&world.get(Who::OtherSupplier, "/v1/schools").await.with(200)),
        Vec::<String>::new()
    );
    assert_eq!(
        ids(&world.get(Who::Board, "/v1/schools").await.with(200)),
        [world.school.as_str()]
    );
    assert_eq!(
        ids(&world.get(Who::School, "/v1/schools").await.with(200)),
        [world.school.as_str()]
    );
}
