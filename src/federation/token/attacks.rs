//! Everything that somebody may send instead of a token of ours.

use std::sync::LazyLock;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};
use sluis_core::{
    id::{AccountId, ClientId, SchoolId},
    random::SystemRandom,
    time::Timestamp,
};
use sluis_test_kit::keys::{ClientKeyPair, forge, hs256};

use super::*;
use crate::{
    app::caller::Bound,
    federation::jwks::{KeySize, SigningKey, SigningKeys, install_crypto},
};

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);
static KEYS: LazyLock<SigningKeys> = LazyLock::new(keys);

fn keys() -> SigningKeys {
    SigningKeys::new(key(), vec![]).unwrap()
}

fn key() -> SigningKey {
    install_crypto();
    SigningKey::generate(KeySize::Rsa2048).unwrap()
}

fn terms() -> Terms {
    Terms::new("https://sluis.example", "https://sluis.example/v1")
}

fn grant() -> AccessGrant {
    AccessGrant {
        client: ClientId::generate(NOW, &SystemRandom),
        subject: Subject::Client,
        scope: Scope::parse("learners.read").unwrap(),
        bound: Some(Bound {
            school: Some(SchoolId::generate(NOW, &SystemRandom)),
            purpose: sluis_core::catalogue::Purpose::from_number(4),
        }),
    }
}

fn token() -> String {
    let token = AccessToken::issue(&grant(), &terms(), &KEYS, NOW, &SystemRandom).unwrap();
    token.as_str().to_owned()
}

fn verify(text: &str) -> Result<AccessClaims, TokenError> {
    AccessToken::verify(text, &KEYS, &terms(), NOW)
}

fn part(token: &str, place: usize) -> Value {
    let part = token.split('.').nth(place).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

static TOKEN: LazyLock<String> = LazyLock::new(token);

/// The claims of a good token.
fn claims() -> Value {
    part(&token(), 1)
}

fn signed(claims: &Value) -> String {
    KEYS.sign("at+jwt", claims).unwrap()
}

fn with(claim: &str, value: Value) -> String {
    let mut claims = claims();
    claims[claim] = value;
    signed(&claims)
}

#[test]
fn a_token_says_what_was_granted() {
    for subject in [
        Subject::Client,
        Subject::Account(AccountId::generate(NOW, &SystemRandom)),
    ] {
        let grant = AccessGrant { subject, ..grant() };
        let token = AccessToken::issue(&grant, &terms(), &KEYS, NOW, &SystemRandom).unwrap();
        let claims = verify(token.as_str()).unwrap();
        assert_eq!(claims.grant, grant);
        assert_eq!(claims.expires, NOW.plus_secs(300));
        assert_eq!(token.expires(), claims.expires);
        assert!(!format!("{token:?}").contains(token.as_str()));
    }
}

#[test]
fn the_wire_is_that_of_rfc_9068() {
    let token = token();
    let header = part(&token, 0);
    assert_eq!(header["typ"], "at+jwt");
    assert_eq!(header["alg"], "RS256");
    assert_eq!(
        header["kid"],
        serde_json::to_value(KEYS.jwks(NOW)).unwrap()["keys"][0]["kid"]
    );
    let claims = part(&token, 1);
    assert_eq!(claims["sub"], claims["client_id"]);
    assert_eq!(claims["aud"], "https://sluis.example/v1");
    assert_eq!(claims["iat"], 1_790_000_000);
    assert_eq!(claims["exp"], 1_790_000_300);
    assert_eq!(claims["scope"], "learners.read");
    assert_eq!(claims["authorization_details"][0]["purpose"], "D4");
    assert_ne!(claims["jti"], self::claims()["jti"]);
}

#[test]
fn a_token_without_signature_is_refused() {
    for alg in ["none", "None", "NONE"] {
        let header = json!({ "alg": alg, "typ": "at+jwt", "kid": part(&token(), 0)["kid"] });
        assert_eq!(
            verify(&forge(&header, &claims(), |_| vec![])),
            Err(TokenError::Algorithm)
        );
    }
}

#[test]
fn the_public_key_is_not_a_shared_secret() {
    let jwk = serde_json::to_value(KEYS.jwks(NOW)).unwrap()["keys"][0].clone();
    let der = public_der(&jwk);
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(&der)
    );
    let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
    for secret in [pem.into_bytes(), der, jwk.to_string().into_bytes(), modulus] {
        let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": jwk["kid"] });
        let token = forge(&header, &claims(), |message| hs256(&secret, message));
        assert_eq!(verify(&token), Err(TokenError::Algorithm));
        // The same signature under the algorithm that we accept.
        let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": jwk["kid"] });
        let token = forge(&header, &claims(), |message| hs256(&secret, message));
        assert_eq!(verify(&token), Err(TokenError::Signature));
    }
}

fn public_der(jwk: &Value) -> Vec<u8> {
    use aws_lc_rs::{encoding::AsDer, signature::RsaPublicKeyComponents};
    let number = |member: &str| URL_SAFE_NO_PAD.decode(jwk[member].as_str().unwrap()).unwrap();
    let components = RsaPublicKeyComponents {
        n: number("n"),
        e: number("e"),
    };
    components.as_der().unwrap().as_ref().to_vec()
}

#[test]
fn the_key_that_a_header_brings_along_is_not_used() {
    let attacker = ClientKeyPair::rs256(part(&token(), 0)["kid"].as_str().unwrap());
    let forged = attacker
        .jwt(claims())
        .header("typ", "at+jwt")
        .header("jwk", attacker.jwk());
    assert_eq!(verify(&forged.sign()), Err(TokenError::Signature));
}

#[test]
fn a_key_of_somebody_else_is_refused() {
    let attacker = ClientKeyPair::rs256("theirs");
    assert_eq!(
        verify(&attacker.jwt(claims()).header("typ", "at+jwt").sign()),
        Err(TokenError::UnknownKey)
    );
    assert_eq!(
        verify(
            &attacker
                .jwt(claims())
                .header("typ", "at+jwt")
                .without_header("kid")
                .sign()
        ),
        Err(TokenError::UnknownKey)
    );
    let other_algorithm = ClientKeyPair::ps256(part(&token(), 0)["kid"].as_str().unwrap());
    assert_eq!(
        verify(&other_algorithm.jwt(claims()).header("typ", "at+jwt").sign()),
        Err(TokenError::Algorithm)
    );
}

/// Each key of ours is used with its own algorithm, and a token of either is believed.
#[test]
fn a_key_of_ours_is_used_with_its_own_algorithm_alone() {
    let access = SigningKey::generate(KeySize::P256).unwrap();
    let kid = access.kid().to_owned();
    let keys = keys().with_access(access).unwrap();
    let verify = |text: &str| AccessToken::verify(text, &keys, &terms(), NOW);
    let short = AccessToken::issue(&grant(), &terms(), &keys, NOW, &SystemRandom).unwrap();
    let long = keys.sign("at+jwt", &claims()).unwrap();
    assert!(verify(short.as_str()).is_ok() && verify(&long).is_ok());
    assert!(short.as_str().len() + 250 < long.len());
    let header = part(short.as_str(), 0);
    assert_eq!((&header["alg"], &header["kid"]), (&json!("ES256"), &json!(kid)));
    assert_eq!(part(&long, 0)["alg"], "RS256");
    for (text, alg) in [(short.as_str(), "RS256"), (long.as_str(), "ES256")] {
        let mut header = part(text, 0);
        header["alg"] = json!(alg);
        let signature = URL_SAFE_NO_PAD.decode(text.split('.').nth(2).unwrap()).unwrap();
        let renamed = forge(&header, &part(text, 1), |_| signature);
        assert_eq!(verify(&renamed), Err(TokenError::Algorithm));
    }
    let attacker = ClientKeyPair::es256(&kid);
    let forged = attacker.jwt(claims()).header("typ", "at+jwt").sign();
    assert_eq!(verify(&forged), Err(TokenError::Signature));
}

#[test]
fn the_name_of_another_key_of_ours_does_not_help() {
    let retired = key();
    let kid = retired.kid().to_owned();
    let before = SigningKeys::new(retired, vec![]).unwrap();
    let old = AccessToken::issue(&grant(), &terms(), &before, NOW, &SystemRandom).unwrap();
    let keys = before.rotate(key(), NOW.plus_secs(60)).unwrap();
    assert!(AccessToken::verify(old.as_str(), &keys, &terms(), NOW).is_ok());

    let new = AccessToken::issue(&grant(), &terms(), &keys, NOW, &SystemRandom).unwrap();
    let header = json!({ "alg": "RS256", "typ": "at+jwt", "kid": kid });
    let signature = URL_SAFE_NO_PAD.decode(new.as_str().split('.').nth(2).unwrap()).unwrap();
    let renamed = forge(&header, &part(new.as_str(), 1), |_| signature);
    assert_eq!(
        AccessToken::verify(&renamed, &keys, &terms(), NOW),
        Err(TokenError::Signature)
    );
    assert_eq!(
        AccessToken::verify(old.as_str(), &keys, &terms(), NOW.plus_secs(60)),
        Err(TokenError::UnknownKey),
        "the key has retired"
    );
}

#[rstest]
#[case("iss", json!("https://sluis.example/"), TokenError::Issuer)]
#[case("iss", json!("https://evil.example"), TokenError::Issuer)]
#[case("aud", json!("https://evil.example"), TokenError::Audience)]
#[case("aud", json!(["https://sluis.example/v1", "https://evil.example"]), TokenError::Malformed)]
#[case("exp", json!(1_790_000_000), TokenError::Expired)]
#[case("exp", json!(0), TokenError::Expired)]
#[case("exp", json!("1790000300"), TokenError::Malformed)]
#[case("exp", json!(1e300), TokenError::Malformed)]
#[case("exp", Value::Null, TokenError::Malformed)]
#[case("iat", json!(1_790_000_006), TokenError::NotYetValid)]
#[case("nbf", json!(1_790_000_006), TokenError::NotYetValid)]
#[case("sub", json!("admin"), TokenError::Malformed)]
#[case("client_id", json!("admin"), TokenError::Malformed)]
#[case("jti", Value::Null, TokenError::Malformed)]
#[case("scope", json!(["learners.read"]), TokenError::Malformed)]
#[case("authorization_details", json!([{ "type": "other" }]), TokenError::Malformed)]
fn claims_that_we_do_not_sign_are_refused_even_if_signed(
    #[case] claim: &str,
    #[case] value: Value,
    #[case] error: TokenError,
) {
    assert_eq!(verify(&with(claim, value)), Err(error));
}

#[test]
fn the_clock_of_a_replica_may_be_a_little_ahead() {
    assert!(verify(&with("iat", json!(1_790_000_005))).is_ok());
}

#[rstest]
fn another_kind_of_token_is_refused(
    #[values("JWT", "at+JWT", "", "client-authentication+jwt", "logout+jwt")] typ: &str,
) {
    assert_eq!(verify(&KEYS.sign(typ, &claims()).unwrap()), Err(TokenError::WrongType));
}

#[test]
fn a_client_assertion_is_no_access_token() {
    let client = ClientKeyPair::es256("client");
    let assertion = client
        .assertion("a-client", "https://sluis.example/v1", NOW.as_secs())
        .sign();
    assert_eq!(verify(&assertion), Err(TokenError::WrongType));
}

#[test]
fn altered_claims_are_refused() {
    let token = token();
    let mut altered = part(&token, 1);
    altered["scope"] = json!("everything");
    let parts: Vec<_> = token.split('.').collect();
    let altered = format!(
        "{}.{}.{}",
        parts[0],
        URL_SAFE_NO_PAD.encode(altered.to_string()),
        parts[2]
    );
    assert_eq!(verify(&altered), Err(TokenError::Signature));
    assert_eq!(
        verify(&format!("{}.{}.", parts[0], parts[1])),
        Err(TokenError::Signature)
    );
}

#[test]
fn an_oversized_token_is_refused() {
    assert_eq!(
        verify(&with("padding", json!("x".repeat(9_000)))),
        Err(TokenError::Malformed)
    );
}

#[test]
fn a_token_is_remembered_only_after_it_was_believed() {
    let verifier = AccessVerifier::new(terms(), 10);
    let token = token();
    for _ in 0..2 {
        assert!(verifier.verify(&token, &KEYS, NOW).is_ok());
        assert_eq!(
            verifier.verify(&format!("{token}A"), &KEYS, NOW),
            Err(TokenError::Signature)
        );
        assert_eq!(
            verifier.verify(&signed(&json!({})), &KEYS, NOW),
            Err(TokenError::Malformed)
        );
        assert_eq!(verifier.remembered(), 1);
    }
}

#[test]
fn a_remembered_token_still_expires_and_waits() {
    let verifier = AccessVerifier::new(terms(), 10);
    let token = token();
    let first = verifier.verify(&token, &KEYS, NOW).unwrap();
    let again = verifier.verify(&token, &KEYS, NOW.plus_secs(299)).unwrap();
    assert!(
        std::sync::Arc::ptr_eq(&first, &again),
        "the second time it was remembered"
    );
    assert_eq!(
        verifier.verify(&token, &KEYS, NOW.plus_secs(300)),
        Err(TokenError::Expired)
    );
    assert!(verifier.verify(&token, &KEYS, NOW).is_ok());
    assert_eq!(
        verifier.verify(&token, &KEYS, NOW.plus_secs(-60)),
        Err(TokenError::NotYetValid)
    );
}

#[test]
fn a_remembered_token_does_not_outlive_its_key() {
    let verifier = AccessVerifier::new(terms(), 10);
    let before = keys();
    let old = AccessToken::issue(&grant(), &terms(), &before, NOW, &SystemRandom).unwrap();
    verifier.verify(old.as_str(), &before, NOW).unwrap();

    let rotated = before.rotate(key(), NOW.plus_secs(60)).unwrap();
    verifier.verify(old.as_str(), &rotated, NOW).unwrap();
    verifier.verify(old.as_str(), &rotated, NOW.plus_secs(59)).unwrap();
    assert_eq!(
        verifier.verify(old.as_str(), &rotated, NOW.plus_secs(60)),
        Err(TokenError::UnknownKey)
    );

    verifier.verify(old.as_str(), &rotated, NOW).unwrap();
    let withdrawn = keys();
    assert_eq!(
        verifier.verify(old.as_str(), &withdrawn, NOW),
        Err(TokenError::UnknownKey)
    );
}

#[test]
fn no_more_tokens_are_remembered_than_asked() {
    let verifier = AccessVerifier::new(terms(), 2);
    for _ in 0..8 {
        verifier.verify(&token(), &KEYS, NOW).unwrap();
    }
    assert!(verifier.remembered() <= 2);
}

proptest! {
    #[test]
    fn a_token_with_any_other_bytes_is_never_believed(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<char>(), 0..3_u8), 1..4)
    ) {
        let token = TOKEN.as_str();
        let mut signs: Vec<char> = token.chars().collect();
        for (place, sign, edit) in edits {
            let place = place.index(signs.len());
            match edit {
                0 => signs[place] = sign,
                1 => signs.insert(place, sign),
                _ => { signs.remove(place); }
            }
        }
        let mutated: String = signs.into_iter().collect();
        prop_assume!(mutated != token);
        prop_assert!(verify(&mutated).is_err());
    }

    #[test]
    fn a_token_with_any_other_base64_sign_is_never_believed(
        place: prop::sample::Index, sign in "[A-Za-z0-9_.-]"
    ) {
        let token = TOKEN.as_str();
        let place = place.index(token.len());
        let mutated = format!("{}{sign}{}", &token[..place], &token[place + 1..]);
        prop_assume!(mutated != token);
        prop_assert!(verify(&mutated).is_err());
    }
}
