use rstest::rstest;
use sluis_test_kit::keys::ClientKeyPair;

use super::*;
use crate::federation::jwks::install_crypto;

/// The places and kinds of everything that is wrong.
fn faults(set: &Value) -> Vec<(String, JwkFaultKind)> {
    let faults = ClientJwks::parse(&set.to_string()).expect_err("the set must be refused");
    faults.into_iter().map(|fault| (fault.pointer, fault.kind)).collect()
}

fn one(pointer: &str, kind: JwkFaultKind) -> Vec<(String, JwkFaultKind)> {
    vec![(pointer.to_owned(), kind)]
}

fn changed(mut jwk: Value, member: &str, value: Value) -> Value {
    jwk[member] = value;
    json!({ "keys": [jwk] })
}

#[test]
fn public_keys_of_each_kind_are_read_and_kept_the_same() {
    let keys = [
        ClientKeyPair::es256("a"),
        ClientKeyPair::rs256("b"),
        ClientKeyPair::ps256("c"),
        ClientKeyPair::eddsa("d"),
    ];
    let set = json!({ "keys": keys.iter().map(ClientKeyPair::jwk).collect::<Vec<_>>() });
    let read = ClientJwks::parse(&set.to_string()).unwrap();
    assert_eq!(read.to_json(), set);
    let kids: Vec<_> = read.keys().iter().filter_map(ClientKey::kid).collect();
    assert_eq!(kids, ["a", "b", "c", "d"]);
}

#[test]
fn what_is_kept_has_known_members_only() {
    let mut jwk = ClientKeyPair::es256("a").jwk();
    jwk["note"] = json!("of the test system");
    let read = ClientJwks::from_value(&json!({ "keys": [jwk] })).unwrap();
    assert!(!read.to_json().to_string().contains("note"));
}

#[test]
fn a_key_that_names_no_algorithm_has_all_of_its_type() {
    let mut jwk = ClientKeyPair::rs256("a").jwk();
    jwk.as_object_mut().unwrap().remove("alg");
    let read = ClientJwks::from_value(&json!({ "keys": [jwk] })).unwrap();
    assert_eq!(read.keys()[0].algorithms(), [Algorithm::RS256, Algorithm::PS256]);
}

#[rstest]
#[case(json!([]), JwkFaultKind::NotASet)]
#[case(json!({ "keys": {} }), JwkFaultKind::NotASet)]
#[case(json!({ "keys": [] }), JwkFaultKind::Empty)]
#[case(json!({ "keys": vec![json!({}); 17] }), JwkFaultKind::TooLarge)]
#[case(json!({ "keys": [], "padding": "x".repeat(MAX_BYTES) }), JwkFaultKind::TooLarge)]
fn a_set_must_be_a_set(#[case] set: Value, #[case] kind: JwkFaultKind) {
    assert_eq!(faults(&set), one("", kind));
}

#[test]
fn text_that_is_not_json_is_no_set() {
    assert_eq!(ClientJwks::parse("{").unwrap_err()[0].kind, JwkFaultKind::NotASet);
}

#[rstest]
#[case("kty", json!("oct"), "/keys/0/kty", JwkFaultKind::Symmetric)]
#[case("kty", json!("AKP"), "/keys/0/kty", JwkFaultKind::Unsupported)]
#[case("crv", json!("P-521"), "/keys/0/crv", JwkFaultKind::Unsupported)]
#[case("d", json!("AQAB"), "/keys/0/d", JwkFaultKind::Private)]
#[case("use", json!("enc"), "/keys/0/use", JwkFaultKind::Use)]
#[case("alg", json!("HS256"), "/keys/0/alg", JwkFaultKind::Algorithm)]
#[case("alg", json!("none"), "/keys/0/alg", JwkFaultKind::Algorithm)]
#[case("alg", json!(256), "/keys/0/alg", JwkFaultKind::Algorithm)]
#[case("kid", json!(""), "/keys/0/kid", JwkFaultKind::KidMissing)]
#[case("kid", json!(7), "/keys/0/kid", JwkFaultKind::KidMissing)]
#[case("x", Value::Null, "/keys/0/x", JwkFaultKind::Missing)]
#[case("x", json!("not base64url!"), "/keys/0/x", JwkFaultKind::NotAPublicKey)]
#[case("x", json!("AAAA"), "/keys/0/x", JwkFaultKind::NotAPublicKey)]
fn a_key_must_be_a_public_key_that_we_accept(
    #[case] member: &str,
    #[case] value: Value,
    #[case] pointer: &str,
    #[case] kind: JwkFaultKind,
) {
    let set = changed(ClientKeyPair::es256("a").jwk(), member, value);
    assert_eq!(faults(&set), one(pointer, kind));
}

#[test]
fn a_point_off_the_curve_is_refused() {
    let other = ClientKeyPair::es256("b").jwk()["x"].clone();
    let set = changed(ClientKeyPair::es256("a").jwk(), "x", other);
    assert_eq!(faults(&set), one("/keys/0/x", JwkFaultKind::NotAPublicKey));
}

#[test]
fn weak_rsa_numbers_are_refused() {
    install_crypto();
    let jwk = ClientKeyPair::rs256("a").jwk();
    let short = URL_SAFE_NO_PAD.encode([0xFF; 128]);
    assert_eq!(
        faults(&changed(jwk.clone(), "n", json!(short))),
        one("/keys/0/n", JwkFaultKind::Length)
    );
    let padded = [vec![0; 128], vec![0xFF; 128]].concat();
    assert_eq!(
        faults(&changed(jwk.clone(), "n", json!(URL_SAFE_NO_PAD.encode(padded)))),
        one("/keys/0/n", JwkFaultKind::Length)
    );
    assert_eq!(
        faults(&changed(jwk.clone(), "e", json!("Aw"))),
        one("/keys/0/e", JwkFaultKind::Exponent)
    );
    let even = URL_SAFE_NO_PAD.encode([vec![0xFF; 255], vec![0xFE]].concat());
    assert_eq!(
        faults(&changed(jwk.clone(), "n", json!(even))),
        one("/keys/0/n", JwkFaultKind::NotAPublicKey)
    );
    assert_eq!(
        faults(&changed(jwk.clone(), "e", json!("AQAC"))),
        one("/keys/0/e", JwkFaultKind::NotAPublicKey)
    );
    assert_eq!(
        faults(&changed(jwk, "e", json!("AwAAAAE"))),
        one("/keys/0/e", JwkFaultKind::NotAPublicKey)
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let mut private = ClientKeyPair::rs256("same").jwk();
    private["d"] = json!("AQAB");
    private["p"] = json!("AQAB");
    let mut nameless = ClientKeyPair::es256("x").jwk();
    nameless.as_object_mut().unwrap().remove("kid");
    let secret = json!({ "kty": "oct", "kid": "same", "k": "c2VjcmV0" });
    let set = json!({ "keys": [private, nameless, secret, 5] });
    assert_eq!(
        faults(&set),
        [
            ("/keys/0/d", JwkFaultKind::Private),
            ("/keys/0/p", JwkFaultKind::Private),
            ("/keys/1/kid", JwkFaultKind::KidMissing),
            ("/keys/2/kid", JwkFaultKind::KidRepeated),
            ("/keys/2/kty", JwkFaultKind::Symmetric),
            ("/keys/3", JwkFaultKind::NotAKey),
        ]
        .map(|(pointer, kind)| (pointer.to_owned(), kind))
    );
}

#[test]
fn a_signature_finds_its_key_by_name_or_by_being_the_only_one() {
    let (one, two) = (ClientKeyPair::es256("one"), ClientKeyPair::es256("two"));
    let single = ClientJwks::from_value(&one.jwks()).unwrap();
    assert!(single.find(None).is_some());
    assert!(single.find(Some("one")).is_some());
    assert!(single.find(Some("two")).is_none());
    let both = ClientJwks::from_value(&json!({ "keys": [one.jwk(), two.jwk()] })).unwrap();
    assert_eq!(both.find(Some("two")).and_then(ClientKey::kid), Some("two"));
    assert!(both.find(None).is_none());
}
