//! The port to where people log in (Kennisnet Entree Federatie).

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sluis_core::{
    catalogue::Attribute,
    identifier::{Brin4, Brin6, EckId},
    person::PersonKind,
    personal::Personal,
    time::Timestamp,
};
use url::Url;
use zeroize::Zeroizing;

use crate::app::roster::KeptPerson;

/// Where people log in (Kennisnet Entree Federatie).
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Begins a login: where to send the browser, the `state` that will come back, and what to keep sealed until then.
    async fn begin(&self, terms: &LoginTerms) -> Result<Begun, IdentityError>;

    /// Finishes a login with what the browser brought back.
    async fn finish(&self, kept: &[u8], returned: Returned) -> Result<Identity, IdentityError>;
}

/// How a supplier wants the person to log in (OpenID Connect Core 1.0, 3.1.2.1). The identity provider is asked for it,
/// and its answer is held against it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginTerms {
    /// Anew, although it was done lately (`prompt=login`).
    pub again: bool,
    /// With a choice of who it is (`prompt=select_account`).
    pub choose: bool,
    /// At most so many seconds ago.
    pub max_age: Option<u32>,
    /// Preferably by one of these ways, the best first.
    pub acr_values: Vec<String>,
}

/// A login that was begun at the identity provider.
pub struct Begun {
    /// Where to send the browser.
    pub address: Url,
    /// The `state` by which the answer names this login.
    pub state: String,
    /// What the provider's side needs to finish it; a secret.
    pub kept: Zeroizing<Vec<u8>>,
}

/// What the browser brought back from the identity provider.
pub struct Returned {
    /// Which login it answers.
    pub state: String,
    /// The code, when the login succeeded.
    pub code: Option<String>,
    /// The error code (RFC 6749, 4.1.2.1), when it did not.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
}

/// Who logged in.
pub struct Identity {
    /// The ECK iD, if the school passes it on.
    pub eck_id: Option<EckId>,
    /// The institution and, if it is known, the branch.
    pub organisation: Option<(Brin4, Option<Brin6>)>,
    /// Whether the person learns at the school.
    pub pupil: bool,
    /// Whether the person works at the school.
    pub staff: bool,
    /// Whether a second factor was used.
    pub second_factor: bool,
    /// When the person proved who they are, if the provider says so.
    pub authenticated_at: Option<Timestamp>,
    /// By which ways, in the order of the provider.
    pub acr: Vec<String>,
    /// What it says about the person besides.
    pub attributes: BTreeMap<Attribute, Personal<String>>,
}

/// Why the identity provider's side did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// It does not answer, or not as it should: try later.
    #[error("the identity provider does not answer")]
    Unavailable,
    /// The person or the school's own login did not go on.
    #[error("the login was not completed")]
    Declined,
    /// The login took too long, or its answer was used before: begin again.
    #[error("the login has expired")]
    Expired,
    /// The person logged in, but not as lately as was asked.
    #[error("the person did not log in as lately as was asked")]
    NotRecent,
    /// The answer cannot be trusted.
    #[error("the answer of the identity provider is refused")]
    Refused,
    /// What it says about the person must not enter: a stem pseudonym, a national number, a test value.
    #[error("the identity provider passes on an identifier that must not leave the school")]
    ForbiddenIdentifier,
}

impl Identity {
    /// As what the person logs in. Who learns at a school and works there too logs in as a pupil, who gets less;
    /// of anybody else it is not guessed.
    pub(super) const fn kind(&self) -> Option<PersonKind> {
        match (self.pupil, self.staff) {
            (true, _) => Some(PersonKind::Pupil),
            (false, true) => Some(PersonKind::Staff),
            (false, false) => None,
        }
    }

    /// The person as this login describes them; nobody without an ECK iD.
    pub(super) fn described(&self) -> Option<KeptPerson> {
        let eck_id = Personal::new(self.eck_id.as_ref()?.expose().to_owned());
        let mut values = self.attributes.clone();
        values.insert(Attribute::EckId, eck_id);
        Some(KeptPerson {
            kind: self.kind()?,
            source_key: None,
            groups: Vec::new(),
            year_group: None,
            enrolled_from: None,
            enrolled_until: None,
            enrolment_in_doubt: false,
            values,
        })
    }

    /// The way that an id token names: the best of those that were asked, else the first that the provider names.
    pub(super) fn acr_among(&self, asked: &[String]) -> Option<String> {
        let met = asked.iter().find(|asked| self.acr.contains(asked));
        met.or_else(|| self.acr.first()).cloned()
    }
}
