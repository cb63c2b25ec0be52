//! Logins that do not work: the person gets a page that says why and who can fix it, and the supplier gets nothing.

use rstest::rstest;
use sluis_core::id::{ClientId, Id};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::service::nobody;

use crate::{
    browser::{authorization_request, location},
    world::{BACK, INSIDE, OUTSIDE, World},
};

#[actix_web::test]
async fn a_pupil_outside_the_scope_gets_a_page_and_no_code() {
    let world = World::start().await;
    let (status, page) = world.log_in(&world.supplier, &OUTSIDE.to_string()).await.page();
    assert_eq!(status, 403);
    assert!(
        page.contains("<h1>U kunt niet inloggen op dit leermateriaal</h1>"),
        "{page}"
    );
    assert!(page.contains("You cannot log in to this learning material"));
    assert!(
        page.contains("niet beschikbaar") && page.contains("wie dit kan verhelpen: de school"),
        "{page}"
    );
    let outsider = pupil(OUTSIDE);
    assert!(!page.contains(outsider.given_name) && !page.contains(&outsider.eck_id));

    let token = world.service.token(&world.school_client, None).await;
    let records = world.get(&world.of_school("records?limit=200"), &token).await.ok();
    let record = records["items"]
        .as_array()
        .unwrap()
        .iter()
        .rfind(|record| record["kind"] == "login");
    assert!(
        page.contains(record.unwrap()["id"].as_str().unwrap()),
        "the page names the record"
    );
}

#[actix_web::test]
async fn without_an_agreement_the_page_says_what_is_missing_and_who_can_fix_it() {
    let world = World::start().await;
    let other = world.another_supplier().await;
    let (status, page) = world.log_in(&other, &INSIDE.to_string()).await.page();
    assert_eq!(status, 403);
    assert!(
        page.contains("Er is geen verwerkersovereenkomst voor dit product bij deze school."),
        "{page}"
    );
    assert!(page.contains("wie dit kan verhelpen: het bestuur van de school"));
    assert!(page.contains("No processing agreement covers this product for this school."));
    assert!(
        page.contains("De school heeft dit product niet aangezet."),
        "all reasons are told"
    );
}

#[actix_web::test]
async fn an_answer_of_kennisnet_works_once_and_not_for_ever() {
    let world = World::start().await;
    let back = world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    world.come_back(&back).await.code();
    let (status, page) = world.come_back(&back).await.page();
    assert_eq!(status, 400);
    assert!(page.contains("Deze aanmelding is verlopen"), "{page}");

    let back = world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    world.service.clock.advance_secs(601);
    assert_eq!(world.come_back(&back).await.page().0, 400);
}

#[rstest]
#[case::nothing("")]
#[case::no_state("code=abc")]
#[case::unknown_state("code=abc&state=unknown")]
#[case::two_states("code=abc&state=a&state=b")]
#[actix_web::test]
async fn who_comes_from_nowhere_gets_a_page(#[case] query: &str) {
    let world = World::bare().await;
    let address = format!("{}/oidc/callback?{query}", sluis_test_kit::service::BASE);
    let (status, page) = world.come_back(&address.parse().unwrap()).await.page();
    assert_eq!(status, 400);
    assert!(page.contains("Deze aanmelding is verlopen"), "{page}");
}

#[actix_web::test]
async fn a_person_who_stops_at_kennisnet_gets_a_page() {
    let world = World::start().await;
    let mut back = world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    let kept: Vec<_> = back
        .query_pairs()
        .into_owned()
        .filter(|(name, _)| name != "code")
        .collect();
    back.query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair("error", "access_denied");
    let (status, page) = world.come_back(&back).await.page();
    assert_eq!(status, 403);
    assert!(page.contains("Het inloggen is niet afgemaakt"), "{page}");
}

#[actix_web::test]
async fn a_school_that_does_not_take_part_is_told_so() {
    let world = World::start().await;
    let (status, page) = world.log_in(&world.supplier, "elsewhere").await.page();
    assert_eq!(status, 403);
    assert!(page.contains("Uw school is hier niet bekend"), "{page}");
}

#[actix_web::test]
async fn when_kennisnet_is_away_the_page_says_to_try_again() {
    let world = World::start().await;
    let request = authorization_request(world.supplier.client.id, &[]);
    world.kennisnet.stop().await;
    let answer = world.service.get(&request).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("Inloggen lukt nu even niet"));
}

/// RFC 6749, 4.1.2.1: whoever is not known, or wants the answer elsewhere, gets nothing and sends nobody anywhere.
#[actix_web::test]
async fn an_unknown_client_or_address_stays_here() {
    let world = World::bare().await;
    let client = world.supplier.client.id;
    let stranger: ClientId = Id::from_uuid(nobody());
    let others = [
        "https://thief.example/",
        "https://app.rekenbaai.example/back/",
        "http://app.rekenbaai.example/back",
    ];
    let mut requests = vec![authorization_request(stranger, &[])];
    requests.extend(others.map(|address| authorization_request(client, &[("redirect_uri", address)])));
    requests.push(authorization_request(client, &[]) + "&redirect_uri=https%3A%2F%2Fthief.example%2F");
    for request in requests {
        let answer = world.browse(&request).await;
        assert_eq!(answer.status(), 400, "{request}");
        assert!(answer.headers().get("location").is_none());
        let page = answer.text().await.unwrap();
        assert!(
            page.contains("Het leermateriaal vroeg iets dat niet kan") && !page.contains("thief"),
            "{page}"
        );
    }
}

#[actix_web::test]
async fn a_revoked_client_begins_no_login() {
    let world = World::start().await;
    let back = world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    let code = world.come_back(&back).await.code();
    world.revoke(world.supplier.client.id).await;
    let answer = world
        .browse(&authorization_request(world.supplier.client.id, &[]))
        .await;
    assert_eq!(answer.status(), 400);
    let refused = world.exchange(&world.supplier, &code, &[]).await;
    assert_eq!(
        (refused.status, refused.body["error"].as_str()),
        (401, Some("invalid_client"))
    );
}

/// Once client and address are known, errors go to the supplier (RFC 6749, 4.1.2.1) with who says so (RFC 9207).
#[rstest]
#[case("response_type", "token", "unsupported_response_type")]
#[case("scope", "profile", "invalid_scope")]
#[case("code_challenge", "", "invalid_request")]
#[case("code_challenge_method", "plain", "invalid_request")]
#[actix_web::test]
async fn a_wrong_request_goes_back_with_its_error(#[case] name: &str, #[case] value: &str, #[case] error: &str) {
    let world = World::bare().await;
    let request = authorization_request(world.supplier.client.id, &[(name, value)]);
    let answer = world.browse(&request).await;
    assert_eq!(answer.status(), 303);
    let address = location(&answer);
    assert!(address.as_str().starts_with(BACK));
    let given: std::collections::BTreeMap<_, _> = address.query_pairs().into_owned().collect();
    assert_eq!(given["error"], error, "{given:?}");
    assert_eq!(given["iss"], sluis_test_kit::service::BASE);
    assert!(given.contains_key("state") && !given.contains_key("code"));
}
