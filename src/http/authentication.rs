//! The only way to the use cases: a verified bearer token whose role may take the action.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
    ops::Deref,
    sync::Arc,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{self, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use secrecy::SecretString;

use crate::{
    app::{
        App,
        action::Action,
        authentication::AuthenticationError,
        caller::{Attempt, Caller, RoleKind},
        trace::TraceContext,
    },
    http::{Http, code::Code, problem::Problem},
};

/// The use cases as the router holds them: nothing but [`May`] and [`once`](super::once) can look inside.
pub(super) struct UseCases(Arc<App>);

impl UseCases {
    /// Hands them to the router.
    pub(super) const fn new(app: Arc<App>) -> Self {
        Self(app)
    }

    /// The use cases, for what remembers the writes of a caller.
    pub(super) fn for_once(&self) -> Arc<App> {
        Arc::clone(&self.0)
    }
}

/// A caller that may take this action. A handler without it reaches no use case.
pub struct May<A> {
    app: Arc<App>,
    caller: Caller,
    action: PhantomData<A>,
}

impl<A> May<A> {
    /// The use cases.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Who calls, in which trace.
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }
}

impl<A> Deref for May<A> {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

/// Who calls, or why nobody does.
struct Known {
    caller: Result<Caller, Problem>,
    /// Whether the client was only remembered, and not read for this request.
    recalled: bool,
}

/// Inside `/v1`: finds out who calls before anything else of the request is read. Whether that matters is for [`May`].
///
/// Where a good answer waits for the commit of a record, the client is remembered, and the commit finds whether it was
/// revoked. Any other answer there (wrong input, no such school) rests on no commit: it is held until the client has
/// been read, or whoever was revoked would go on asking what there is.
pub(super) async fn identify<B: MessageBody + 'static>(
    http: Data<Http>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let recalled = is_on_record(request.method(), request.path());
    let caller = caller_of(&http, request.request(), recalled).await;
    let client = caller.as_ref().ok().map(|caller| caller.client).filter(|_| recalled);
    request.extensions_mut().insert(Known { caller, recalled });
    let answer = next.call(request).await;
    let is_good = answer.as_ref().is_ok_and(|answer| answer.status().is_success());
    if let Some(client) = client.filter(|_| !is_good) {
        http.authenticator.confirm(client).await.map_err(refusal)?;
    }
    answer
}

/// Whether a request is for an action whose good answers wait for a record ([`Action::ON_RECORD`]). [`May`] refuses when
/// this says more than the action does.
pub(super) fn is_on_record(method: &Method, path: &str) -> bool {
    let learners = || path.starts_with("/v1/schools/") && path.ends_with("/learners/_search");
    *method == Method::POST && (path == "/v1/decisions" || path == "/v1/accounts/_resolve" || learners())
}

/// Who calls, if it is known.
pub(super) fn caller(request: &ServiceRequest) -> Option<Caller> {
    let extensions = request.extensions();
    extensions.get::<Known>()?.caller.as_ref().ok().cloned()
}

/// From here on the request is this attempt.
pub(super) fn is_attempt(request: &ServiceRequest, attempt: Attempt) {
    if let Some(Known { caller: Ok(caller), .. }) = request.extensions_mut().get_mut::<Known>() {
        caller.once = Some(attempt);
    }
}

async fn caller_of(http: &Http, request: &HttpRequest, recalled: bool) -> Result<Caller, Problem> {
    let token = bearer_token(request)?;
    let trace = request.extensions().get::<TraceContext>().copied();
    let trace = trace.unwrap_or_else(|| TraceContext::start(&*http.random)).id();
    let caller = if recalled {
        http.authenticator.recall(&token, trace).await
    } else {
        http.authenticator.authenticate(&token, trace).await
    };
    let caller = caller.map_err(refusal)?;
    http.limits.check_client(caller.client)?;
    request.extensions_mut().insert(caller.client);
    Ok(caller)
}

impl<A: Action> FromRequest for May<A> {
    type Error = Problem;
    // INVARIANT: never pending. Extractors are asked side by side, and what answers first is what the caller learns:
    // one that waits would let strangers have their input checked.
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(may(request))
    }
}

fn may<A: Action>(request: &HttpRequest) -> Result<May<A>, Problem> {
    let known = request.extensions_mut().remove::<Known>();
    let Known { caller, recalled } = known.ok_or_else(|| Problem::new(Code::Internal))?;
    let caller = caller?;
    if recalled && !A::ON_RECORD {
        return Err(Problem::new(Code::Internal));
    }
    if !A::permits(caller.role.kind()) {
        let detail = format!(
            "a client in the role `{}` may not do `{}`",
            caller.role.kind().as_str(),
            A::NAME
        );
        return Err(Problem::new(Code::RoleNotPermitted).detail(detail));
    }
    let bound = caller.bound.is_some_and(|bound| bound.school.is_some());
    if A::WIDE && bound && caller.role.kind() != RoleKind::School {
        return Err(Problem::new(Code::SchoolMismatch));
    }
    let app = request
        .app_data::<Data<UseCases>>()
        .ok_or_else(|| Problem::new(Code::Internal))?;
    Ok(May {
        app: Arc::clone(&app.0),
        caller,
        action: PhantomData,
    })
}

/// RFC 6750, 2.1: in the header, and nowhere else. One in the address is refused even beside a good one: it has leaked.
fn bearer_token(request: &HttpRequest) -> Result<SecretString, Problem> {
    let in_query = url::form_urlencoded::parse(request.query_string().as_bytes())
        .any(|(name, _)| name.eq_ignore_ascii_case("access_token"));
    if in_query {
        return Err(challenge(Code::TokenInQuery, "Bearer error=\"invalid_request\""));
    }
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let (value, another) = (values.next(), values.next());
    let credentials = value
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '));
    match (credentials, another) {
        (Some((scheme, token)), None) if scheme.eq_ignore_ascii_case("bearer") && is_b64token(token.trim()) => {
            Ok(token.trim().to_owned().into())
        }
        // RFC 6750, 3.1: without any credentials the challenge names no error.
        (None, None) if value.is_none() => Err(challenge(Code::Unauthenticated, "Bearer")),
        (Some((scheme, _)), None) if !scheme.eq_ignore_ascii_case("bearer") => {
            Err(challenge(Code::Unauthenticated, "Bearer"))
        }
        _ => Err(challenge(Code::InvalidToken, "Bearer error=\"invalid_token\"")),
    }
}

/// RFC 6750, 2.1: the characters of a token.
fn is_b64token(token: &str) -> bool {
    !token.is_empty()
        && token
            .trim_end_matches('=')
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}

fn refusal(error: AuthenticationError) -> Problem {
    match error {
        AuthenticationError::Invalid(_) => {
            challenge(Code::InvalidToken, "Bearer error=\"invalid_token\"").because(error)
        }
        AuthenticationError::Unavailable(_) => Problem::new(Code::Unavailable).because(error),
    }
}

fn challenge(code: Code, challenge: &'static str) -> Problem {
    Problem::new(code).header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}
