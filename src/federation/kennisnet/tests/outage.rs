use std::time::Duration;

use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use wiremock::{Mock, ResponseTemplate, matchers::path};

use super::Federation;
use crate::{
    app::login::LoginTerms,
    federation::kennisnet::{AnswerError, Endpoint, KennisnetError},
};

/// Logs in while one endpoint gives this answer, and tells what it was blamed for.
async fn blamed(endpoint: Endpoint, answer: ResponseTemplate) -> AnswerError {
    blamed_by(Federation::start().await, endpoint, answer).await
}

async fn blamed_by(federation: Federation, endpoint: Endpoint, answer: ResponseTemplate) -> AnswerError {
    let at = match endpoint {
        Endpoint::Discovery => "/.well-known/openid-configuration",
        Endpoint::Keys => "/oidc/certs",
        Endpoint::Token => "/oidc/token",
        Endpoint::Userinfo => "/oidc/userinfo",
        Endpoint::Authorization => "/oidc/authorize",
    };
    let _broken = Mock::given(path(at))
        .respond_with(answer)
        .with_priority(1)
        .mount_as_scoped(&federation.server)
        .await;
    match federation.login(|_| {}).await {
        Err(KennisnetError::Provider { endpoint: at, error }) => {
            // The keys are first asked for together with the description.
            assert!(at == endpoint || (at == Endpoint::Discovery && endpoint == Endpoint::Keys));
            error
        }
        other => panic!("{other:?}"),
    }
}

#[rstest]
#[tokio::test]
async fn each_broken_answer_is_named(
    #[values(Endpoint::Discovery, Endpoint::Keys, Endpoint::Token, Endpoint::Userinfo)] endpoint: Endpoint,
) {
    let impatient = Federation::with(|settings| settings.timeout = Duration::from_millis(200)).await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    assert!(matches!(
        blamed_by(impatient, endpoint, slow).await,
        AnswerError::TimedOut
    ));

    let large = ResponseTemplate::new(200).set_body_json(json!({"padding": "x".repeat(300 * 1024)}));
    assert!(matches!(blamed(endpoint, large).await, AnswerError::TooLarge));

    let failing = ResponseTemplate::new(503).set_body_string("Sanne is away");
    assert!(matches!(blamed(endpoint, failing).await, AnswerError::Status(503)));

    let chatter = ResponseTemplate::new(200).set_body_raw("<html>Sanne</html>", "application/json");
    let error = blamed(endpoint, chatter).await;
    assert!(matches!(error, AnswerError::Malformed), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("Sanne"));
}

#[rstest]
#[tokio::test]
async fn no_redirect_is_followed(
    #[values(Endpoint::Discovery, Endpoint::Keys, Endpoint::Token, Endpoint::Userinfo)] endpoint: Endpoint,
    #[values(302, 307)] status: u16,
) {
    let elsewhere = wiremock::MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&elsewhere)
        .await;
    let redirect = ResponseTemplate::new(status).insert_header("location", elsewhere.uri());
    assert!(matches!(blamed(endpoint, redirect).await, AnswerError::Redirected));
}

#[tokio::test]
async fn refusals_of_the_token_endpoint_tell_who_can_do_something() {
    let federation = Federation::start().await;
    for (code, expected) in [
        ("invalid_grant", "CodeRefused"),
        ("invalid_client", "ClientRefused"),
        ("unauthorized_client", "ClientRefused"),
        ("unsupported_grant_type", "RequestRefused"),
        ("Sanne", "RequestRefused"),
    ] {
        let refusal = json!({"error": code, "error_description": "about Sanne"});
        let error = federation
            .login(|story| story.token = Some(ResponseTemplate::new(400).set_body_json(refusal)))
            .await
            .unwrap_err();
        assert_eq!(format!("{error:?}"), expected, "{code}");
    }
    let bare = json!({"access_token": "an-access-token", "token_type": "Bearer"});
    let error = federation
        .login(|story| story.token = Some(ResponseTemplate::new(200).set_body_json(bare)))
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "the id token is refused: there is none");
}

#[tokio::test]
async fn a_refused_access_token_and_one_that_is_no_header_are_named() {
    let refused = blamed(Endpoint::Userinfo, ResponseTemplate::new(401)).await;
    assert!(matches!(refused, AnswerError::Status(401)));

    let federation = Federation::start().await;
    let login = federation
        .login(|story| {
            let id_token = story.signer.sign(&story.header, &story.claims);
            story.token = Some(ResponseTemplate::new(200).set_body_json(json!({
                "access_token": "two\nlines", "token_type": "Bearer", "id_token": id_token,
            })));
        })
        .await;
    assert!(
        matches!(
            login,
            Err(KennisnetError::Provider {
                error: AnswerError::Malformed,
                ..
            })
        ),
        "{login:?}"
    );
}

#[tokio::test]
async fn a_dead_provider_fails_at_once_and_is_found_again() {
    let federation = Federation::start().await;
    let terms = LoginTerms::default();
    let begin = || federation.kennisnet.begin(&terms);
    {
        let _dead = Mock::given(path("/.well-known/openid-configuration"))
            .respond_with(ResponseTemplate::new(500).set_delay(Duration::from_millis(50)))
            .mount_as_scoped(&federation.server)
            .await;
        let outcomes = join_all((0..20).map(|_| begin())).await;
        assert!(outcomes.iter().all(Result::is_err));
        assert_eq!(federation.asked("/.well-known/openid-configuration").await, 1);
    }
    let _directory = federation.serve_directory().await;
    assert!(begin().await.is_err(), "the failure is remembered for a moment");
    federation.clock.advance_secs(5);
    let outcomes = join_all((0..20).map(|_| begin())).await;
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(federation.asked("/.well-known/openid-configuration").await, 2);
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_unreachable() {
    let federation = Federation::start().await;
    let mut settings = federation.kennisnet.settings.clone();
    settings.issuer = openidconnect::IssuerUrl::new("http://127.0.0.1:1".to_owned()).unwrap();
    let random = federation.kennisnet.random.clone();
    let nobody = super::Kennisnet::new(settings, reqwest::Client::default(), federation.clock.clone(), random);
    let error = nobody.unwrap().begin(&LoginTerms::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "Kennisnet's discovery endpoint cannot be reached");
}
