//! The relying party towards Kennisnet against whole providers: a certified one, and our own stand-in.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::sync::Arc;

use reqwest::Client;
use secrecy::SecretString;
use sluis::{
    app::login::LoginTerms,
    federation::kennisnet::{
        Affiliation, Callback, IssuerUrl, Kennisnet, KennisnetError, KennisnetSettings, Organisation,
    },
};
use sluis_core::{
    identifier::{Brin4, EckIdRules},
    random::SystemRandom,
    time::SystemClock,
};
use sluis_test_kit::certified::{self, Certified, Registered};
use url::Url;

const CLIENT: &str = "sluis.example.nl";
const SECRET: &str = "a secret of a test, with : and %";
const BACK: &str = "https://sluis.example.nl/oidc/callback";

fn http() -> Client {
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

fn relying_party(issuer: &str) -> Kennisnet {
    let mut settings = KennisnetSettings::new(
        IssuerUrl::new(issuer.to_owned()).unwrap(),
        CLIENT.to_owned(),
        SecretString::from(SECRET),
        Url::parse(BACK).unwrap(),
    );
    settings.eck_id = EckIdRules::new(["pilot".to_owned()]);
    Kennisnet::new(settings, http(), Arc::new(SystemClock), Arc::new(SystemRandom)).unwrap()
}

/// Goes where a browser would go, until the provider sends it back to us.
async fn browse(address: Url) -> Callback {
    let address = certified::browse(address, BACK).await;
    let pairs: serde_json::Map<_, _> = address
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), value.into()))
        .collect();
    serde_json::from_value(pairs.into()).unwrap()
}

#[tokio::test]
async fn a_pupil_logs_in_at_a_certified_provider() {
    let client = Registered {
        id: CLIENT,
        secret: SECRET,
        back: BACK,
    };
    let Some(provider) = Certified::start(client, &serde_json::json!({})) else {
        return;
    };
    let kennisnet = relying_party(&provider.issuer);

    let (address, pending) = kennisnet.begin(&LoginTerms::default()).await.unwrap();
    let callback = browse(address).await;
    assert_eq!(callback.iss.as_deref(), Some(provider.issuer.as_str()));
    let login = kennisnet.finish(pending.clone(), callback.clone()).await.unwrap();
    assert_eq!(login.subject.issuer, provider.issuer);
    assert_eq!(login.uid.unwrap().expose(), "abcdefghijklmno@99zz.example");
    assert_eq!(login.given_name.unwrap().expose(), "Kwirra");
    assert_eq!(Vec::from_iter(login.affiliations), [Affiliation::Pupil]);
    assert_eq!(
        login.organisation,
        Some(Organisation::Institution(Brin4::parse("99ZZ").unwrap()))
    );
    assert!(login.eck_id.is_some());

    // It says when, because it is asked how long ago it may have been.
    let terms = LoginTerms {
        again: true,
        max_age: Some(60),
        ..LoginTerms::default()
    };
    let (address, recent) = kennisnet.begin(&terms).await.unwrap();
    let login = kennisnet.finish(recent, browse(address).await).await.unwrap();
    assert!(login.auth_time.is_some());

    let replayed = kennisnet.finish(pending, callback).await;
    assert!(matches!(replayed, Err(KennisnetError::CodeRefused)), "{replayed:?}");

    let (address, pending) = kennisnet.begin(&LoginTerms::default()).await.unwrap();
    let mut nameless = browse(address).await;
    nameless.iss = None;
    let refused = kennisnet.finish(pending, nameless).await;
    assert!(matches!(refused, Err(KennisnetError::SenderMismatch)), "{refused:?}");
}

#[cfg(feature = "demo")]
mod stand_in {
    use sluis_stand_ins::kennisnet as stand_in;

    use super::*;

    fn start(brin: &str, eck_id: Option<String>) -> stand_in::Kennisnet {
        let person = |username: &str, given_name: &str, role| stand_in::Person {
            username: username.to_owned(),
            given_name: given_name.to_owned(),
            role,
            brin: brin.to_owned(),
            eck_id: eck_id.clone(),
        };
        let persons = vec![
            person("sanne", "Sanne", stand_in::Role::Pupil),
            person("joost", "Joost", stand_in::Role::Teacher),
        ];
        let options = stand_in::Options::new(CLIENT, SECRET, BACK, persons);
        stand_in::Kennisnet::start("127.0.0.1:0", options).unwrap()
    }

    #[tokio::test]
    async fn everybody_logs_in_at_the_stand_in_also_after_its_keys_rotate() {
        let provider = start("99ZZ01", Some(format!("https://ketenid.nl/pilot/{}", "ab".repeat(64))));
        let kennisnet = relying_party(provider.issuer());
        let mut subjects = Vec::new();
        for (username, role) in [("sanne", Affiliation::Pupil), ("joost", Affiliation::Staff)] {
            let (address, pending) = kennisnet.begin(&LoginTerms::default()).await.unwrap();
            let callback = browse(stand_in::Kennisnet::picked(&address, username)).await;
            let login = kennisnet.finish(pending, callback).await.unwrap();
            assert_eq!(Vec::from_iter(login.affiliations), [role]);
            assert!(matches!(login.organisation, Some(Organisation::Branch(_))));
            assert!(login.eck_id.is_some());
            subjects.push(login.subject);
            provider.rotate_keys().unwrap();
        }
        assert_ne!(subjects[0], subjects[1]);
        provider.stop().await;
    }

    #[tokio::test]
    async fn a_school_that_passes_no_eck_id_on_is_no_failure() {
        let provider = start("99ZZ", None);
        let kennisnet = relying_party(provider.issuer());
        let (address, pending) = kennisnet.begin(&LoginTerms::default()).await.unwrap();
        let callback = browse(stand_in::Kennisnet::picked(&address, "sanne")).await;
        assert!(kennisnet.finish(pending, callback).await.unwrap().eck_id.is_none());
    }
}
