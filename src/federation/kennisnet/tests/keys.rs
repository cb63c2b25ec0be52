use serde_json::json;
use wiremock::{Mock, ResponseTemplate, matchers::path};

use super::{
    Federation, Story,
    signer::{NEW, OLD},
};
use crate::federation::kennisnet::{AnswerError, Endpoint, IdTokenError, KennisnetError};

fn by_the_new_key(story: &mut Story) {
    story.signer = &NEW;
    story.header["kid"] = json!(NEW.kid);
}

#[tokio::test]
async fn rotated_keys_are_asked_for_and_then_known() {
    let mut federation = Federation::start().await;
    federation.login(|_| {}).await.unwrap();
    federation.published = vec![&NEW, &OLD];
    federation.login(by_the_new_key).await.unwrap();
    federation.login(by_the_new_key).await.unwrap();
    federation.login(|_| {}).await.unwrap();
    assert_eq!(federation.asked("/oidc/certs").await, 2);
    assert_eq!(federation.asked("/.well-known/openid-configuration").await, 1);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_in_a_while_only() {
    let federation = Federation::start().await;
    for (advance, asked) in [(0, 2), (0, 2), (29, 2), (1, 3)] {
        federation.clock.advance_secs(advance);
        let login = federation.login(by_the_new_key).await;
        assert!(
            matches!(login, Err(KennisnetError::IdToken(IdTokenError::UnknownKey))),
            "{login:?}"
        );
        assert_eq!(federation.asked("/oidc/certs").await, asked);
    }
}

#[tokio::test]
async fn a_withdrawn_key_is_forgotten_when_the_description_is_asked_anew() {
    let mut federation = Federation::start().await;
    federation.login(|_| {}).await.unwrap();
    federation.published = vec![&NEW];
    federation.clock.advance_secs(3_600);
    let login = federation.login(|_| {}).await;
    assert!(
        matches!(login, Err(KennisnetError::IdToken(IdTokenError::UnknownKey))),
        "{login:?}"
    );
    assert_eq!(federation.asked("/.well-known/openid-configuration").await, 2);
}

#[tokio::test]
async fn keys_that_cannot_be_asked_for_are_an_outage_and_the_old_ones_stay() {
    let federation = Federation::start().await;
    federation.login(|_| {}).await.unwrap();
    let _broken = Mock::given(path("/oidc/certs"))
        .respond_with(ResponseTemplate::new(503))
        .with_priority(1)
        .mount_as_scoped(&federation.server)
        .await;
    let login = federation.login(by_the_new_key).await;
    assert!(
        matches!(
            login,
            Err(KennisnetError::Provider {
                endpoint: Endpoint::Keys,
                error: AnswerError::Status(503)
            })
        ),
        "{login:?}"
    );
    federation.login(|_| {}).await.unwrap();
}
