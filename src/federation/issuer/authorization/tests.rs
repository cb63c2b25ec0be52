use std::collections::BTreeMap;

use rstest::rstest;

use super::*;

const CLIENT: &str = "01990000-0000-7000-8000-0000000000c1";
const SCHOOL: &str = "01990000-0000-7000-8000-000000000001";
const RETURN: &str = "https://supplier.example/return?tenant=7";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn good() -> Vec<(String, String)> {
    [
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", CLIENT),
        ("redirect_uri", RETURN),
        ("state", "a b&c"),
        ("nonce", "once"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn with(name: &str, value: &str) -> Vec<(String, String)> {
    let mut pairs = good();
    pairs.retain(|(other, _)| other != name);
    pairs.push((name.to_owned(), value.to_owned()));
    pairs
}

fn issuer() -> Issuer {
    Issuer::parse(&Url::parse("https://sluis.example").unwrap()).unwrap()
}

fn registered() -> Vec<Url> {
    ["https://supplier.example/other", RETURN]
        .map(|text| Url::parse(text).unwrap())
        .to_vec()
}

fn read(pairs: &[(String, String)]) -> Result<LoginRequest, AuthorizationError> {
    AuthorizationRequest::parse(pairs)?.accept(&registered())
}

fn refusal(pairs: &[(String, String)]) -> Refusal {
    match read(pairs) {
        Err(AuthorizationError::Return(refusal)) => *refusal,
        other => panic!("expected a refusal at the registered address: {other:?}"),
    }
}

fn query(address: &Url) -> BTreeMap<String, String> {
    address.query_pairs().into_owned().collect()
}

#[test]
fn a_good_request_becomes_a_login_that_can_be_kept() {
    let login = read(&good()).unwrap();
    assert_eq!(login.client.to_string(), CLIENT);
    assert_eq!(login.state.as_deref(), Some("a b&c"));
    assert_eq!(login.wanted.nonce.as_deref(), Some("once"));
    assert_eq!(login.wanted.school, None);
    assert!(!login.wanted.login_again);
    let kept = serde_json::to_string(&login).unwrap();
    assert_eq!(serde_json::from_str::<LoginRequest>(&kept).unwrap(), login);
}

#[test]
fn what_else_a_client_may_ask_is_understood() {
    let mut pairs = good();
    for (name, value) in [
        ("school", "99DE00"),
        ("login_hint", SCHOOL),
        ("prompt", "login consent"),
        ("max_age", "600"),
        ("acr_values", "strong weak"),
        ("response_mode", "query"),
        ("ui_locales", "nl"),
        ("ui_locales", "en"),
        ("display", ""),
    ] {
        pairs.push((name.to_owned(), value.to_owned()));
    }
    let wanted = read(&pairs).unwrap().wanted;
    assert_eq!(wanted.school, Some(SchoolHint::parse("99DE00").unwrap()));
    assert!(wanted.login_again);
    assert_eq!(wanted.max_age, Some(600));
    assert_eq!(wanted.acr_values, ["strong", "weak"]);
    let kept = serde_json::to_string(&read(&pairs).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<LoginRequest>(&kept).unwrap().wanted, wanted);
}

#[rstest]
#[case(SCHOOL, Some(SCHOOL))]
#[case("99DE", Some("99DE"))]
#[case("99DE00", Some("99DE00"))]
#[case("pupil@school.example", None)]
fn a_login_hint_is_a_school_or_nothing(#[case] hint: &str, #[case] school: Option<&str>) {
    let login = read(&with("login_hint", hint)).unwrap();
    assert_eq!(login.wanted.school.map(|school| school.to_string()).as_deref(), school);
    assert!(
        !format!("{login:?}").contains('@'),
        "a hint about a person is forgotten"
    );
}

#[rstest]
#[case("client_id", "", StayReason::Client)]
#[case("client_id", "somebody", StayReason::Client)]
#[case("redirect_uri", "", StayReason::RedirectUri)]
#[case("redirect_uri", "https://evil.example/", StayReason::RedirectUriNotRegistered)]
#[case(
    "redirect_uri",
    "https://supplier.example/return",
    StayReason::RedirectUriNotRegistered
)]
#[case(
    "redirect_uri",
    "https://supplier.example/return?tenant=7#x",
    StayReason::RedirectUriNotRegistered
)]
#[case(
    "redirect_uri",
    "https://SUPPLIER.example/return?tenant=7",
    StayReason::RedirectUriNotRegistered
)]
#[case(
    "redirect_uri",
    "https://supplier.example/a/../return?tenant=7",
    StayReason::RedirectUriNotRegistered
)]
#[case(
    "redirect_uri",
    "https://supplier.example:443/return?tenant=7",
    StayReason::RedirectUriNotRegistered
)]
fn without_a_certain_address_the_person_stays(#[case] name: &str, #[case] value: &str, #[case] reason: StayReason) {
    assert_eq!(read(&with(name, value)), Err(AuthorizationError::Stay(reason)));
}

#[rstest]
#[case("client_id", CLIENT, StayReason::Client)]
#[case("redirect_uri", RETURN, StayReason::RedirectUri)]
fn a_client_or_address_that_is_named_twice_is_not_certain(
    #[case] name: &str,
    #[case] value: &str,
    #[case] reason: StayReason,
) {
    let mut pairs = good();
    pairs.push((name.to_owned(), value.to_owned()));
    assert_eq!(read(&pairs), Err(AuthorizationError::Stay(reason)));
}

#[test]
fn a_wrong_address_weighs_more_than_everything_else() {
    let mut pairs = with("redirect_uri", "https://evil.example/");
    pairs.retain(|(name, _)| name != "code_challenge");
    let stays = AuthorizationError::Stay(StayReason::RedirectUriNotRegistered);
    assert_eq!(read(&pairs), Err(stays));
}

#[rstest]
#[case("response_type", "", RefusalCode::InvalidRequest)]
#[case("response_type", "token", RefusalCode::UnsupportedResponseType)]
#[case("response_type", "code id_token", RefusalCode::UnsupportedResponseType)]
#[case("response_mode", "fragment", RefusalCode::InvalidRequest)]
#[case("scope", "", RefusalCode::InvalidScope)]
#[case("scope", "profile", RefusalCode::InvalidScope)]
#[case("scope", "openid  profile", RefusalCode::InvalidScope)]
#[case("code_challenge", "", RefusalCode::InvalidRequest)]
#[case("code_challenge", "short", RefusalCode::InvalidRequest)]
#[case("code_challenge_method", "", RefusalCode::InvalidRequest)]
#[case("code_challenge_method", "plain", RefusalCode::InvalidRequest)]
#[case("school", "somewhere", RefusalCode::InvalidRequest)]
#[case("max_age", "-1", RefusalCode::InvalidRequest)]
#[case("prompt", "none", RefusalCode::LoginRequired)]
#[case("prompt", "none login", RefusalCode::InvalidRequest)]
#[case("prompt", "create", RefusalCode::InvalidRequest)]
#[case("request", "e30.e30.", RefusalCode::RequestNotSupported)]
#[case("request_uri", "https://supplier.example/r", RefusalCode::RequestUriNotSupported)]
#[case("registration", "{}", RefusalCode::RegistrationNotSupported)]
#[case("nonce", &"n".repeat(1025), RefusalCode::InvalidRequest)]
#[case("state", &"s".repeat(1025), RefusalCode::InvalidRequest)]
fn the_supplier_is_told_what_is_wrong(#[case] name: &str, #[case] value: &str, #[case] code: RefusalCode) {
    let refusal = refusal(&with(name, value));
    assert_eq!(refusal.code, code);
    assert!(
        refusal
            .description
            .bytes()
            .all(|sign| matches!(sign, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E))
    );
}

#[rstest]
fn a_parameter_that_is_sent_twice_is_refused(
    #[values(
        "response_type",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method"
    )]
    name: &str,
) {
    let mut pairs = good();
    let again = pairs.iter().find(|(other, _)| other == name).unwrap().clone();
    pairs.push(again);
    let refusal = refusal(&pairs);
    assert_eq!(refusal.code, RefusalCode::InvalidRequest);
    assert_eq!(refusal.description, format!("`{name}` was sent more than once"));
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut pairs = with("response_type", "token");
    pairs.retain(|(name, _)| name != "code_challenge" && name != "scope");
    let refusal = refusal(&pairs);
    assert_eq!(refusal.code, RefusalCode::UnsupportedResponseType);
    for word in ["`response_type`", "`scope`", "`code_challenge`"] {
        assert!(
            refusal.description.contains(word),
            "{} must name {word}",
            refusal.description
        );
    }
}

#[test]
fn the_answer_carries_code_state_and_issuer_to_the_registered_address() {
    let login = read(&good()).unwrap();
    let code = AuthorizationCode::parse(&"A".repeat(43)).unwrap();
    let address = login.answer(&code, &issuer());
    assert!(address.as_str().starts_with(RETURN));
    let query = query(&address);
    assert_eq!(query["tenant"], "7");
    assert_eq!(query["code"], code.expose());
    assert_eq!(query["state"], "a b&c");
    assert_eq!(query["iss"], "https://sluis.example");
}

#[test]
fn a_refusal_carries_error_state_and_issuer() {
    let login = read(&good()).unwrap();
    let told = login.refuse(RefusalCode::AccessDenied, "the school has not switched this product on");
    let query = query(&told.address(&issuer()));
    assert_eq!(query["error"], "access_denied");
    assert_eq!(
        query["error_description"],
        "the school has not switched this product on"
    );
    assert_eq!(query["state"], "a b&c");
    assert_eq!(query["iss"], "https://sluis.example");
    assert!(!query.contains_key("code"));

    let without_state = refusal(&with("scope", "profile")).address(&issuer());
    assert_eq!(self::query(&without_state)["error"], "invalid_scope");
    let mut pairs = with("scope", "profile");
    pairs.retain(|(name, _)| name != "state");
    assert!(!self::query(&refusal(&pairs).address(&issuer())).contains_key("state"));
}

#[test]
fn a_code_is_exchanged_by_its_client_with_its_address_and_proof() {
    let login = read(&good()).unwrap();
    let verifier = CodeVerifier::parse(VERIFIER).unwrap();
    let other_client = ClientId::parse("01990000-0000-7000-8000-0000000000c2").unwrap();
    let other_verifier = CodeVerifier::parse(CHALLENGE).unwrap();
    assert_eq!(login.redeem(login.client, RETURN, &verifier), Ok(()));
    assert_eq!(login.redeem(other_client, RETURN, &verifier), Err(RedeemError::Client));
    assert_eq!(
        login.redeem(login.client, "https://supplier.example/other", &verifier),
        Err(RedeemError::RedirectUri)
    );
    assert_eq!(
        login.redeem(login.client, RETURN, &other_verifier),
        Err(RedeemError::Verifier)
    );
}
