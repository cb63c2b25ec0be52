//! What is known of the provider: its endpoints and keys, asked once for everybody and kept for a while.

use std::sync::Arc;

use openidconnect::{
    AdditionalProviderMetadata, AuthType, ClientId, ClientSecret, DiscoveryError, EndpointNotSet, EndpointSet,
    IdTokenVerifier, IssuerUrl, JsonWebKeySet, JsonWebKeySetUrl, ProviderMetadata, RedirectUrl, UserInfoUrl,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType,
        CoreIdTokenVerifier, CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
        CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
        CoreSubjectIdentifierType,
    },
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sluis_core::{address::is_protected, time::Timestamp};
use tokio::sync::Mutex;

use super::{AnswerError, Endpoint, IdTokenError, KennisnetError, KennisnetSettings, answer::Transport};

/// For how long a failed discovery is remembered, so that a whole school does not wait for a dead provider in a row.
const FAILURE_SECS: i64 = 5;
/// The least time between two requests for keys because of an unknown one.
const KEYS_SECS: i64 = 30;

/// RFC 9207, 3.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct SenderMetadata {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}
impl AdditionalProviderMetadata for SenderMetadata {}

type Metadata = ProviderMetadata<
    SenderMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type ReadyClient = CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet, EndpointNotSet>;

/// A provider as it described itself, ready to be used.
#[derive(Clone)]
pub(super) struct Provider {
    pub(super) client: ReadyClient,
    pub(super) userinfo: UserInfoUrl,
    names_itself: bool,
    keys_address: JsonWebKeySetUrl,
    keys: CoreJsonWebKeySet,
    known_since: Timestamp,
}

impl Provider {
    async fn discover(
        settings: &KennisnetSettings,
        transport: &Transport,
        now: Timestamp,
    ) -> Result<Self, KennisnetError> {
        let unusable = || KennisnetError::Provider {
            endpoint: Endpoint::Discovery,
            error: AnswerError::UnusableEndpoint,
        };
        let metadata = Metadata::discover_async(settings.issuer.clone(), transport)
            .await
            .map_err(|error| discovery_failed(Endpoint::Discovery, error))?;
        let token = metadata.token_endpoint().cloned().ok_or_else(unusable)?;
        let userinfo = metadata.userinfo_endpoint().cloned().ok_or_else(unusable)?;
        let endpoints = [
            metadata.authorization_endpoint().url(),
            metadata.jwks_uri().url(),
            token.url(),
            userinfo.url(),
        ];
        if !endpoints.into_iter().all(is_protected) {
            return Err(unusable());
        }
        // The secret in the body where that is offered: of HTTP Basic, providers read special characters differently.
        let in_body = metadata
            .token_endpoint_auth_methods_supported()
            .is_some_and(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretPost));
        Ok(Self {
            names_itself: metadata
                .additional_metadata()
                .authorization_response_iss_parameter_supported,
            keys_address: metadata.jwks_uri().clone(),
            keys: metadata.jwks().clone(),
            known_since: now,
            userinfo,
            client: CoreClient::new(
                ClientId::new(settings.client_id.clone()),
                settings.issuer.clone(),
                JsonWebKeySet::default(),
            )
            .set_client_secret(ClientSecret::new(settings.client_secret.expose_secret().to_owned()))
            .set_auth_type(if in_body {
                AuthType::RequestBody
            } else {
                AuthType::BasicAuth
            })
            .set_auth_uri(metadata.authorization_endpoint().clone())
            .set_token_uri(token)
            .set_redirect_uri(RedirectUrl::from_url(settings.redirect_uri.clone())),
        })
    }

    /// RFC 9207, 2.4: whoever names itself must be the one we asked; whoever says it names itself must do so.
    pub(super) fn check_sender(&self, issuer: &IssuerUrl, iss: Option<&str>) -> Result<(), KennisnetError> {
        match iss {
            Some(iss) if iss == issuer.as_str() => Ok(()),
            None if !self.names_itself => Ok(()),
            _ => Err(KennisnetError::SenderMismatch),
        }
    }

    /// A verifier that takes RS256 and ES256 only. It knows no shared secret, so that a token signed by HMAC cannot pass;
    /// and its own time checks are off: they read the clock of the machine.
    pub(super) fn verifier(&self, settings: &KennisnetSettings) -> CoreIdTokenVerifier<'static> {
        IdTokenVerifier::new_public_client(
            ClientId::new(settings.client_id.clone()),
            settings.issuer.clone(),
            self.keys.clone(),
        )
        .set_allowed_algs([
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        ])
        .set_time_fn(Default::default)
    }
}

/// The one memory of the provider. The lock is held while asking, so that many who ask at once cause one request.
#[derive(Default)]
pub(super) struct Directory(Mutex<Known>);

#[derive(Default)]
enum Known {
    #[default]
    Nothing,
    Provider {
        provider: Arc<Provider>,
        keys_asked: Option<Timestamp>,
    },
    Failure {
        error: KennisnetError,
        at: Timestamp,
    },
}

impl Directory {
    pub(super) async fn provider(
        &self,
        settings: &KennisnetSettings,
        transport: &Transport,
        now: Timestamp,
    ) -> Result<Arc<Provider>, KennisnetError> {
        let mut known = self.0.lock().await;
        match &*known {
            Known::Provider { provider, .. } if now < provider.known_since.plus_secs(settings.discovery_secs) => {
                return Ok(provider.clone());
            }
            Known::Failure { error, at } if now < at.plus_secs(FAILURE_SECS) => return Err(error.clone()),
            _ => {}
        }
        match Provider::discover(settings, transport, now).await {
            Ok(provider) => {
                let provider = Arc::new(provider);
                *known = Known::Provider {
                    provider: provider.clone(),
                    keys_asked: None,
                };
                Ok(provider)
            }
            Err(error) => {
                *known = Known::Failure {
                    error: error.clone(),
                    at: now,
                };
                Err(error)
            }
        }
    }

    /// The provider with newer keys than those that were seen to fail, if it may be asked for them now.
    pub(super) async fn renew_keys(
        &self,
        seen: &Arc<Provider>,
        transport: &Transport,
        now: Timestamp,
    ) -> Result<Arc<Provider>, KennisnetError> {
        let mut known = self.0.lock().await;
        let Known::Provider { provider, keys_asked } = &mut *known else {
            return Err(IdTokenError::UnknownKey.into());
        };
        if !Arc::ptr_eq(provider, seen) {
            return Ok(provider.clone());
        }
        if keys_asked.is_some_and(|asked| now < asked.plus_secs(KEYS_SECS)) {
            return Err(IdTokenError::UnknownKey.into());
        }
        *keys_asked = Some(now);
        let keys = JsonWebKeySet::fetch_async(&seen.keys_address, transport)
            .await
            .map_err(|error| discovery_failed(Endpoint::Keys, error))?;
        *provider = Arc::new(Provider {
            keys,
            ..Provider::clone(seen)
        });
        Ok(provider.clone())
    }
}

/// Keeps what can be acted on, and drops the texts, which repeat the answer.
fn discovery_failed(endpoint: Endpoint, error: DiscoveryError<AnswerError>) -> KennisnetError {
    KennisnetError::Provider {
        endpoint,
        error: match error {
            DiscoveryError::Request(error) => error,
            DiscoveryError::Response(status, ..) if !status.is_success() => AnswerError::Status(status.as_u16()),
            _ => AnswerError::Malformed,
        },
    }
}
