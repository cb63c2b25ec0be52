use std::sync::LazyLock;

use rstest::rstest;
use sluis_test_kit::keys::ClientKeyPair;

use super::*;
use crate::federation::jwks::install_crypto;

const CLIENT: &str = "01990000-0000-7000-8000-0000000000c1";
const OTHER: &str = "01990000-0000-7000-8000-0000000000c2";
const CODE: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

static ASSERTION: LazyLock<String> = LazyLock::new(|| {
    install_crypto();
    ClientKeyPair::es256("key")
        .assertion(CLIENT, "https://sluis.example", 0)
        .sign()
});

fn form(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn proof() -> [(&'static str, &'static str); 2] {
    [
        ("client_assertion_type", ASSERTION_TYPE),
        ("client_assertion", ASSERTION.as_str()),
    ]
}

fn code_grant() -> Vec<(String, String)> {
    let mut pairs = form(&proof());
    pairs.extend(form(&[
        ("grant_type", "authorization_code"),
        ("code", CODE),
        ("redirect_uri", "https://supplier.example/return"),
        ("code_verifier", VERIFIER),
    ]));
    pairs
}

fn client_grant() -> Vec<(String, String)> {
    let mut pairs = form(&proof());
    pairs.extend(form(&[("grant_type", "client_credentials")]));
    pairs
}

fn with(mut pairs: Vec<(String, String)>, name: &str, value: &str) -> Vec<(String, String)> {
    pairs.retain(|(other, _)| other != name);
    pairs.extend(form(&[(name, value)]));
    pairs
}

fn refusal(pairs: &[(String, String)]) -> OAuthError {
    TokenRequest::parse(pairs).expect_err("the request must be refused")
}

#[test]
fn a_code_comes_with_address_and_proof() {
    let request = TokenRequest::parse(&code_grant()).unwrap();
    assert_eq!(request.assertion.client().to_string(), CLIENT);
    let Grant::AuthorizationCode { code, redirect_uri, .. } = &request.grant else {
        panic!("it is a code");
    };
    assert_eq!(code.expose(), CODE);
    assert_eq!(redirect_uri, "https://supplier.example/return");
    assert!(!format!("{request:?}").contains(CODE));
}

#[test]
fn a_program_asks_for_itself_with_or_without_bounds() {
    let Grant::ClientCredentials { scope, bound } = TokenRequest::parse(&client_grant()).unwrap().grant else {
        panic!("it is a client");
    };
    assert_eq!((scope, bound), (None, None));

    let pairs = with(
        client_grant(),
        "authorization_details",
        r#"[{"type":"sluis","purpose":"D4"}]"#,
    );
    let pairs = with(with(pairs, "scope", "learners.read"), "client_id", CLIENT);
    let Grant::ClientCredentials { scope, bound } = TokenRequest::parse(&pairs).unwrap().grant else {
        panic!("it is a client");
    };
    assert!(scope.unwrap().holds("learners.read"));
    assert_eq!(
        bound,
        Some(Bound {
            school: None,
            purpose: sluis_core::catalogue::Purpose::from_number(4)
        })
    );
}

#[test]
fn unknown_parameters_are_ignored_even_twice() {
    let mut pairs = client_grant();
    pairs.extend(form(&[
        ("resource", "https://a.example"),
        ("resource", "https://b.example"),
    ]));
    assert!(TokenRequest::parse(&pairs).is_ok());
}

#[rstest]
#[case("client_assertion", "", OAuthErrorCode::InvalidClient)]
#[case("client_assertion", "a.b.c", OAuthErrorCode::InvalidClient)]
#[case("client_assertion_type", "", OAuthErrorCode::InvalidClient)]
#[case("client_assertion_type", "jwt-bearer", OAuthErrorCode::InvalidClient)]
#[case("client_secret", "guess", OAuthErrorCode::InvalidClient)]
#[case("client_id", OTHER, OAuthErrorCode::InvalidClient)]
#[case("client_id", "somebody", OAuthErrorCode::InvalidClient)]
#[case("grant_type", "", OAuthErrorCode::InvalidRequest)]
#[case("grant_type", "password", OAuthErrorCode::UnsupportedGrantType)]
#[case("grant_type", "refresh_token", OAuthErrorCode::UnsupportedGrantType)]
#[case("code", "", OAuthErrorCode::InvalidRequest)]
#[case("code", "no-code", OAuthErrorCode::InvalidGrant)]
#[case("redirect_uri", "", OAuthErrorCode::InvalidRequest)]
#[case("code_verifier", "", OAuthErrorCode::InvalidRequest)]
#[case("code_verifier", "short", OAuthErrorCode::InvalidRequest)]
fn a_wrong_exchange_is_refused(#[case] name: &str, #[case] value: &str, #[case] code: OAuthErrorCode) {
    assert_eq!(refusal(&with(code_grant(), name, value)).code(), code);
}

#[rstest]
#[case("scope", "a  b", OAuthErrorCode::InvalidScope)]
#[case("authorization_details", "{}", OAuthErrorCode::InvalidAuthorizationDetails)]
#[case(
    "authorization_details",
    r#"[{"type":"sluis","purpose":"D99"}]"#,
    OAuthErrorCode::InvalidAuthorizationDetails
)]
fn a_wrong_wish_of_a_program_is_refused(#[case] name: &str, #[case] value: &str, #[case] code: OAuthErrorCode) {
    assert_eq!(refusal(&with(client_grant(), name, value)).code(), code);
}

#[rstest]
fn a_parameter_that_is_sent_twice_is_refused(
    #[values(
        "client_assertion",
        "client_assertion_type",
        "grant_type",
        "code",
        "redirect_uri",
        "code_verifier"
    )]
    name: &str,
) {
    let mut pairs = code_grant();
    let again = pairs.iter().find(|(other, _)| other == name).unwrap().clone();
    pairs.push(again);
    let refusal = refusal(&pairs);
    assert_eq!(refusal.code(), OAuthErrorCode::InvalidRequest);
    assert_eq!(refusal.description(), format!("`{name}` was sent more than once"));
}

#[test]
fn everything_that_is_wrong_is_told_at_once_and_the_gravest_names_it() {
    let mut pairs = form(&[("grant_type", "client_credentials"), ("scope", "a  b")]);
    pairs.extend(form(&[("authorization_details", r#"[{"type":"x","school":1}]"#)]));
    let refusal = refusal(&pairs);
    assert_eq!(refusal.code(), OAuthErrorCode::InvalidClient);
    for word in ["`client_assertion`", "scope", "`type`", "`school`"] {
        assert!(
            refusal.description().contains(word),
            "`{}` must name {word}",
            refusal.description()
        );
    }
    let allowed = |sign| matches!(sign, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    assert!(refusal.description().bytes().all(allowed), "RFC 6749, 5.2");
}
