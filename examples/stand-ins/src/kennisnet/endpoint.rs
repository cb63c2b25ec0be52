//! The endpoints, as the software behind Entree Federatie has them.

use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::{AUTHORIZATION, CACHE_CONTROL, LOCATION, WWW_AUTHENTICATE},
    post,
    web::{Data, Form, Query},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, json};
use sluis_core::time::Timestamp;
use url::{Url, form_urlencoded};

use super::{
    Person, Provider, Role,
    key::{challenge, half_hash, sha256},
    page,
    session::{Grant, TOKEN_SECS},
};
use crate::mark;

const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
/// A way to log in with a second factor, for who asks it.
const TWO_FACTORS: &str = "https://refeds.org/profile/mfa";

#[derive(Deserialize)]
pub(super) struct AuthorizationRequest {
    client_id: Option<String>,
    redirect_uri: Option<String>,
    response_type: Option<String>,
    scope: Option<String>,
    state: Option<String>,
    nonce: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    prompt: Option<String>,
    max_age: Option<i64>,
    acr_values: Option<String>,
    pick: Option<String>,
    /// So many seconds ago the picked person logged in at their school, and need not do so again unless it is asked.
    ago: Option<i64>,
}

#[derive(Deserialize)]
pub(super) struct TokenRequest {
    grant_type: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

#[get("/.well-known/openid-configuration")]
pub(super) async fn discovery(provider: Data<Provider>) -> HttpResponse {
    let issuer = &provider.issuer;
    HttpResponse::Ok().json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oidc/authorize"),
        "token_endpoint": format!("{issuer}/oidc/token"),
        "userinfo_endpoint": format!("{issuer}/oidc/userinfo"),
        "jwks_uri": format!("{issuer}/oidc/certs"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["sub", "uid", "givenName", "eduPersonAffiliation", "nlEduPersonHomeOrganizationId", "eckId"],
    }))
}

#[get("/oidc/certs")]
pub(super) async fn certs(provider: Data<Provider>) -> HttpResponse {
    HttpResponse::Ok().json(provider.keys().published())
}

#[get("/oidc/authorize")]
pub(super) async fn authorize(
    provider: Data<Provider>,
    http: HttpRequest,
    Query(request): Query<AuthorizationRequest>,
) -> HttpResponse {
    let options = &provider.options;
    let back = request
        .redirect_uri
        .as_ref()
        .filter(|address| options.redirect_uris.contains(address))
        .and_then(|address| Url::parse(address).ok());
    // RFC 6749, 4.1.2.1: nobody is sent to an address that is not registered.
    let (Some(mut back), Some(_)) = (
        back,
        request
            .client_id
            .as_ref()
            .filter(|client| **client == options.client_id),
    ) else {
        return html(HttpResponse::BadRequest(), page::unknown_service());
    };
    let outcome = match grant(&provider, &request) {
        Ok(Some(grant)) => Ok(provider
            .sessions()
            .open(grant, options.clock.now(), options.random.as_ref())),
        Ok(None) => {
            let Ok(address) = Url::parse(&provider.issuer).and_then(|issuer| issuer.join(&http.uri().to_string()))
            else {
                return html(HttpResponse::BadRequest(), page::unknown_service());
            };
            return html(HttpResponse::Ok(), page::pick(&address, &options.persons));
        }
        Err(error) => Err(error),
    };
    {
        let mut query = back.query_pairs_mut();
        match &outcome {
            Ok(code) => query.append_pair("code", code),
            Err(error) => query.append_pair("error", error),
        };
        if let Some(state) = &request.state {
            query.append_pair("state", state);
        }
    }
    HttpResponse::Found()
        .insert_header((LOCATION, back.as_str()))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

/// What is granted, nothing while nobody is picked, or the error code of RFC 6749, 4.1.2.1.
fn grant(provider: &Provider, request: &AuthorizationRequest) -> Result<Option<Grant>, &'static str> {
    if request.response_type.as_deref() != Some("code") {
        return Err("unsupported_response_type");
    }
    let scopes = request.scope.as_deref().unwrap_or_default();
    if !scopes.split(' ').any(|scope| scope == "openid") {
        return Err("invalid_scope");
    }
    let (Some(challenge), Some("S256")) = (&request.code_challenge, request.code_challenge_method.as_deref()) else {
        return Err("invalid_request");
    };
    let prompt = |word: &str| {
        request
            .prompt
            .iter()
            .any(|prompt| prompt.split(' ').any(|found| found == word))
    };
    let Some(username) = &request.pick else {
        return if prompt("none") {
            Err("login_required")
        } else {
            Ok(None)
        };
    };
    let person = provider.person(username).ok_or("access_denied")?;
    Ok(Some(Grant {
        username: person.username.clone(),
        redirect_uri: request.redirect_uri.clone().unwrap_or_default(),
        nonce: request.nonce.clone(),
        challenge: challenge.clone(),
        auth_time: auth_time(provider.options.clock.now(), request, prompt("login")),
        acr: acr(request.acr_values.as_deref().unwrap_or_default()),
    }))
}

/// The moment of the last login; it is just now if there was none, or one that is too old for what is asked.
fn auth_time(now: Timestamp, request: &AuthorizationRequest, anew: bool) -> Timestamp {
    let ago = request.ago.unwrap_or_default();
    let too_old = anew || request.max_age.is_some_and(|most| most < ago);
    if too_old { now } else { now.plus_secs(-ago) }
}

/// The first way that is asked and that there is; without one, a password.
fn acr(asked: &str) -> &'static str {
    let known = [PASSWORD, TWO_FACTORS];
    let mut asked = asked
        .split(' ')
        .filter_map(|asked| known.into_iter().find(|known| *known == asked));
    asked.next().unwrap_or(PASSWORD)
}

#[post("/oidc/token")]
pub(super) async fn exchange(
    provider: Data<Provider>,
    http: HttpRequest,
    Form(request): Form<TokenRequest>,
) -> HttpResponse {
    let options = &provider.options;
    let posted = request.client_id.clone().zip(request.client_secret.clone());
    let stated = basic(&http).or(posted);
    if stated != Some((options.client_id.clone(), options.client_secret.clone())) {
        return HttpResponse::Unauthorized()
            .insert_header((WWW_AUTHENTICATE, "Basic realm=\"oidc\""))
            .json(json!({"error": "invalid_client"}));
    }
    if request.grant_type.as_deref() != Some("authorization_code") {
        return refused("unsupported_grant_type");
    }
    let (Some(code), Some(verifier)) = (&request.code, &request.code_verifier) else {
        return refused("invalid_request");
    };
    let now = options.clock.now();
    let exchanged = provider.sessions().exchange(
        code,
        |grant| {
            grant.challenge == challenge(verifier)
                && request.redirect_uri.as_deref() == Some(grant.redirect_uri.as_str())
        },
        now,
        options.random.as_ref(),
    );
    let Some((grant, access_token)) = exchanged else {
        return refused("invalid_grant");
    };
    let mut claims = json!({
        "iss": provider.issuer,
        "aud": options.client_id,
        "sub": subject(&provider, &grant.username),
        "iat": now.as_secs(),
        "exp": now.plus_secs(TOKEN_SECS).as_secs(),
        "auth_time": grant.auth_time.as_secs(),
        "acr": grant.acr,
        "at_hash": half_hash(&access_token),
    });
    if let (Some(nonce), Some(claims)) = (grant.nonce, claims.as_object_mut()) {
        claims.insert("nonce".to_owned(), Value::String(nonce));
    }
    match provider.keys().sign(&claims) {
        Ok(id_token) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(json!({
                "access_token": access_token, "token_type": "Bearer", "expires_in": TOKEN_SECS, "id_token": id_token,
            })),
        Err(_) => HttpResponse::InternalServerError().json(json!({"error": "server_error"})),
    }
}

#[get("/oidc/userinfo")]
pub(super) async fn userinfo(provider: Data<Provider>, http: HttpRequest) -> HttpResponse {
    let options = &provider.options;
    let found = authorization(&http, "Bearer ").and_then(|token| {
        let sessions = provider.sessions();
        let (username, acr) = sessions.of(token, options.clock.now())?;
        Some((provider.person(username)?, acr))
    });
    match found {
        Some((person, acr)) => HttpResponse::Ok()
            .insert_header((CACHE_CONTROL, "no-store"))
            .json(claims(&provider, person, acr)),
        None => HttpResponse::Unauthorized()
            .insert_header((WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""))
            .json(json!({"error": "invalid_token"})),
    }
}

/// The claims about a person, by Entree's names.
fn claims(provider: &Provider, person: &Person, acr: &str) -> Value {
    let mut claims = json!({
        "sub": subject(provider, &person.username),
        "uid": format!("{}{}@{}.example", mark::NAME, letters(&person.username), person.brin.to_lowercase()),
        "givenName": person.given_name,
        "eduPersonAffiliation": match person.role {
            Role::Pupil => "student",
            Role::Teacher => "employee",
            Role::Other => "affiliate",
        },
        "nlEduPersonHomeOrganizationId": person.brin,
        "acr": acr,
        "authenticating_authority": format!("https://login.{}.example", person.brin.to_lowercase()),
        "updated_at": provider.options.clock.now().as_secs(),
    });
    if let (Some(eck_id), Some(claims)) = (&person.eck_id, claims.as_object_mut()) {
        claims.insert("eckId".to_owned(), Value::String(eck_id.clone()));
    }
    claims
}

/// A `sub` that is the same for a person every time, and differs per client.
fn subject(provider: &Provider, username: &str) -> String {
    let hash = sha256(&format!("{}\n{username}", provider.options.client_id));
    let (name, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
    uuid::Builder::from_custom_bytes(*name).into_uuid().to_string()
}

/// A hash of letters only, so that it never looks like a number of anything.
fn letters(username: &str) -> String {
    let hash = sha256(username);
    hash.iter().take(15).map(|byte| char::from(b'a' + byte % 26)).collect()
}

/// Client id and secret by HTTP Basic (RFC 6749, 2.3.1).
fn basic(http: &HttpRequest) -> Option<(String, String)> {
    let decoded = STANDARD.decode(authorization(http, "Basic ")?).ok()?;
    let (client, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let plain = |part: &str| {
        form_urlencoded::parse(part.as_bytes())
            .next()
            .map(|(text, _)| text.into_owned())
    };
    Some((plain(client)?, plain(secret)?))
}

fn authorization<'a>(http: &'a HttpRequest, scheme: &str) -> Option<&'a str> {
    http.headers().get(AUTHORIZATION)?.to_str().ok()?.strip_prefix(scheme)
}

fn refused(error: &str) -> HttpResponse {
    HttpResponse::BadRequest().json(json!({"error": error}))
}

fn html(mut response: actix_web::HttpResponseBuilder, page: String) -> HttpResponse {
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(page)
}
