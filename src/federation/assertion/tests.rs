use std::sync::LazyLock;

use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use sluis_core::{random::SystemRandom, time::Timestamp};
use sluis_test_kit::keys::{ClientKeyPair, Jwt, forge, hs256};

use super::*;
use crate::federation::jwks::{KeySize, SigningKey, SigningKeys, install_crypto};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
const CLIENT: &str = "01990000-0000-7000-8000-0000000000c1";
const OTHER: &str = "01990000-0000-7000-8000-0000000000c2";
const ISSUER: &str = "https://sluis.example";
const TOKEN_ENDPOINT: &str = "https://sluis.example/oidc/token";

static KEY: LazyLock<ClientKeyPair> = LazyLock::new(|| {
    install_crypto();
    ClientKeyPair::es256("key")
});

fn terms() -> AssertionTerms {
    AssertionTerms::new(ISSUER, TOKEN_ENDPOINT)
}

fn good() -> Jwt<'static> {
    KEY.assertion(CLIENT, ISSUER, NOW.as_secs())
}

fn verify(text: &str) -> Result<VerifiedAssertion, AssertionError> {
    verify_with(text, &KEY.jwks())
}

fn verify_with(text: &str, jwks: &Value) -> Result<VerifiedAssertion, AssertionError> {
    let keys = ClientJwks::from_value(jwks).unwrap();
    UnverifiedAssertion::peek(text)?.verify(&keys, &terms(), NOW)
}

#[test]
fn each_kind_of_key_proves_its_client() {
    install_crypto();
    for key in [
        ClientKeyPair::es256("a"),
        ClientKeyPair::rs256("b"),
        ClientKeyPair::ps256("c"),
        ClientKeyPair::eddsa("d"),
    ] {
        let text = key.assertion(CLIENT, TOKEN_ENDPOINT, NOW.as_secs()).sign();
        assert_eq!(UnverifiedAssertion::peek(&text).unwrap().client().to_string(), CLIENT);
        let verified = verify_with(&text, &key.jwks()).unwrap();
        assert_eq!(verified.client.to_string(), CLIENT);
        assert_eq!(
            verified.expires,
            NOW.plus_secs(60 + 30 + 30),
            "remembered while a replica with a slow clock may take it"
        );
    }
}

#[test]
fn the_same_assertion_has_the_same_replay_key_and_another_client_another() {
    let first = verify(&good().with("jti", "one").sign()).unwrap();
    let again = verify(&good().with("jti", "one").sign()).unwrap();
    assert_eq!(first.replay_key(), again.replay_key());
    let other_name = verify(&good().with("jti", "two").sign()).unwrap();
    assert_ne!(first.replay_key(), other_name.replay_key());
    let other_client = verify(&good().with("iss", OTHER).with("sub", OTHER).with("jti", "one").sign()).unwrap();
    assert_ne!(first.replay_key(), other_client.replay_key());
}

#[rstest]
#[case("iss", json!(OTHER), AssertionError::NotTheClient)]
#[case("sub", json!(OTHER), AssertionError::NotTheClient)]
#[case("sub", json!("somebody"), AssertionError::NotTheClient)]
#[case("aud", json!("https://evil.example"), AssertionError::Audience)]
#[case("aud", json!("https://sluis.example/"), AssertionError::Audience)]
#[case("aud", json!([]), AssertionError::Audience)]
#[case("aud", json!([ISSUER, "https://evil.example"]), AssertionError::Audience)]
#[case("aud", json!({ "is": ISSUER }), AssertionError::Malformed)]
#[case("exp", json!(1_789_999_970), AssertionError::Expired)]
#[case("exp", json!(1_790_000_331), AssertionError::LivesTooLong)]
#[case("exp", json!("soon"), AssertionError::Malformed)]
#[case("iat", json!(1_790_000_031), AssertionError::NotYetValid)]
#[case("nbf", json!(1_790_000_031), AssertionError::NotYetValid)]
#[case("iat", json!(1_789_990_000), AssertionError::LivesTooLong)]
#[case("jti", json!(""), AssertionError::Jti)]
#[case("jti", json!("j".repeat(257)), AssertionError::Jti)]
#[case("jti", json!(7), AssertionError::Malformed)]
fn a_wrong_claim_is_refused(#[case] claim: &str, #[case] value: Value, #[case] error: AssertionError) {
    assert_eq!(verify(&good().with(claim, value).sign()), Err(error));
}

#[rstest]
fn a_missing_claim_is_refused(#[values("iss", "sub", "aud", "exp", "jti")] claim: &str) {
    assert_eq!(verify(&good().without(claim).sign()), Err(AssertionError::Malformed));
}

#[rstest]
#[case("aud", json!([ISSUER, TOKEN_ENDPOINT]))]
#[case("aud", json!(TOKEN_ENDPOINT))]
#[case("exp", json!(1_790_000_330))]
#[case("exp", json!(1_789_999_971))]
#[case("iat", json!(1_790_000_030))]
#[case("nbf", json!(1_790_000_030.5 - 1.0))]
fn what_the_standards_allow_is_taken(#[case] claim: &str, #[case] value: Value) {
    let text = good().without("iat").with(claim, value).sign();
    assert!(verify(&text).is_ok(), "{:?}", verify(&text));
}

#[rstest]
#[case(None, None)]
#[case(Some("JWT"), None)]
#[case(Some("client-authentication+jwt"), None)]
#[case(Some("at+jwt"), Some(AssertionError::WrongType))]
#[case(Some("dpop+jwt"), Some(AssertionError::WrongType))]
fn only_a_plain_jwt_is_an_assertion(#[case] typ: Option<&str>, #[case] error: Option<AssertionError>) {
    let assertion = match typ {
        Some(typ) => good().header("typ", typ),
        None => good().without_header("typ"),
    };
    assert_eq!(verify(&assertion.sign()).err(), error);
}

#[test]
fn the_key_decides_on_the_algorithm() {
    install_crypto();
    for algorithm in ["none", "HS256", "ES384", "RS256", "EdDSA"] {
        let text = good().header("alg", algorithm).sign();
        assert_eq!(
            verify(&text),
            Err(AssertionError::Algorithm),
            "`{algorithm}` with a P-256 key"
        );
    }
    // A key that names its algorithm has that one only.
    let key = ClientKeyPair::rs256("rsa");
    let text = key
        .assertion(CLIENT, ISSUER, NOW.as_secs())
        .header("alg", "PS256")
        .sign();
    assert_eq!(verify_with(&text, &key.jwks()), Err(AssertionError::Algorithm));
}

#[test]
fn a_public_key_is_not_a_shared_secret() {
    let claims = json!({
        "iss": CLIENT, "sub": CLIENT, "aud": ISSUER, "exp": NOW.as_secs() + 60, "jti": "one",
    });
    for (algorithm, error) in [
        ("HS256", AssertionError::Algorithm),
        ("ES256", AssertionError::Signature),
    ] {
        let header = json!({ "alg": algorithm, "kid": "key" });
        let secret = KEY.jwk().to_string();
        let text = forge(&header, &claims, |message| hs256(secret.as_bytes(), message));
        assert_eq!(verify(&text), Err(error));
    }
    let text = forge(&json!({ "alg": "none", "kid": "key" }), &claims, |_| vec![]);
    assert_eq!(verify(&text), Err(AssertionError::Algorithm));
}

#[test]
fn a_key_must_be_registered_and_named_if_there_are_several() {
    let stranger = ClientKeyPair::es256("stranger");
    let text = stranger.assertion(CLIENT, ISSUER, NOW.as_secs()).sign();
    assert_eq!(verify(&text), Err(AssertionError::UnknownKey));
    let text = stranger
        .assertion(CLIENT, ISSUER, NOW.as_secs())
        .header("kid", "key")
        .sign();
    assert_eq!(verify(&text), Err(AssertionError::Signature));

    let both = json!({ "keys": [KEY.jwk(), stranger.jwk()] });
    assert!(verify_with(&good().sign(), &both).is_ok());
    let nameless = good().without_header("kid").sign();
    assert_eq!(verify_with(&nameless, &both), Err(AssertionError::UnknownKey));
    assert!(verify_with(&nameless, &KEY.jwks()).is_ok());
    // The name of the other registered key.
    let renamed = good().header("kid", "stranger").sign();
    assert_eq!(verify_with(&renamed, &both), Err(AssertionError::Signature));
}

#[test]
fn an_access_token_is_no_assertion() {
    use crate::federation::token::{AccessGrant, AccessToken, Scope, Subject, Terms};
    install_crypto();
    let keys = SigningKeys::new(SigningKey::generate(KeySize::Rsa2048).unwrap(), vec![]).unwrap();
    let grant = AccessGrant {
        client: ClientId::parse(CLIENT).unwrap(),
        subject: Subject::Client,
        scope: Scope::default(),
        bound: None,
    };
    let token = AccessToken::issue(&grant, &Terms::new(ISSUER, ISSUER), &keys, NOW, &SystemRandom).unwrap();
    assert_eq!(verify(token.as_str()), Err(AssertionError::WrongType));
}

#[test]
fn altered_oversized_and_other_texts_are_refused() {
    let text = good().sign();
    let (message, _) = text.rsplit_once('.').unwrap();
    let (_, signature) = good()
        .with("jti", "other")
        .sign()
        .rsplit_once('.')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    assert_eq!(
        verify(&format!("{message}.{signature}")),
        Err(AssertionError::Signature)
    );
    assert_eq!(
        verify(&good().with("pad", "x".repeat(9_000)).sign()),
        Err(AssertionError::Malformed)
    );
    for text in ["", "a.b.c", "...", "not a token"] {
        assert_eq!(verify(text), Err(AssertionError::Malformed));
    }
}

static TEXT: LazyLock<String> = LazyLock::new(|| good().sign());

proptest! {
    #[test]
    fn an_assertion_with_any_other_sign_is_never_believed(
        place: prop::sample::Index, sign in "[A-Za-z0-9_.-]", insert: bool
    ) {
        let place = place.index(TEXT.len());
        let rest = if insert { place } else { place + 1 };
        let mutated = format!("{}{sign}{}", &TEXT[..place], &TEXT[rest..]);
        prop_assume!(mutated != *TEXT);
        prop_assert!(verify(&mutated).is_err());
    }
}
