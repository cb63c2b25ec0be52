//! Kennisnet as the use cases see it.

use async_trait::async_trait;
use sluis_core::catalogue::Attribute;
use zeroize::Zeroizing;

use super::{Affiliation, Callback, Kennisnet, KennisnetError, Organisation, PendingLogin, VerifiedLogin};
use crate::app::login::{Begun, Identity, IdentityError, IdentityProvider, LoginTerms, Returned};

#[async_trait]
impl IdentityProvider for Kennisnet {
    async fn begin(&self, terms: &LoginTerms) -> Result<Begun, IdentityError> {
        let (address, pending) = self.begin(terms).await.map_err(told)?;
        let kept = serde_json::to_vec(&pending).map_err(|_| IdentityError::Unavailable)?;
        Ok(Begun {
            address,
            state: pending.state().to_owned(),
            kept: Zeroizing::new(kept),
        })
    }

    async fn finish(&self, kept: &[u8], returned: Returned) -> Result<Identity, IdentityError> {
        let pending: PendingLogin = serde_json::from_slice(kept).map_err(|_| IdentityError::Expired)?;
        let callback = Callback {
            state: returned.state,
            code: returned.code,
            error: returned.error,
            iss: returned.issuer,
        };
        Ok(self.finish(pending, callback).await.map_err(told)?.into())
    }
}

impl From<VerifiedLogin> for Identity {
    fn from(login: VerifiedLogin) -> Self {
        Self {
            organisation: login.organisation.map(|organisation| match organisation {
                Organisation::Institution(institution) => (institution, None),
                Organisation::Branch(branch) => (branch.institution, Some(branch)),
            }),
            pupil: login.affiliations.contains(&Affiliation::Pupil),
            staff: login.affiliations.contains(&Affiliation::Staff),
            second_factor: login.second_factor,
            attributes: [
                (Attribute::GivenName, login.given_name),
                (Attribute::FamilyNamePrefix, login.name_infix),
                (Attribute::FamilyName, login.family_name),
                // Nobody says whether it is of the school or private.
                (Attribute::Email, login.email),
            ]
            .into_iter()
            .filter_map(|(attribute, value)| Some((attribute, value?)))
            .collect(),
            authenticated_at: login.auth_time,
            acr: login.acr,
            eck_id: login.eck_id,
        }
    }
}

/// Logs the cause once, and says what a person can do about it.
fn told(error: KennisnetError) -> IdentityError {
    tracing::warn!(
        error = &error as &dyn std::error::Error,
        "a login by Kennisnet did not succeed"
    );
    match error {
        KennisnetError::Provider { .. }
        | KennisnetError::ClientRefused
        | KennisnetError::RequestRefused
        | KennisnetError::InsecureSetting { .. } => IdentityError::Unavailable,
        KennisnetError::Declined => IdentityError::Declined,
        KennisnetError::NotRecent => IdentityError::NotRecent,
        KennisnetError::LoginExpired | KennisnetError::CodeRefused | KennisnetError::CodeMissing => {
            IdentityError::Expired
        }
        KennisnetError::EckId(_) | KennisnetError::EckIdAmbiguous | KennisnetError::NationalNumber { .. } => {
            IdentityError::ForbiddenIdentifier
        }
        KennisnetError::StateMismatch
        | KennisnetError::SenderMismatch
        | KennisnetError::IdToken(_)
        | KennisnetError::SubjectMismatch => IdentityError::Refused,
    }
}
