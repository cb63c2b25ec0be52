use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;
use sluis_core::identifier::{Brin4, Brin6};

use super::{
    Federation, SUB, eck_id,
    signer::{CURVE, OLD},
};
use crate::{
    app::login::LoginTerms,
    federation::kennisnet::{Affiliation, KennisnetError, Organisation, PendingLogin},
};

#[tokio::test]
async fn the_browser_is_sent_with_state_nonce_and_pkce() {
    let federation = Federation::start().await;
    let _directory = federation.serve_directory().await;
    let (address, pending) = federation.kennisnet.begin(&LoginTerms::default()).await.unwrap();
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, pending.code_verifier.as_bytes()));
    assert_eq!(address.path(), "/oidc/authorize");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "sluis.example.nl"),
        ("redirect_uri", "https://sluis.example.nl/login/kennisnet"),
        ("scope", "openid profile"),
        ("state", &pending.state),
        ("nonce", &pending.nonce),
        ("code_challenge_method", "S256"),
        ("code_challenge", &challenge),
    ] {
        let values: Vec<_> = address.query_pairs().filter(|(key, _)| key == name).collect();
        assert_eq!(values.len(), 1, "`{name}` once");
        assert_eq!(values[0].1, value, "`{name}`");
    }
    let (_, another) = federation.kennisnet.begin(&LoginTerms::default()).await.unwrap();
    assert_ne!(pending.state, another.state);
    assert_ne!(pending.nonce, another.nonce);
    assert_ne!(pending.code_verifier, another.code_verifier);
}

#[tokio::test]
async fn a_pupil_logs_in_by_the_names_of_entree() {
    let login = Federation::start().await.login(|_| {}).await.unwrap();
    assert_eq!(login.subject.sub.expose(), SUB);
    assert_eq!(login.eck_id.unwrap().expose(), eck_id("201703"));
    assert_eq!(login.uid.unwrap().expose(), "abcdefghijklmno@waterkant");
    assert_eq!(login.given_name.unwrap().expose(), "Sanne");
    assert_eq!(Vec::from_iter(login.affiliations), [Affiliation::Pupil]);
    assert_eq!(
        login.organisation,
        Some(Organisation::Institution(Brin4::parse("99ZZ").unwrap()))
    );
    assert!(!login.second_factor);
}

#[tokio::test]
async fn a_teacher_logs_in_by_lists_and_the_names_of_the_software() {
    let federation = Federation::with(|settings| {
        settings.second_factor = [String::from("urn:example:two-factors")].into();
    })
    .await;
    let login = federation
        .login(|story| {
            story.userinfo(json!({
                "sub": SUB,
                "uids": ["klmnopqrstuvwxy@waterkant"],
                "given_name": ["Joost"],
                "family_name": "Dijkgraaf",
                "email": "j.dijkgraaf@waterkant.example",
                "email_verified": true,
                "eduperson_affiliation": ["Employee", "AFFILIATE"],
                "nlEduPersonHomeOrganizationBranchId": ["99ZZ01"],
                "nlEduPersonHomeOrganizationId": ["99ZZ"],
                "schac_home_organization": "waterkant.example",
                "eckid": [[eck_id("201703")]],
                "acr": "urn:example:password urn:example:two-factors",
                "authenticating_authority": "https://idp.waterkant.example",
                "updated_at": 1_700_000_000,
            }));
        })
        .await
        .unwrap();
    assert_eq!(
        Vec::from_iter(login.affiliations),
        [Affiliation::Staff, Affiliation::Other]
    );
    assert_eq!(
        login.organisation,
        Some(Organisation::Branch(Brin6::parse("99ZZ01").unwrap()))
    );
    assert_eq!(login.eck_id.unwrap().expose(), eck_id("201703"));
    assert_eq!(login.uid.unwrap().expose(), "klmnopqrstuvwxy@waterkant");
    assert_eq!(login.given_name.unwrap().expose(), "Joost");
    assert_eq!(login.family_name.unwrap().expose(), "Dijkgraaf");
    assert_eq!(login.email.unwrap().expose(), "j.dijkgraaf@waterkant.example");
    assert_eq!(
        login.authenticating_authority.as_deref(),
        Some("https://idp.waterkant.example")
    );
    assert_eq!(login.acr.len(), 2);
    assert!(login.second_factor);
}

#[tokio::test]
async fn the_signed_acr_counts_more_than_that_of_userinfo() {
    let federation = Federation::with(|settings| settings.second_factor = [String::from("strong")].into()).await;
    let login = federation
        .login(|story| {
            story.claims["acr"] = json!("weak");
            story.userinfo(json!({"sub": SUB, "acr": "strong"}));
        })
        .await
        .unwrap();
    assert!(!login.second_factor);
}

#[tokio::test]
async fn a_token_on_the_other_accepted_curve_is_taken() {
    let mut federation = Federation::start().await;
    federation.published = vec![&OLD, &CURVE];
    let login = federation
        .login(|story| {
            story.signer = &CURVE;
            story.header = json!({"alg": "ES256", "kid": CURVE.kid});
        })
        .await;
    assert!(login.is_ok(), "{login:?}");
}

#[tokio::test]
async fn the_secret_goes_in_the_body_where_that_is_offered_and_the_verifier_always() {
    for (offered, in_body) in [
        (json!(["client_secret_basic", "client_secret_post"]), true),
        (json!(["client_secret_basic"]), false),
    ] {
        let mut federation = Federation::start().await;
        federation.metadata["token_endpoint_auth_methods_supported"] = offered;
        federation.login(|_| {}).await.unwrap();
        let requests = federation.server.received_requests().await.unwrap();
        let exchange = requests
            .iter()
            .find(|request| request.url.path() == "/oidc/token")
            .unwrap();
        let body = String::from_utf8(exchange.body.clone()).unwrap();
        assert_eq!(body.contains("client_secret="), in_body);
        assert_eq!(exchange.headers.contains_key("authorization"), !in_body);
        assert!(body.contains("code_verifier=") && body.contains("code=a-code") && body.contains("redirect_uri="));
    }
}

#[tokio::test]
async fn a_pending_login_survives_being_stored_and_tells_nothing() {
    let federation = Federation::start().await;
    let _directory = federation.serve_directory().await;
    let (_, pending) = federation.kennisnet.begin(&LoginTerms::default()).await.unwrap();
    let stored = serde_json::to_vec(&pending).unwrap();
    let restored: PendingLogin = serde_json::from_slice(&stored).unwrap();
    assert_eq!(restored.state(), pending.state());
    assert_eq!(restored.code_verifier, pending.code_verifier);
    assert!(!format!("{pending:?}").contains(pending.state()));
}

#[tokio::test]
async fn a_login_may_move_between_threads() {
    fn moves(_: &impl Send) {}
    let federation = Federation::start().await;
    let _directory = federation.serve_directory().await;
    let (_, pending) = federation.kennisnet.begin(&LoginTerms::default()).await.unwrap();
    let callback = federation.story(&pending).callback;
    moves(&federation.kennisnet.begin(&LoginTerms::default()));
    moves(&federation.kennisnet.finish(pending, callback));
}

#[tokio::test]
async fn nothing_about_the_person_can_be_printed() {
    let login = Federation::start().await.login(|_| {}).await.unwrap();
    let printed = format!("{login:?}");
    for secret in [SUB, "0123456789abcdef", "waterkant", "Sanne"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[tokio::test]
async fn an_error_in_the_answer_tells_who_can_do_something() {
    let federation = Federation::start().await;
    for (code, expected) in [
        ("access_denied", "Declined"),
        ("login_required", "Declined"),
        ("temporarily_unavailable", "Provider"),
        ("invalid_scope", "RequestRefused"),
    ] {
        let error = federation
            .login(|story| {
                story.callback.code = None;
                story.callback.error = Some(code.to_owned());
            })
            .await
            .unwrap_err();
        assert!(format!("{error:?}").starts_with(expected), "{code}: {error:?}");
    }
    let error = federation.login(|story| story.callback.code = None).await.unwrap_err();
    assert!(matches!(error, KennisnetError::CodeMissing));
}
