use std::sync::Arc;

use jsonwebtoken::{DecodingKey, Validation};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use sluis_core::time::{FixedClock, Timestamp};
use url::Url;

use super::{Kennisnet, Options, Person, Role, key};

const BACK: &str = "http://127.0.0.1:1/back";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters";

struct Browser {
    kennisnet: Kennisnet,
    clock: Arc<FixedClock>,
    http: Client,
}

fn person(username: &str, given_name: &str, role: Role) -> Person {
    Person {
        username: username.to_owned(),
        given_name: given_name.to_owned(),
        role,
        brin: "99ZZ".to_owned(),
        eck_id: Some(format!("https://ketenid.nl/pilot/{}", "ab".repeat(64))),
    }
}

impl Browser {
    fn start() -> Self {
        let persons = vec![
            person("sanne", "Sanne", Role::Pupil),
            person("joost", "<Joost>", Role::Teacher),
        ];
        let clock = Arc::new(FixedClock::new(Timestamp::parse("2026-09-01T08:00:00Z").unwrap()));
        let options = Options {
            clock: clock.clone(),
            ..Options::new("sluis.example", "a secret of a test", BACK, persons)
        };
        let http = Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            kennisnet: Kennisnet::start("127.0.0.1:0", options).unwrap(),
            clock,
            http: http.build().unwrap(),
        }
    }

    fn at(&self, path: &str) -> Url {
        Url::parse(self.kennisnet.issuer()).unwrap().join(path).unwrap()
    }

    fn request(&self) -> Url {
        let mut address = self.at("/oidc/authorize");
        address
            .query_pairs_mut()
            .append_pair("client_id", "sluis.example")
            .append_pair("redirect_uri", BACK)
            .append_pair("response_type", "code")
            .append_pair("scope", "openid profile")
            .append_pair("state", "a state")
            .append_pair("nonce", "a nonce")
            .append_pair("code_challenge", &key::challenge(VERIFIER))
            .append_pair("code_challenge_method", "S256");
        address
    }

    async fn get(&self, address: Url) -> Response {
        self.http.get(address).send().await.unwrap()
    }

    async fn code(&self) -> String {
        let answer = self.get(Kennisnet::picked(&self.request(), "sanne")).await;
        returned(&answer, "code").unwrap()
    }

    async fn exchange(&self, changes: &[(&str, &str)]) -> Response {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
            ("client_id", "sluis.example"),
            ("client_secret", "a secret of a test"),
        ];
        form.retain(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        form.extend(changes);
        let request = self.http.post(self.at("/oidc/token")).form(&form);
        request.send().await.unwrap()
    }

    async fn userinfo(&self, token: &str) -> Response {
        let request = self.http.get(self.at("/oidc/userinfo")).bearer_auth(token);
        request.send().await.unwrap()
    }

    /// Logs somebody in; gives the token answer and the key that verified the id token.
    async fn login(&self) -> (Value, String) {
        let code = self.code().await;
        let answer: Value = self.exchange(&[("code", &code)]).await.json().await.unwrap();
        let token = answer["id_token"].as_str().unwrap();
        let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
        let keys = self.get(self.at("/oidc/certs")).await;
        let keys: jsonwebtoken::jwk::JwkSet = keys.json().await.unwrap();
        let mut validation = Validation::new(jsonwebtoken::Algorithm::RS256);
        validation.set_audience(&["sluis.example"]);
        validation.set_issuer(&[self.kennisnet.issuer()]);
        validation.validate_exp = false;
        let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
        let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap().claims;
        assert_eq!(claims["nonce"], "a nonce");
        assert_eq!(claims["iat"], 1_788_249_600);
        assert!(claims.get("givenName").is_none(), "claims come by userinfo only");
        (answer, kid)
    }
}

fn returned(answer: &Response, name: &str) -> Option<String> {
    assert_eq!(answer.status(), StatusCode::FOUND);
    let address = Url::parse(answer.headers()["location"].to_str().unwrap()).unwrap();
    assert!(address.as_str().starts_with(BACK));
    let mut pairs = address.query_pairs();
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    (status, body["error"].as_str().unwrap().to_owned())
}

#[actix_web::test]
async fn somebody_who_is_picked_logs_in_and_has_claims_by_the_names_of_entree() {
    let browser = Browser::start();
    let (answer, _) = browser.login().await;
    let userinfo = browser.userinfo(answer["access_token"].as_str().unwrap()).await;
    let claims: Value = userinfo.json().await.unwrap();
    assert_eq!(claims["givenName"], "Sanne");
    assert_eq!(claims["eduPersonAffiliation"], "student");
    assert_eq!(claims["nlEduPersonHomeOrganizationId"], "99ZZ");
    assert!(
        claims["eckId"]
            .as_str()
            .unwrap()
            .starts_with("https://ketenid.nl/pilot/")
    );
    assert!(claims["uid"].as_str().unwrap().ends_with("@99zz.example"));
}

#[actix_web::test]
async fn the_page_lists_everybody_and_leads_on_with_the_same_request() {
    let browser = Browser::start();
    let page = browser.get(browser.request()).await.text().await.unwrap();
    assert!(page.contains("Wie logt in?") && page.contains("Who logs in?"));
    assert!(page.contains(">Sanne</a>") && page.contains("&lt;Joost&gt;") && !page.contains("<Joost>"));
    let (_, rest) = page.split_once("<a href=\"").unwrap();
    let (address, _) = rest.split_once('"').unwrap();
    let answer = browser.get(Url::parse(&address.replace("&amp;", "&")).unwrap()).await;
    assert!(returned(&answer, "code").is_some());
    assert_eq!(returned(&answer, "state").as_deref(), Some("a state"));
}

#[actix_web::test]
async fn nobody_is_sent_to_an_address_that_is_not_registered() {
    let browser = Browser::start();
    for (from, to) in [("1%2Fback", "2%2Fback"), ("sluis.example", "another")] {
        let address = browser.request().as_str().replace(from, to);
        let answer = browser.get(Url::parse(&address).unwrap()).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
        assert!(answer.text().await.unwrap().contains("Onbekende dienst"));
    }
}

#[actix_web::test]
async fn a_wrong_request_goes_back_with_its_error() {
    let browser = Browser::start();
    for (from, to, error) in [
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("scope=openid", "scope=email", "invalid_scope"),
        ("method=S256", "method=plain", "invalid_request"),
        ("pick=sanne", "pick=nobody", "access_denied"),
    ] {
        let picked = Kennisnet::picked(&browser.request(), "sanne");
        let address = Url::parse(&picked.as_str().replace(from, to)).unwrap();
        let answer = browser.get(address).await;
        assert_eq!(returned(&answer, "error").as_deref(), Some(error));
        assert_eq!(returned(&answer, "state").as_deref(), Some("a state"));
    }
}

#[actix_web::test]
async fn a_code_works_once_and_its_second_use_withdraws_the_token() {
    let browser = Browser::start();
    let code = browser.code().await;
    let answer: Value = browser.exchange(&[("code", &code)]).await.json().await.unwrap();
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!(browser.userinfo(token).await.status(), StatusCode::OK);
    let again = refusal(browser.exchange(&[("code", &code)]).await).await;
    assert_eq!(again, (400, "invalid_grant".to_owned()));
    let withdrawn = refusal(browser.userinfo(token).await).await;
    assert_eq!(withdrawn, (401, "invalid_token".to_owned()));
}

#[actix_web::test]
async fn a_code_is_bound_to_its_request_and_its_moment() {
    let browser = Browser::start();
    for change in [
        ("code_verifier", "another-verifier-of-at-least-forty-three-char"),
        ("redirect_uri", "http://127.0.0.1:1/other"),
    ] {
        let code = browser.code().await;
        let refused = refusal(browser.exchange(&[("code", &code), change]).await).await;
        assert_eq!(refused, (400, "invalid_grant".to_owned()), "{change:?}");
    }
    let code = browser.code().await;
    browser.clock.advance_secs(60);
    let late = refusal(browser.exchange(&[("code", &code)]).await).await;
    assert_eq!(late, (400, "invalid_grant".to_owned()));
}

#[actix_web::test]
async fn the_client_is_known_by_basic_or_by_the_form() {
    let browser = Browser::start();
    let code = browser.code().await;
    let wrong = browser.exchange(&[("code", &code), ("client_secret", "another")]).await;
    assert_eq!(refusal(wrong).await, (401, "invalid_client".to_owned()));
    let form = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
        ("code", &code),
    ];
    let request = browser.http.post(browser.at("/oidc/token")).form(&form);
    let by_basic = request.basic_auth("sluis.example", Some("a+secret+of+a+test"));
    assert_eq!(by_basic.send().await.unwrap().status(), StatusCode::OK);
}

#[actix_web::test]
async fn keys_rotate_and_the_one_before_stays_published() {
    let browser = Browser::start();
    let (_, first) = browser.login().await;
    browser.kennisnet.rotate_keys().unwrap();
    let (_, second) = browser.login().await;
    assert_ne!(first, second);
    let keys: Value = browser.get(browser.at("/oidc/certs")).await.json().await.unwrap();
    let known: Vec<_> = keys["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
    assert_eq!(known, [&second, &first]);
}

#[actix_web::test]
async fn it_stops_when_told() {
    let browser = Browser::start();
    let address = browser.at("/oidc/certs");
    browser.kennisnet.stop().await;
    assert!(browser.http.get(address).send().await.is_err());
}
