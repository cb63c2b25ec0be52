//! Logging in: from a supplier's request, by Kennisnet, to an account and exactly the agreed attributes.
//!
//! A login is decided twice: when the person comes back from Kennisnet, so that a refusal is a page that the person
//! can read, and again when the supplier exchanges the code, so that a withdrawal in between is obeyed. Each decision
//! has its record; what is released is decided by the second.

mod browser;
mod code;
mod identity;
mod release;

pub use browser::BrowserSecret;
pub use code::LoginCode;
pub use identity::{Begun, Identity, IdentityError, IdentityProvider, LoginTerms, Returned};

use serde::{Deserialize, Serialize};
use sluis_core::{
    catalogue::Attribute,
    id::{ClientId, PersonId, SchoolId},
    identifier::{Brin4, Brin6, EckId},
    person::PersonKind,
    time::Timestamp,
};
use url::Url;
use zeroize::Zeroizing;

use crate::app::{
    App,
    caller::Caller,
    client::Client,
    error::AppError,
    learner::Resolved,
    login::release::Someone,
    organisation::School,
    roster::{KeptPerson, Person, label},
    sealing::KeyScope,
    secret::{base64_text, secret_hash},
    store::{Change, StoreError, StoredCode, StoredLogin},
    trace::TraceId,
};

/// What a supplier's client asked, checked by our provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginRequest {
    /// Who asks.
    pub client: ClientId,
    /// The school, when it was chosen beforehand.
    pub school: Option<SchoolChoice>,
    /// How the person is to log in.
    pub terms: LoginTerms,
    /// What our provider needs to answer it; the use cases do not look into it.
    #[serde(with = "base64_text")]
    pub kept: Vec<u8>,
}

/// A school that was chosen before the login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SchoolChoice {
    /// By our identifier.
    School(SchoolId),
    /// By institution.
    Institution(Brin4),
    /// By institution and branch.
    Branch(Brin6),
}

impl SchoolChoice {
    fn fits(self, school: &School) -> bool {
        match self {
            Self::School(id) => school.id == id,
            Self::Institution(institution) => school.brin.institution == institution,
            Self::Branch(branch) => school.brin == branch,
        }
    }
}

/// Why a person was not logged in. A page says it; nothing goes to the supplier but an error code.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// No login waits for this answer: it was used, has expired or was never begun.
    #[error("no login waits for this answer")]
    Unknown,
    /// Another browser began this login, or the browser keeps no cookies.
    #[error("the login was begun in another browser")]
    OtherBrowser,
    /// The identity provider's side did not work.
    #[error(transparent)]
    Provider(#[from] IdentityError),
    /// The identity provider names no school, or one that does not use this service.
    #[error("the school of this login is not known")]
    SchoolUnknown,
    /// The identity provider names the person neither pupil nor staff, for example a parent.
    #[error("the person is neither pupil nor staff")]
    RoleUnknown,
    /// Several locations of the school fit, and none holds the person.
    #[error("the location of the school cannot be told")]
    SchoolAmbiguous,
    /// The gate refused, or something else went wrong.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for LoginError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// A login that was begun: where the browser goes, and what it keeps meanwhile.
pub struct LoginBegun {
    /// Where to send the browser.
    pub address: Url,
    /// What it must show when it comes back.
    pub browser: BrowserSecret,
    /// For how many seconds.
    pub secs: i64,
}

/// A login that ended well or not: where the browser goes.
pub struct LoginReturn {
    /// What was asked at the beginning.
    pub request: LoginRequest,
    /// The code to exchange, or why there is none.
    pub outcome: Result<String, LoginError>,
}

/// What the exchange of a code gives.
pub struct LoginRelease {
    /// The account and the attributes.
    pub resolved: Resolved,
    /// What our provider kept of the request.
    pub kept: Vec<u8>,
    /// When the person proved who they are, if the identity provider says so.
    pub authenticated_at: Option<Timestamp>,
    /// How, as the identity provider says.
    pub acr: Option<String>,
    /// Whether with a second factor.
    pub second_factor: bool,
}

/// Why a code is not exchanged.
#[derive(Debug, thiserror::Error)]
pub enum RedeemError {
    /// The code is unknown, used, expired, of another client or address, or its verifier is wrong (`invalid_grant`).
    #[error("the code cannot be exchanged")]
    InvalidGrant,
    /// The gate refuses now, or something else went wrong.
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<StoreError> for RedeemError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

#[derive(Serialize, Deserialize)]
struct KeptLogin {
    request: LoginRequest,
    #[serde(with = "base64_text")]
    provider: Vec<u8>,
    /// The hash of the secret of the browser that began it.
    browser: [u8; 32],
}

#[derive(Serialize, Deserialize)]
struct KeptCode {
    person: PersonId,
    kind: PersonKind,
    #[serde(with = "base64_text")]
    request: Vec<u8>,
    second_factor: bool,
    authenticated_at: Option<Timestamp>,
    acr: Option<String>,
    /// The person as the login described them, if no roster holds them.
    described: Option<KeptPerson>,
}

/// The school of a login.
struct Found {
    school: SchoolId,
    /// Whether the identity provider's answer names this location: then it speaks for it.
    certain: bool,
}

impl App {
    /// Begins a login: where to send the browser, and what it keeps meanwhile.
    ///
    /// # Errors
    /// [`LoginError::Provider`] when Kennisnet does not answer.
    pub async fn login_begin(&self, request: LoginRequest) -> Result<LoginBegun, LoginError> {
        let begun = self.identities.begin(&request.terms).await?;
        let id = self.new_id();
        let client = request.client;
        let browser = BrowserSecret {
            login: BrowserSecret::name_of(&begun.state),
            secret: Zeroizing::new(self.new_secret()),
        };
        let kept = KeptLogin {
            request,
            provider: begun.kept.to_vec(),
            browser: secret_hash(browser.secret.as_bytes()),
        };
        let sealed = self.seal_for_platform("logins", &kept).await?;
        let login = StoredLogin {
            id,
            state_hash: secret_hash(begun.state.as_bytes()),
            client,
            sealed,
            expires_at: self.now().plus_secs(self.settings.login_secs),
        };
        self.store.apply(vec![Change::LoginStarted(login)], false).await?;
        Ok(LoginBegun {
            address: begun.address,
            browser,
            secs: self.settings.login_secs,
        })
    }

    /// Forgets the logins and codes that have expired, with what they kept.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn logins_tidy(&self) -> Result<(), AppError> {
        Ok(self.store.apply(vec![Change::LoginsExpired(self.now())], true).await?)
    }

    /// A person comes back from Kennisnet, in a browser that keeps these secrets.
    ///
    /// # Errors
    /// [`LoginError::Unknown`] when no login waits for it, [`LoginError::OtherBrowser`] when another browser began it;
    /// every later error is in the outcome, since by then it is known where the browser may return to.
    pub async fn login_return(
        &self,
        returned: Returned,
        browser: &[BrowserSecret],
        trace: TraceId,
    ) -> Result<LoginReturn, LoginError> {
        let state_hash = secret_hash(returned.state.as_bytes());
        let login = self.store.login(state_hash).await?.ok_or(LoginError::Unknown)?;
        if login.expires_at <= self.now() {
            return Err(LoginError::Unknown);
        }
        let kept: KeptLogin = self.open_for_platform("logins", &login.sealed).await?;
        // INVARIANT: the login goes on waiting for the browser that began it; nobody else can use it up.
        if !browser::began(browser, &returned.state, &kept.browser) {
            return Err(LoginError::OtherBrowser);
        }
        let outcome = self.login_decide(&login, &kept, returned, trace).await;
        if outcome.is_err() {
            // An answer works once, also one that was refused.
            self.store.apply(vec![Change::LoginRefused(login.id)], false).await?;
        }
        Ok(LoginReturn {
            request: kept.request,
            outcome,
        })
    }

    async fn login_decide(
        &self,
        login: &StoredLogin,
        kept: &KeptLogin,
        returned: Returned,
        trace: TraceId,
    ) -> Result<String, LoginError> {
        let identity = self.identities.finish(&kept.provider, returned).await?;
        let client = self
            .active_client(kept.request.client)
            .await?
            .ok_or(LoginError::Unknown)?;
        let caller = caller_of(&client, trace);
        let kind = identity.kind().ok_or(LoginError::RoleUnknown)?;
        let found = self.login_school(kept.request.school, &identity, kind).await?;
        let described = identity.described().filter(|_| found.certain);
        let someone = Someone {
            kind,
            second_factor: identity.second_factor,
            eck_id: identity.eck_id.as_ref().map(EckId::expose),
            known: None,
            described: described.as_ref(),
        };
        let permitted = self.login_release(&caller, found.school, &someone).await?;
        let resolved = permitted.resolved?;
        let described = described.filter(|_| !permitted.enrolled).map(|mut described| {
            // What does not go to the supplier does not wait for it either; the ECK iD is what the person is known by.
            let goes =
                |attribute: &Attribute| *attribute == Attribute::EckId || resolved.learner.attributes.holds(*attribute);
            described.values.retain(|attribute, _| goes(attribute));
            described
        });
        let code = self.new_secret();
        let now = self.now();
        let content = KeptCode {
            person: permitted.person,
            kind,
            request: kept.request.kept.clone(),
            second_factor: identity.second_factor,
            authenticated_at: identity.authenticated_at,
            acr: identity.acr_among(&kept.request.terms.acr_values),
            described,
        };
        let stored = StoredCode {
            code_hash: secret_hash(code.as_bytes()),
            client: client.id,
            school: found.school,
            sealed: self.seal_for_platform("codes", &content).await?,
            expires_at: now.plus_secs(self.settings.code_secs),
            used_at: None,
        };
        // INVARIANT: a login is completed once; its row goes in the same transaction in which the code comes.
        match self
            .store
            .apply(vec![Change::LoginCompleted(login.id, stored)], false)
            .await
        {
            Err(StoreError::Conflict) => Err(LoginError::Unknown),
            other => Ok(other.map(|()| code)?),
        }
    }

    /// The school of a login: the branch that Kennisnet names; of several, the one that was chosen beforehand or the
    /// one whose roster holds the person.
    async fn login_school(
        &self,
        chosen: Option<SchoolChoice>,
        identity: &Identity,
        kind: PersonKind,
    ) -> Result<Found, LoginError> {
        let (institution, branch) = identity.organisation.ok_or(LoginError::SchoolUnknown)?;
        let mut schools = self.store.schools_by_brin(institution).await?;
        if let Some(branch) = branch {
            schools.retain(|school| school.brin == branch);
        }
        // INVARIANT: an institution has locations that are not registered here, and what a supplier chose beforehand says
        // nothing about where a person belongs: only a login that names the location speaks for it.
        let certain = branch.is_some() && schools.len() == 1;
        if let Some(chosen) = chosen {
            schools.retain(|school| chosen.fits(school));
        }
        match schools.as_slice() {
            [] => Err(LoginError::SchoolUnknown),
            [only] => Ok(Found {
                school: only.id,
                certain,
            }),
            several => {
                let school = self.school_that_holds(several, identity, kind).await?;
                Ok(Found { school, certain })
            }
        }
    }

    async fn school_that_holds(
        &self,
        schools: &[School],
        identity: &Identity,
        kind: PersonKind,
    ) -> Result<SchoolId, LoginError> {
        let mut found = Vec::new();
        let Some(eck_id) = &identity.eck_id else {
            return Err(LoginError::SchoolAmbiguous);
        };
        for school in schools {
            let key = self.sealing.key(KeyScope::School(school.id)).await?;
            let hash = key.hash(label::ECK_ID, eck_id.expose().as_bytes());
            for person in self.store.persons_by_eck(school.id, hash).await? {
                if Person::open(school.id, &person, &*key)?.kept.kind == kind {
                    found.push(school.id);
                }
            }
        }
        // Somebody whom a roster holds twice is at one school all the same.
        found.dedup();
        match found.as_slice() {
            [only] => Ok(*only),
            _ => Err(LoginError::SchoolAmbiguous),
        }
    }

    /// A supplier exchanges a code. It works once; the gate decides anew. Whether the exchange belongs to the request
    /// (address, PKCE) is for our provider to say, from what it kept.
    ///
    /// # Errors
    /// [`RedeemError`].
    pub async fn login_redeem(
        &self,
        client: &Client,
        code: &str,
        belongs: impl FnOnce(&[u8]) -> bool,
        trace: TraceId,
    ) -> Result<LoginRelease, RedeemError> {
        let code_hash = secret_hash(code.as_bytes());
        let stored = self.store.code(code_hash).await?.ok_or(RedeemError::InvalidGrant)?;
        let now = self.now();
        if stored.client != client.id || stored.used_at.is_some() || stored.expires_at <= now {
            return Err(RedeemError::InvalidGrant);
        }
        let kept: KeptCode = self.open_for_platform("codes", &stored.sealed).await?;
        if !belongs(&kept.request) {
            return Err(RedeemError::InvalidGrant);
        }
        match self.store.apply(vec![Change::CodeUsed(code_hash, now)], false).await {
            Err(StoreError::Conflict) => return Err(RedeemError::InvalidGrant),
            other => other?,
        }
        let caller = caller_of(client, trace);
        let someone = Someone {
            kind: kept.kind,
            second_factor: kept.second_factor,
            // A roster that came meanwhile counts, by whatever id it has the person.
            eck_id: kept.described.as_ref().and_then(KeptPerson::eck_id),
            known: Some(kept.person),
            described: kept.described.as_ref(),
        };
        let permitted = self.login_release(&caller, stored.school, &someone).await?;
        Ok(LoginRelease {
            resolved: permitted.resolved?,
            kept: kept.request,
            authenticated_at: kept.authenticated_at,
            acr: kept.acr,
            second_factor: kept.second_factor,
        })
    }
}

fn caller_of(client: &Client, trace: TraceId) -> Caller {
    Caller {
        client: client.id,
        role: client.role,
        bound: None,
        trace,
        once: None,
    }
}
