//! A login: under way, coming back, and verified.

use std::{collections::BTreeSet, fmt};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sluis_core::{
    identifier::{Brin4, Brin6, EckId},
    personal::Personal,
    random::{self, Random},
    time::Timestamp,
};
use zeroize::Zeroize;

use super::{AnswerError, Endpoint, KennisnetError};
use crate::app::login::LoginTerms;

/// A login that was begun. Whoever holds it could finish it: keep it sealed, and for one use.
#[derive(Clone, Serialize, Deserialize)]
pub struct PendingLogin {
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) code_verifier: String,
    pub(super) begun_at: Timestamp,
    /// How the person is to log in.
    pub(super) terms: LoginTerms,
}

impl PendingLogin {
    pub(super) fn draw(begun_at: Timestamp, terms: &LoginTerms, random: &dyn Random) -> Self {
        let draw = || URL_SAFE_NO_PAD.encode(random::bytes::<32>(random));
        Self {
            state: draw(),
            nonce: draw(),
            code_verifier: draw(),
            begun_at,
            terms: terms.clone(),
        }
    }

    /// OpenID Connect Core 1.0, 3.1.3.7, step 13: a login that is older than was asked is not taken. The person may have
    /// struck the wish from the address on the way, or the provider may not know it. `max_age` counts back from where
    /// this login began, so that somebody who takes their time over it is not refused.
    pub(super) fn check_recency(&self, auth_time: Option<Timestamp>, skew_secs: i64) -> Result<(), KennisnetError> {
        let since = match (self.terms.again, self.terms.max_age) {
            (true, _) => self.begun_at,
            (false, Some(age)) => self.begun_at.plus_secs(-i64::from(age)),
            (false, None) => return Ok(()),
        };
        match auth_time {
            Some(auth_time) if auth_time >= since.plus_secs(-skew_secs) => Ok(()),
            // 3.1.2.1: who is asked for `max_age` must say when it was; who is asked for `prompt=login` need not.
            None if self.terms.max_age.is_none() => Ok(()),
            _ => Err(KennisnetError::NotRecent),
        }
    }

    /// The `state` by which the answer will name this login.
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingLogin([secret])")
    }
}

impl Drop for PendingLogin {
    fn drop(&mut self) {
        self.state.zeroize();
        self.nonce.zeroize();
        self.code_verifier.zeroize();
    }
}

/// What the browser brings back, read from the query of the redirect address.
#[derive(Clone, Deserialize)]
pub struct Callback {
    /// Which login it answers.
    pub state: String,
    /// The code, when the login succeeded.
    #[serde(default)]
    pub code: Option<String>,
    /// The error code (RFC 6749, 4.1.2.1), when it did not.
    #[serde(default)]
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    #[serde(default)]
    pub iss: Option<String>,
}

impl Callback {
    pub(super) fn into_code(self) -> Result<String, KennisnetError> {
        match (self.error.as_deref(), self.code) {
            (None, Some(code)) => Ok(code),
            (None, None) => Err(KennisnetError::CodeMissing),
            (Some("access_denied" | "login_required" | "interaction_required" | "account_selection_required"), _) => {
                Err(KennisnetError::Declined)
            }
            (Some("server_error" | "temporarily_unavailable"), _) => Err(KennisnetError::Provider {
                endpoint: Endpoint::Authorization,
                error: AnswerError::Status(503),
            }),
            (Some(_), _) => Err(KennisnetError::RequestRefused),
        }
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback([secret])")
    }
}

/// A person who has just logged in.
#[derive(Debug, Clone)]
pub struct VerifiedLogin {
    /// Who it is in the eyes of the federation, for this client.
    pub subject: FederationSubject,
    /// The ECK iD, if the school passes it on.
    pub eck_id: Option<EckId>,
    /// The hashed user id.
    pub uid: Option<Personal<String>>,
    /// The stable user id of the renewed platform: the first fall-back key.
    pub entree_uid: Option<Personal<String>>,
    /// `nlEduPersonRealId`: the second fall-back key.
    pub real_id: Option<Personal<String>>,
    /// `nlEduPersonProfileId`: the third fall-back key.
    pub profile_id: Option<Personal<String>>,
    /// The roles.
    pub affiliations: BTreeSet<Affiliation>,
    /// Where; absent when it is not a BRIN, or more than one.
    pub organisation: Option<Organisation>,
    /// First name.
    pub given_name: Option<Personal<String>>,
    /// Name infix (tussenvoegsels).
    pub name_infix: Option<Personal<String>>,
    /// Surname.
    pub family_name: Option<Personal<String>>,
    /// E-mail address; nobody verified it, and it is never a key.
    pub email: Option<Personal<String>>,
    /// When the person proved who they are, if the provider says so.
    pub auth_time: Option<Timestamp>,
    /// How, in the order of the provider.
    pub acr: Vec<String>,
    /// Whether one of these ways has a second factor.
    pub second_factor: bool,
    /// The entity id of the school's own login service.
    pub authenticating_authority: Option<String>,
    /// When it was verified.
    pub at: Timestamp,
}

/// A `sub` with its issuer. It changes when the client or the school's user id changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FederationSubject {
    /// The issuer.
    pub issuer: String,
    /// The `sub`.
    pub sub: Personal<String>,
}

/// A role at the school.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Affiliation {
    /// Learns there.
    Pupil,
    /// Works there.
    Staff,
    /// Something else, for example a parent.
    Other,
}

impl Affiliation {
    /// Reads a value of `eduPersonAffiliation`; capitals do not count.
    pub(super) fn read(value: &str) -> Self {
        match value.to_lowercase().as_str() {
            "student" => Self::Pupil,
            "employee" | "staff" | "teacher" | "faculty" => Self::Staff,
            _ => Self::Other,
        }
    }
}

/// The school of a login, as far as the federation knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organisation {
    /// The institution; which branch is not known.
    Institution(Brin4),
    /// The branch.
    Branch(Brin6),
}

impl Organisation {
    /// Reads a BRIN with or without branch.
    pub(super) fn read(value: &str) -> Option<Self> {
        Brin6::parse(value)
            .map(Self::Branch)
            .or_else(|_| Brin4::parse(value).map(Self::Institution))
            .ok()
    }

    /// The institution.
    pub const fn institution(&self) -> Brin4 {
        match self {
            Self::Institution(institution) => *institution,
            Self::Branch(branch) => branch.institution,
        }
    }
}
