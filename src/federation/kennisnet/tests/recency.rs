use rstest::rstest;
use serde_json::json;
use url::Url;

use super::Federation;
use crate::{
    app::login::LoginTerms,
    federation::kennisnet::{IdTokenError, KennisnetError, VerifiedLogin},
};

/// Far more than clocks may differ.
const LATE: i64 = 3_600;

async fn asked(federation: &Federation, terms: &LoginTerms) -> Url {
    let _directory = federation.serve_directory().await;
    federation.kennisnet.begin(terms).await.unwrap().0
}

fn parameter(address: &Url, name: &str) -> Option<String> {
    let mut values = address.query_pairs().filter(|(key, _)| key == name);
    let value = values.next().map(|(_, value)| value.into_owned());
    assert!(values.next().is_none(), "`{name}` once");
    value
}

/// The login of somebody who proved who they are so many seconds before it began, as the provider says.
async fn logged_in(terms: LoginTerms, ago: Option<i64>) -> Result<VerifiedLogin, KennisnetError> {
    let federation = Federation::start().await;
    let now = federation.clock_secs();
    federation
        .login_on(&terms, |story| {
            if let Some(ago) = ago {
                story.claims["auth_time"] = json!(now - ago);
            }
        })
        .await
}

fn at_most(max_age: u32) -> LoginTerms {
    LoginTerms {
        max_age: Some(max_age),
        ..LoginTerms::default()
    }
}

fn again() -> LoginTerms {
    LoginTerms {
        again: true,
        ..LoginTerms::default()
    }
}

#[tokio::test]
async fn the_provider_is_asked_what_the_supplier_asks() {
    let federation = Federation::with(|settings| {
        settings.acr_values = ["strong", "weak"].map(str::to_owned).into();
    })
    .await;
    let plain = asked(&federation, &LoginTerms::default()).await;
    for name in ["prompt", "max_age", "acr_values"] {
        assert_eq!(parameter(&plain, name), None, "`{name}`");
    }
    let terms = LoginTerms {
        again: true,
        choose: false,
        max_age: Some(0),
        acr_values: ["unknown", "strong", "weak"].map(str::to_owned).into(),
    };
    let address = asked(&federation, &terms).await;
    assert_eq!(parameter(&address, "prompt").as_deref(), Some("login"));
    assert_eq!(parameter(&address, "max_age").as_deref(), Some("0"));
    // One that the provider does not know would end the login.
    assert_eq!(parameter(&address, "acr_values").as_deref(), Some("strong weak"));
}

#[rstest]
#[case::known(true, false, "select_account")]
#[case::known_and_again(true, true, "login select_account")]
#[case::not_known(false, false, "login")]
#[case::not_known_and_again(false, true, "login")]
#[tokio::test]
async fn a_choice_of_account_is_a_new_login_where_the_provider_knows_nothing_better(
    #[case] known: bool,
    #[case] again: bool,
    #[case] prompt: &str,
) {
    let federation = Federation::with(|settings| settings.select_account = known).await;
    let terms = LoginTerms {
        again,
        choose: true,
        ..LoginTerms::default()
    };
    let address = asked(&federation, &terms).await;
    assert_eq!(parameter(&address, "prompt").as_deref(), Some(prompt));
}

#[rstest]
#[case::lately(at_most(600), Some(599))]
#[case::within_the_difference_of_clocks(at_most(600), Some(629))]
#[case::not_asked(LoginTerms::default(), Some(LATE))]
#[case::not_asked_and_not_said(LoginTerms::default(), None)]
#[case::anew(again(), Some(-1))]
#[case::anew_as_far_as_is_known(again(), None)]
#[tokio::test]
async fn a_login_that_is_as_recent_as_was_asked_is_taken(#[case] terms: LoginTerms, #[case] ago: Option<i64>) {
    let login = logged_in(terms, ago).await.unwrap();
    assert_eq!(login.auth_time.is_some(), ago.is_some());
}

#[rstest]
#[case::too_long_ago(at_most(600), Some(631))]
#[case::not_anew(again(), Some(LATE))]
#[case::not_anew_at_all(at_most(0), Some(31))]
#[case::not_said(at_most(600), None)]
#[case::the_stricter_counts(LoginTerms { again: true, ..at_most(7_200) }, Some(LATE))]
#[tokio::test]
async fn a_login_that_is_older_than_was_asked_is_refused(#[case] terms: LoginTerms, #[case] ago: Option<i64>) {
    let login = logged_in(terms, ago).await;
    assert!(matches!(login, Err(KennisnetError::NotRecent)), "{login:?}");
}

#[tokio::test]
async fn somebody_who_takes_their_time_is_not_refused() {
    let federation = Federation::start().await;
    let login = federation
        .login_on(&at_most(0), |story| {
            story.claims["auth_time"] = json!(federation.clock_secs() + 5);
            federation.clock.advance_secs(300);
        })
        .await;
    assert!(login.is_ok(), "{login:?}");
}

#[tokio::test]
async fn a_moment_that_is_yet_to_come_is_not_believed() {
    let login = logged_in(LoginTerms::default(), Some(-31)).await;
    let refused = matches!(login, Err(KennisnetError::IdToken(IdTokenError::NotFresh)));
    assert!(refused, "{login:?}");
    let federation = Federation::start().await;
    let now = federation.clock_secs();
    let login = federation
        .login(|story| story.claims["auth_time"] = json!(now + 20))
        .await
        .unwrap();
    assert_eq!(
        login.auth_time.unwrap().as_secs(),
        now,
        "within the difference of clocks it is just now"
    );
}

#[tokio::test]
async fn a_way_to_log_in_that_may_be_about_the_person_is_not_taken_over() {
    let login = Federation::start()
        .await
        .login(|story| story.claims["acr"] = json!(format!("weak 111222333 {} strong", "x".repeat(257))))
        .await
        .unwrap();
    assert_eq!(login.acr, ["weak", "strong"]);
}
