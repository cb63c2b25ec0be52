//! What this provider can do (OpenID Connect Discovery 1.0, 3; RFC 8414, 2), for `/.well-known/openid-configuration`.

use serde::Serialize;

use super::Issuer;
use crate::federation::token::DETAILS_TYPE;

/// Where the endpoints are: paths under the issuer, each with its first slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointPaths {
    /// Where a login begins.
    pub authorization: &'static str,
    /// Where tokens are asked.
    pub token: &'static str,
    /// Where our public keys are.
    pub jwks: &'static str,
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    scopes_supported: Vec<&'static str>,
    response_types_supported: [&'static str; 1],
    response_modes_supported: [&'static str; 1],
    grant_types_supported: [&'static str; 2],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    token_endpoint_auth_methods_supported: [&'static str; 1],
    token_endpoint_auth_signing_alg_values_supported: [&'static str; 4],
    code_challenge_methods_supported: [&'static str; 1],
    prompt_values_supported: [&'static str; 3],
    claim_types_supported: [&'static str; 1],
    claims_supported: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    acr_values_supported: Vec<String>,
    claims_parameter_supported: bool,
    request_parameter_supported: bool,
    request_uri_parameter_supported: bool,
    authorization_response_iss_parameter_supported: bool,
    authorization_details_types_supported: [&'static str; 1],
}

impl Metadata {
    /// The document of this issuer, which may put these attributes into an id token besides the claims of the protocol.
    pub fn new(
        issuer: &Issuer,
        paths: EndpointPaths,
        scopes: impl IntoIterator<Item = &'static str>,
        attributes: impl IntoIterator<Item = String>,
    ) -> Self {
        let protocol = [
            "iss",
            "sub",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "at_hash",
        ];
        Self {
            issuer: issuer.to_string(),
            authorization_endpoint: issuer.at(paths.authorization),
            token_endpoint: issuer.at(paths.token),
            jwks_uri: issuer.at(paths.jwks),
            scopes_supported: std::iter::once("openid").chain(scopes).collect(),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: ["authorization_code", "client_credentials"],
            subject_types_supported: ["pairwise"],
            id_token_signing_alg_values_supported: ["RS256"],
            token_endpoint_auth_methods_supported: ["private_key_jwt"],
            token_endpoint_auth_signing_alg_values_supported: ["RS256", "PS256", "ES256", "EdDSA"],
            code_challenge_methods_supported: ["S256"],
            prompt_values_supported: ["none", "login", "select_account"],
            claim_types_supported: ["normal"],
            claims_supported: protocol.into_iter().map(str::to_owned).chain(attributes).collect(),
            acr_values_supported: Vec::new(),
            claims_parameter_supported: false,
            request_parameter_supported: false,
            // OpenID Connect Discovery 1.0, 3: without a word it would be supported.
            request_uri_parameter_supported: false,
            authorization_response_iss_parameter_supported: true,
            authorization_details_types_supported: [DETAILS_TYPE],
        }
    }

    /// The same, of a provider that can ask people to log in by these ways.
    #[must_use]
    pub fn with_acr_values(mut self, acr_values: Vec<String>) -> Self {
        self.acr_values_supported = acr_values;
        self
    }
}

#[cfg(test)]
mod tests {
    use openidconnect::core::CoreProviderMetadata;
    use url::Url;

    use super::*;

    #[test]
    fn another_library_understands_the_document() {
        let issuer = Issuer::parse(&Url::parse("https://sluis.example").unwrap()).unwrap();
        let paths = EndpointPaths {
            authorization: "/oidc/authorize",
            token: "/oidc/token",
            jwks: "/oidc/jwks",
        };
        let document = Metadata::new(&issuer, paths, ["learners.read"], ["given_name".to_owned()]);
        let json = serde_json::to_value(document).unwrap();
        assert!(
            json.get("acr_values_supported").is_none(),
            "what nobody knows is not claimed"
        );
        assert_eq!(json["code_challenge_methods_supported"][0], "S256");
        assert_eq!(json["authorization_response_iss_parameter_supported"], true);
        assert_eq!(json["authorization_details_types_supported"][0], "sluis");

        let read: CoreProviderMetadata = serde_json::from_value(json).unwrap();
        assert_eq!(read.issuer().as_str(), "https://sluis.example");
        assert_eq!(
            read.token_endpoint().unwrap().as_str(),
            "https://sluis.example/oidc/token"
        );
        assert_eq!(read.jwks_uri().as_str(), "https://sluis.example/oidc/jwks");
        assert_eq!(read.scopes_supported().unwrap().len(), 2);
        assert!(
            read.claims_supported()
                .unwrap()
                .iter()
                .any(|claim| claim.as_str() == "given_name")
        );
    }
}
