use jsonwebtoken::{Algorithm, EncodingKey};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Federation, Story,
    signer::{self, NEW, OLD},
};
use crate::federation::kennisnet::{Callback, IdTokenError, IssuerUrl, Kennisnet, KennisnetError};

async fn id_token_refused(change: impl FnOnce(&mut Story)) -> IdTokenError {
    let federation = Federation::start().await;
    match federation.login(change).await {
        Err(KennisnetError::IdToken(reason)) => {
            assert_eq!(
                federation.asked("/oidc/userinfo").await,
                0,
                "nothing is asked with such a token"
            );
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_answer_to_another_login_is_refused_before_anything_is_asked() {
    let federation = Federation::start().await;
    for state in ["", "another-state"] {
        let error = federation
            .login(|story| story.callback.state = state.to_owned())
            .await
            .unwrap_err();
        assert!(matches!(error, KennisnetError::StateMismatch), "{error:?}");
    }
    assert_eq!(federation.asked("/oidc/token").await, 0);
}

#[tokio::test]
async fn an_answer_of_another_provider_is_refused() {
    let federation = Federation::start().await;
    let login = federation
        .login(|story| story.callback.iss = Some("https://elsewhere.example".to_owned()))
        .await;
    assert!(matches!(login, Err(KennisnetError::SenderMismatch)), "{login:?}");
    let own = federation.server.uri();
    assert!(federation.login(|story| story.callback.iss = Some(own)).await.is_ok());
}

#[tokio::test]
async fn a_provider_that_says_it_names_itself_must_do_so() {
    let mut federation = Federation::start().await;
    federation.metadata["authorization_response_iss_parameter_supported"] = json!(true);
    let login = federation.login(|_| {}).await;
    assert!(matches!(login, Err(KennisnetError::SenderMismatch)), "{login:?}");
}

#[tokio::test]
async fn a_login_that_took_too_long_is_refused() {
    let federation = Federation::start().await;
    let login = federation.login(|_| federation.clock.advance_secs(900)).await;
    assert!(matches!(login, Err(KennisnetError::LoginExpired)), "{login:?}");
}

#[rstest]
#[case::another_nonce("nonce", json!("another"), IdTokenError::Nonce)]
#[case::no_nonce("nonce", Value::Null, IdTokenError::Nonce)]
#[case::another_issuer("iss", json!("https://elsewhere.example"), IdTokenError::Issuer)]
#[case::another_audience("aud", json!("another.example"), IdTokenError::Audience)]
#[case::a_further_audience("aud", json!(["sluis.example.nl", "another.example"]), IdTokenError::Audience)]
#[case::no_audience("aud", json!([]), IdTokenError::Audience)]
#[case::another_party("azp", json!("another.example"), IdTokenError::Audience)]
#[case::another_access_token("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA"), IdTokenError::AccessToken)]
#[tokio::test]
async fn a_token_with_a_wrong_claim_is_refused(
    #[case] claim: &str,
    #[case] value: Value,
    #[case] expected: IdTokenError,
) {
    assert_eq!(id_token_refused(|story| story.claims[claim] = value).await, expected);
}

#[rstest]
#[case::expired("exp", -30, IdTokenError::Expired)]
#[case::issued_long_ago("iat", -631, IdTokenError::NotFresh)]
#[case::issued_in_the_future("iat", 31, IdTokenError::NotFresh)]
#[tokio::test]
async fn a_token_of_another_time_is_refused_by_our_clock(
    #[case] claim: &str,
    #[case] offset: i64,
    #[case] expected: IdTokenError,
) {
    let shift = |story: &mut Story, by: i64| {
        let now = story.claims["iat"].as_i64().unwrap();
        story.claims[claim] = json!(now + by);
    };
    assert_eq!(id_token_refused(|story| shift(story, offset)).await, expected);
    // One second nearer is within what clocks may differ.
    let federation = Federation::start().await;
    let login = federation.login(|story| shift(story, offset - offset.signum())).await;
    assert!(login.is_ok(), "{login:?}");
}

#[tokio::test]
async fn an_unsigned_token_is_refused() {
    for signature in ["", "c2lnbmF0dXJl"] {
        let reason = id_token_refused(|story| {
            let message = signer::message(&json!({"alg": "none"}), &story.claims);
            story.id_token = Some(format!("{message}.{signature}"));
        })
        .await;
        assert_eq!(reason, IdTokenError::Algorithm);
    }
}

#[tokio::test]
async fn a_token_signed_by_hmac_with_the_public_key_or_the_secret_is_refused() {
    for secret in [OLD.public().to_string(), "a secret of a test".to_owned()] {
        let reason = id_token_refused(|story| {
            let header = json!({"alg": "HS256", "kid": OLD.kid});
            let key = EncodingKey::from_secret(secret.as_bytes());
            story.id_token = Some(signer::sign_by(&key, Algorithm::HS256, &header, &story.claims));
        })
        .await;
        assert_eq!(reason, IdTokenError::Algorithm);
    }
}

#[tokio::test]
async fn a_token_signed_by_a_foreign_key_under_a_known_name_is_refused() {
    let reason = id_token_refused(|story| story.signer = &NEW).await;
    assert_eq!(reason, IdTokenError::Signature);
}

#[tokio::test]
async fn an_altered_token_is_refused() {
    let reason = id_token_refused(|story| {
        let signed = OLD.sign(&story.header, &story.claims);
        let (_, signature) = signed.rsplit_once('.').unwrap();
        story.claims["sub"] = json!("somebody-else");
        let message = signer::message(&story.header, &story.claims);
        story.id_token = Some(format!("{message}.{signature}"));
    })
    .await;
    assert_eq!(reason, IdTokenError::Signature);
}

#[tokio::test]
async fn an_access_token_is_no_id_token() {
    let reason = id_token_refused(|story| story.header["typ"] = json!("at+jwt")).await;
    assert_eq!(reason, IdTokenError::Unsupported);
}

#[tokio::test]
async fn userinfo_about_somebody_else_is_refused() {
    let federation = Federation::start().await;
    for sub in [json!("somebody-else"), json!([super::SUB]), Value::Null] {
        let login = federation
            .login(|story| {
                let mut claims = super::pupil();
                claims["sub"] = sub;
                story.userinfo(claims);
            })
            .await;
        assert!(matches!(login, Err(KennisnetError::SubjectMismatch)), "{login:?}");
    }
}

#[tokio::test]
async fn an_issuer_or_endpoint_that_can_be_listened_in_on_is_refused() {
    let mut federation = Federation::start().await;
    federation.metadata["userinfo_endpoint"] = json!("http://userinfo.example/");
    let error = federation.login(|_| {}).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Kennisnet's discovery endpoint describes an endpoint that cannot be used"
    );

    let mut settings = federation.kennisnet.settings.clone();
    settings.issuer = IssuerUrl::new("http://oidc.example".to_owned()).unwrap();
    let random = federation.kennisnet.random.clone();
    let refused = Kennisnet::new(settings, reqwest::Client::default(), federation.clock.clone(), random);
    assert!(matches!(
        refused.err(),
        Some(KennisnetError::InsecureSetting { name: "issuer" })
    ));
}

#[test]
fn the_query_of_the_browser_is_read_and_not_printed() {
    let callback: Callback =
        serde_json::from_value(json!({"state": "a-state", "code": "a-code", "session_state": "x"})).unwrap();
    assert_eq!(callback.code.as_deref(), Some("a-code"));
    assert!(!format!("{callback:?}").contains("a-code"));
}
