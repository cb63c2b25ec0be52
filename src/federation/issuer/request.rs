//! What comes to the token endpoint: a code to exchange, or a program that asks for itself.

#[cfg(test)]
mod tests;

use sluis_core::id::ClientId;

use super::{
    answer::{OAuthError, OAuthErrorCode},
    code::AuthorizationCode,
    parameters::Parameters,
};
use crate::{
    app::caller::Bound,
    federation::{
        assertion::{ASSERTION_TYPE, UnverifiedAssertion},
        pkce::CodeVerifier,
        token::{Scope, SluisDetails},
    },
};

const KNOWN: [&str; 10] = [
    "authorization_details",
    "client_assertion",
    "client_assertion_type",
    "client_id",
    "client_secret",
    "code",
    "code_verifier",
    "grant_type",
    "redirect_uri",
    "scope",
];

/// A request of a client that has yet to prove itself.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// What it is to prove itself with.
    pub assertion: UnverifiedAssertion,
    /// What it asks.
    pub grant: Grant,
}

/// What a client asks.
#[derive(Debug, Clone)]
pub enum Grant {
    /// Tokens for a person who logged in (RFC 6749, 4.1.3).
    AuthorizationCode {
        /// The code that the browser brought.
        code: AuthorizationCode,
        /// The address that it was brought to.
        redirect_uri: String,
        /// The proof that the same program began the login.
        verifier: CodeVerifier,
    },
    /// A token for the program itself (RFC 6749, 4.4).
    ClientCredentials {
        /// What it wants to use it for; all that it may, if it does not say.
        scope: Option<Scope>,
        /// The school and purpose that the token is to be bound to.
        bound: Option<Bound>,
    },
}

impl TokenRequest {
    /// Reads the pairs of the form.
    ///
    /// # Errors
    /// Everything that is wrong with it, in one refusal.
    pub fn parse(pairs: &[(String, String)]) -> Result<Self, OAuthError> {
        let given = Parameters::read(pairs, &KNOWN);
        let mut faults = Faults(Vec::new());
        for name in given.repeated() {
            faults.add(
                OAuthErrorCode::InvalidRequest,
                format!("`{name}` was sent more than once"),
            );
        }
        let assertion = faults.assertion(&given);
        let grant = match given.get("grant_type") {
            Some("authorization_code") => faults.authorization_code(&given),
            Some("client_credentials") => faults.client_credentials(&given),
            Some(_) => {
                let known = "`grant_type` is `authorization_code` or `client_credentials`";
                faults.add(OAuthErrorCode::UnsupportedGrantType, known);
                None
            }
            None => faults.required(&given, "grant_type").and(None),
        };
        match (assertion, grant, OAuthError::of_all(faults.0)) {
            (Some(assertion), Some(grant), None) => Ok(Self { assertion, grant }),
            (_, _, Some(refusal)) => Err(refusal),
            (_, _, None) => Err(OAuthError::new(
                OAuthErrorCode::InvalidRequest,
                "the request is incomplete",
            )),
        }
    }
}

/// Everything that is wrong with a request.
struct Faults(Vec<OAuthError>);

impl Faults {
    fn add(&mut self, code: OAuthErrorCode, description: impl Into<String>) {
        self.0.push(OAuthError::new(code, description));
    }

    /// The value of a parameter that must be there.
    fn required<'a>(&mut self, given: &Parameters<'a>, name: &str) -> Option<&'a str> {
        let value = given.get(name);
        if value.is_none() && !given.is_repeated(name) {
            self.add(OAuthErrorCode::InvalidRequest, format!("`{name}` is missing"));
        }
        value
    }

    fn assertion(&mut self, given: &Parameters<'_>) -> Option<UnverifiedAssertion> {
        const HOW: &str = "a client proves itself with `client_assertion` (`private_key_jwt`), and in no other way";
        if given.get("client_secret").is_some() {
            self.add(OAuthErrorCode::InvalidClient, HOW);
            return None;
        }
        let Some(text) = given.get("client_assertion") else {
            if !given.is_repeated("client_assertion") {
                self.add(OAuthErrorCode::InvalidClient, HOW);
            }
            return None;
        };
        if given.get("client_assertion_type") != Some(ASSERTION_TYPE) && !given.is_repeated("client_assertion_type") {
            let known = format!("`client_assertion_type` is `{ASSERTION_TYPE}`");
            self.add(OAuthErrorCode::InvalidClient, known);
        }
        let assertion = match UnverifiedAssertion::peek(text) {
            Ok(assertion) => assertion,
            Err(error) => {
                self.0.push(error.into());
                return None;
            }
        };
        // RFC 7521, 4.2: a client that is named beside the assertion is the one in it.
        let named = given.get("client_id").map(ClientId::parse);
        if named.is_some_and(|named| named != Ok(assertion.client())) {
            self.add(
                OAuthErrorCode::InvalidClient,
                "`client_id` is not the client of the assertion",
            );
        }
        Some(assertion)
    }

    fn authorization_code(&mut self, given: &Parameters<'_>) -> Option<Grant> {
        let code = self.required(given, "code").map(AuthorizationCode::parse);
        let redirect_uri = self.required(given, "redirect_uri");
        let verifier = self.required(given, "code_verifier").map(CodeVerifier::parse);
        if let Some(Err(error)) = &code {
            self.add(OAuthErrorCode::InvalidGrant, error.to_string());
        }
        if let Some(Err(error)) = &verifier {
            self.add(OAuthErrorCode::InvalidRequest, error.to_string());
        }
        Some(Grant::AuthorizationCode {
            code: code?.ok()?,
            redirect_uri: redirect_uri?.to_owned(),
            verifier: verifier?.ok()?,
        })
    }

    fn client_credentials(&mut self, given: &Parameters<'_>) -> Option<Grant> {
        let scope = given.get("scope").map(Scope::parse).transpose();
        if let Err(error) = &scope {
            self.add(OAuthErrorCode::InvalidScope, error.to_string());
        }
        let details = given.get("authorization_details").map(SluisDetails::parse).transpose();
        for fault in details.as_ref().err().into_iter().flatten() {
            self.add(OAuthErrorCode::InvalidAuthorizationDetails, fault.to_string());
        }
        Some(Grant::ClientCredentials {
            scope: scope.ok()?,
            bound: details.ok()?.map(|SluisDetails(bound)| bound),
        })
    }
}
