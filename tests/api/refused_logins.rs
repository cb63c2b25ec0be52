//! Logins that do not work: the person gets a page that says why and who can fix it, and the supplier an error code.

use rstest::rstest;
use sluis_core::id::{ClientId, Id};
use sluis_stand_ins::administration::pupil;
use sluis_test_kit::service::nobody;

use crate::{
    browser::{assert_told, authorization_request, location, way_back},
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
    assert_told(&way_back(&page), "access_denied");
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

/// RFC 9700, 2.1: nobody can have another person's browser finish a login that it did not begin.
#[actix_web::test]
async fn a_login_is_finished_only_in_the_browser_that_began_it() {
    let world = World::start().await;
    let back = world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    let own = world.cookies.replace(Vec::new());
    let name = own[0].0.clone();
    world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    let (_, of_another_login) = world.cookies.replace(Vec::new()).remove(0);
    for cookies in [Vec::new(), vec![(name, of_another_login)]] {
        world.cookies.replace(cookies);
        let (status, page) = world.come_back(&back).await.page();
        assert_eq!(status, 403);
        assert!(
            page.contains("<h1>Dit inloggen begon in een andere browser</h1>"),
            "{page}"
        );
        assert!(
            page.contains("<code>login_other_browser</code>") && !page.contains("rekenbaai"),
            "{page}"
        );
    }
    // Nobody took it away from whom it is of, whose browser is done with it then.
    world.cookies.replace(own);
    world.come_back(&back).await.code();
    assert_eq!(world.cookies.names(), [""; 0]);
}

#[actix_web::test]
async fn several_logins_go_on_at_once_in_one_browser() {
    let world = World::start().await;
    let first = world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    let second = world.at_kennisnet(&world.supplier, &(INSIDE + 1).to_string()).await;
    assert_eq!(world.cookies.names().len(), 2);
    world.come_back(&second).await.code();
    assert_eq!(world.cookies.names().len(), 1, "the other login goes on");
    world.come_back(&first).await.code();
    assert_eq!(world.cookies.names(), [""; 0]);
}

#[actix_web::test]
async fn a_browser_does_not_keep_more_and_more_cookies() {
    let world = World::start().await;
    for _ in 0..12 {
        world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    }
    assert_eq!(world.cookies.names().len(), 8);
    let refused = world.at_kennisnet(&world.supplier, "elsewhere").await;
    world.come_back(&refused).await.page();
    assert_eq!(world.cookies.names().len(), 7, "a login that was refused has ended too");
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
async fn a_person_who_stops_at_kennisnet_is_back_at_the_supplier() {
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
        .append_pair("error", "access_denied")
        .append_pair("error_description", "of Kennisnet, about a person");
    let told = world.come_back(&back).await.told();
    assert_told(&told, "access_denied");
    assert!(!told["error_description"].contains("Kennisnet"), "{told:?}");
}

/// Who is unknown, who is not permitted and whose school is not here: the supplier is told one and the same.
#[actix_web::test]
async fn the_supplier_does_not_learn_who_anybody_is() {
    let world = World::start().await;
    let mut told = Vec::new();
    for username in [&OUTSIDE.to_string(), "elsewhere", "parent"] {
        let (_, page) = world.log_in(&world.supplier, username).await.page();
        told.push(way_back(&page));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0], told[2]);
}

#[actix_web::test]
async fn a_client_that_is_revoked_meanwhile_gets_nobody_back() {
    let world = World::start().await;
    let back = world.at_kennisnet(&world.supplier, &INSIDE.to_string()).await;
    world.revoke(world.supplier.client.id).await;
    let (_, page) = world.come_back(&back).await.page();
    assert!(!page.contains("<a ") && !page.contains(BACK), "{page}");
}

/// With the ECK iD of a pupil, too: who logs in is not guessed.
#[actix_web::test]
async fn who_is_neither_pupil_nor_staff_is_taken_for_neither() {
    let world = World::start().await;
    let (status, page) = world.log_in(&world.supplier, "parent").await.page();
    assert_eq!(status, 403);
    assert!(
        page.contains("<h1>U bent hier geen leerling of medewerker</h1>"),
        "{page}"
    );
    assert!(page.contains("<code>login_role_unknown</code>"), "{page}");
}

#[actix_web::test]
async fn of_several_locations_of_which_none_holds_the_person_none_is_guessed() {
    let world = World::bare().await;
    world.agree(&world.supplier).await;
    world.another_location().await;
    let (status, page) = world.log_in(&world.supplier, &INSIDE.to_string()).await.page();
    assert_eq!(status, 403);
    assert!(page.contains("<code>login_school_ambiguous</code>"), "{page}");
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
    let page = answer.text().await.unwrap();
    assert!(page.contains("Inloggen lukt nu even niet"));
    assert_told(&way_back(&page), "temporarily_unavailable");
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
        (400, Some("invalid_client"))
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
