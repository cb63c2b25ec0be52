//! A person in a browser: from the supplier to Kennisnet and back.

use std::{collections::BTreeMap, sync::Mutex};

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, jwk::JwkSet};
use reqwest::{
    Response,
    header::{COOKIE, LOCATION, SET_COOKIE},
};
use serde_json::Value;
use sluis_core::id::ClientId;
use sluis_stand_ins::kennisnet::Kennisnet;
use sluis_test_kit::service::BASE;
use url::Url;

use crate::world::{Answer, BACK, Supplier, World};

pub(crate) const VERIFIER: &str = "a-verifier-of-a-test-with-more-than-43-signs-in-it";
const STATE: &str = "state of the supplier";
const NONCE: &str = "nonce of the supplier";

/// The cookies of a browser, in the order in which it got them.
#[derive(Default)]
pub(crate) struct Cookies(Mutex<Vec<(String, String)>>);

impl Cookies {
    /// Another browser takes the place of this one: what this one kept.
    pub(crate) fn replace(&self, by: Vec<(String, String)>) -> Vec<(String, String)> {
        std::mem::replace(&mut *self.0.lock().unwrap(), by)
    }

    /// The names.
    pub(crate) fn names(&self) -> Vec<String> {
        let cookies = self.0.lock().unwrap();
        cookies.iter().map(|(name, _)| name.clone()).collect()
    }

    fn header(&self) -> String {
        let cookies = self.0.lock().unwrap();
        let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    fn take(&self, answer: &Response) {
        let mut cookies = self.0.lock().unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once("; ").unwrap();
            for needed in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
                assert!(attributes.split("; ").any(|found| found == needed), "{attributes}");
            }
            let (name, value) = pair.split_once('=').unwrap();
            assert!(
                name.starts_with("__Host-") && !attributes.contains("Domain"),
                "{pair}; {attributes}"
            );
            cookies.retain(|(known, _)| known != name);
            if !attributes.contains("Max-Age=0") {
                cookies.push((name.to_owned(), value.to_owned()));
            }
        }
    }
}

/// Where a browser ended.
pub(crate) enum Ended {
    /// At the supplier, with these parameters.
    AtSupplier(BTreeMap<String, String>),
    /// On a page of ours.
    OnPage(u16, String),
}

impl Ended {
    /// The code that the supplier got.
    pub(crate) fn code(self) -> String {
        match self {
            Self::AtSupplier(mut given) => {
                assert_eq!(given["state"], STATE);
                assert_eq!(given["iss"], BASE);
                given.remove("code").unwrap()
            }
            Self::OnPage(status, text) => panic!("the login did not work: {status} {text}"),
        }
    }

    /// What the supplier was told, without a page.
    pub(crate) fn told(self) -> BTreeMap<String, String> {
        match self {
            Self::AtSupplier(given) => given,
            Self::OnPage(status, text) => panic!("the person stays here: {status} {text}"),
        }
    }

    /// The page that the person got, with its status.
    pub(crate) fn page(self) -> (u16, String) {
        match self {
            Self::OnPage(status, text) => (status, text),
            Self::AtSupplier(_) => panic!("the browser came to the supplier"),
        }
    }
}

/// The address at which the login of a client begins.
pub(crate) fn authorization_request(client: ClientId, changes: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()));
    let client = client.to_string();
    let mut parameters = BTreeMap::from([
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", &client),
        ("redirect_uri", BACK),
        ("state", STATE),
        ("nonce", NONCE),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    parameters.extend(changes.iter().copied());
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/oidc/authorize?{query}")
}

/// What the supplier is told when the person takes the way back on a page; both languages have the same one.
#[track_caller]
pub(crate) fn way_back(page: &str) -> BTreeMap<String, String> {
    let links: Vec<_> = page.split("<a href=\"").skip(1).collect();
    let [dutch, english] = &links[..] else {
        panic!("no way back: {page}");
    };
    assert!(
        dutch.contains("\">Terug naar Rekenbaai</a>") && english.contains("\">Back to Rekenbaai</a>"),
        "{page}"
    );
    let address = |link: &str| link.split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(address(dutch), address(english));
    let address = Url::parse(&address(dutch)).unwrap();
    assert!(address.as_str().starts_with(BACK), "{address}");
    address.query_pairs().into_owned().collect()
}

/// Checks what a supplier is told of a login that did not work (RFC 6749, 4.1.2.1; RFC 9207).
#[track_caller]
pub(crate) fn assert_told(given: &BTreeMap<String, String>, error: &str) {
    let names: Vec<_> = given.keys().map(String::as_str).collect();
    assert_eq!(names, ["error", "error_description", "iss", "state"]);
    assert_eq!((given["error"].as_str(), given["state"].as_str()), (error, STATE));
    assert_eq!(given["iss"], BASE);
}

pub(crate) fn location(response: &Response) -> Url {
    let location = response
        .headers()
        .get(LOCATION)
        .unwrap_or_else(|| panic!("{}", response.status()));
    Url::parse(location.to_str().unwrap()).unwrap()
}

impl World {
    /// Sends a browser to one of our addresses.
    pub(crate) async fn browse(&self, path: &str) -> Response {
        let request = self.service.get(path).header(COOKIE, self.cookies.header());
        let answer = request.send().await.unwrap();
        self.cookies.take(&answer);
        answer
    }

    /// Begins a login: where Kennisnet would send the browser back once this person has logged in there.
    pub(crate) async fn at_kennisnet(&self, supplier: &Supplier, username: &str) -> Url {
        let request = self.to_kennisnet(supplier, &[]).await;
        self.from_kennisnet(&Kennisnet::picked(&request, username)).await
    }

    /// Begins a login with changes to what a supplier asks: where we send the browser.
    pub(crate) async fn to_kennisnet(&self, supplier: &Supplier, changes: &[(&str, &str)]) -> Url {
        let to_kennisnet = self.browse(&authorization_request(supplier.client.id, changes)).await;
        assert_eq!(to_kennisnet.status(), 303);
        assert!(to_kennisnet.headers()["cache-control"] == "no-store");
        let request = location(&to_kennisnet);
        assert!(request.as_str().starts_with(self.kennisnet.issuer()));
        request
    }

    /// Where Kennisnet sends the browser from one of its addresses.
    #[expect(
        clippy::wrong_self_convention,
        reason = "a browser comes from Kennisnet; nothing is converted"
    )]
    pub(crate) async fn from_kennisnet(&self, picked: &Url) -> Url {
        location(&self.service.elsewhere(picked.as_str()).send().await.unwrap())
    }

    /// Comes back from Kennisnet.
    pub(crate) async fn come_back(&self, address: &Url) -> Ended {
        let answer = self.browse(address.as_str()).await;
        if answer.status() == 303 {
            let at_supplier = location(&answer);
            assert!(at_supplier.as_str().starts_with(BACK), "{at_supplier}");
            return Ended::AtSupplier(at_supplier.query_pairs().into_owned().collect());
        }
        let status = answer.status().as_u16();
        assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
        let policy = answer.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'"));
        let text = answer.text().await.unwrap();
        assert!(
            text.contains("<html lang=\"nl\">") && text.contains("<section lang=\"en\">"),
            "{text}"
        );
        assert!(!text.contains("<script"));
        Ended::OnPage(status, text)
    }

    /// The whole way of a person.
    pub(crate) async fn log_in(&self, supplier: &Supplier, username: &str) -> Ended {
        let back = self.at_kennisnet(supplier, username).await;
        self.come_back(&back).await
    }

    /// Exchanges a code, with changes to what a supplier should send.
    pub(crate) async fn exchange(&self, supplier: &Supplier, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut form = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ]);
        form.extend(changes.iter().copied());
        let form: Vec<_> = form.into_iter().collect();
        let response = self.service.ask_token(&supplier.client, &form).await;
        assert_eq!(response.headers()["cache-control"], "no-store");
        let status = response.status().as_u16();
        let body = response.json().await.unwrap();
        Answer { status, body }
    }

    /// The claims of an id token, once its signature is good by our published keys.
    pub(crate) async fn claims(&self, tokens: &Value, client: ClientId) -> Value {
        let keys = self.browse("/oidc/jwks").await.text().await.unwrap();
        let keys: JwkSet = serde_json::from_str(&keys).unwrap();
        let token = tokens["id_token"].as_str().unwrap();
        let kid = jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
        let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[client.to_string()]);
        validation.set_issuer(&[BASE]);
        // The clock of the test stands still; the moments are checked by the tests themselves.
        validation.validate_exp = false;
        let claims: Value = jsonwebtoken::decode(token, &key, &validation).unwrap().claims;
        assert_eq!(claims["nonce"], NONCE);
        claims
    }
}
