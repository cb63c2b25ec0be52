//! Logging in: from a supplier's request, by Kennisnet, to an account and exactly the agreed attributes.
//!
//! A login is decided twice: when the person comes back from Kennisnet, so that a refusal is a page that the person
//! can read, and again when the supplier exchanges the code, so that a withdrawal in between is obeyed. Each decision
//! has its record; what is released is decided by the second.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use sluis_core::{
    catalogue::Purpose,
    gate::Assurance,
    id::{ClientId, PersonId, SchoolId},
    identifier::{Brin4, Brin6, EckId},
    ledger::RecordKind,
    person::PersonKind,
    time::Timestamp,
};
use url::Url;

use crate::app::{
    App,
    caller::Caller,
    client::Client,
    error::AppError,
    gatekeeper::Judged,
    learner::{Resolved, supplier_of},
    organisation::School,
    roster::label,
    sealing::KeyScope,
    store::{Change, StoreError, StoredCode, StoredLogin},
    trace::TraceId,
};

/// Where people log in (Kennisnet Entree Federatie).
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// Begins a login: where to send the browser, the `state` that will come back, and what to keep sealed until then.
    async fn begin(&self) -> Result<Begun, IdentityError>;

    /// Finishes a login with what the browser brought back.
    async fn finish(&self, kept: &[u8], returned: Returned) -> Result<Identity, IdentityError>;
}

/// A login that was begun at the identity provider.
pub struct Begun {
    /// Where to send the browser.
    pub address: Url,
    /// The `state` by which the answer names this login.
    pub state: String,
    /// What the provider's side needs to finish it; a secret.
    pub kept: zeroize::Zeroizing<Vec<u8>>,
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
    /// The answer cannot be trusted.
    #[error("the answer of the identity provider is refused")]
    Refused,
    /// What it says about the person must not enter: a stem pseudonym, a national number, a test value.
    #[error("the identity provider passes on an identifier that must not leave the school")]
    ForbiddenIdentifier,
}

/// What a supplier's client asked, checked by our provider.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LoginRequest {
    /// Who asks.
    pub client: ClientId,
    /// The school, when it was chosen beforehand.
    pub school: Option<SchoolChoice>,
    /// What our provider needs to answer it; the use cases do not look into it.
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
    /// The identity provider's side did not work.
    #[error(transparent)]
    Provider(#[from] IdentityError),
    /// The identity provider names no school, or one that does not use this service.
    #[error("the school of this login is not known")]
    SchoolUnknown,
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
    /// When the person logged in.
    pub authenticated_at: Timestamp,
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
    provider: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct KeptCode {
    person: PersonId,
    kind: PersonKind,
    request: Vec<u8>,
    second_factor: bool,
    authenticated_at: Timestamp,
}

impl App {
    /// Begins a login: where to send the browser.
    ///
    /// # Errors
    /// [`LoginError::Provider`] when Kennisnet does not answer.
    pub async fn login_begin(&self, request: LoginRequest) -> Result<Url, LoginError> {
        let begun = self.identities.begin().await?;
        let id = self.new_id();
        let client = request.client;
        let kept = KeptLogin {
            request,
            provider: begun.kept.to_vec(),
        };
        let sealed = self.seal_for_platform("logins", &kept).await?;
        let login = StoredLogin {
            id,
            state_hash: self.secret_hash(begun.state.as_bytes()),
            client,
            sealed,
            expires_at: self.now().plus_secs(self.settings.login_secs),
        };
        self.store.apply(vec![Change::LoginStarted(login)], false).await?;
        Ok(begun.address)
    }

    /// A person comes back from Kennisnet.
    ///
    /// # Errors
    /// [`LoginError::Unknown`] when no login waits for it; every later error is in the outcome, since by then it is
    /// known where the browser may return to.
    pub async fn login_return(&self, returned: Returned, trace: TraceId) -> Result<LoginReturn, LoginError> {
        let state_hash = self.secret_hash(returned.state.as_bytes());
        let login = self.store.login(state_hash).await?.ok_or(LoginError::Unknown)?;
        if login.expires_at <= self.now() {
            return Err(LoginError::Unknown);
        }
        let kept: KeptLogin = self.open_for_platform("logins", &login.sealed).await?;
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
        let kind = if identity.pupil || !identity.staff {
            PersonKind::Pupil
        } else {
            PersonKind::Staff
        };
        let school = self.login_school(kept.request.school, &identity, kind).await?;
        let assurance = Assurance {
            second_factor: identity.second_factor,
            sender_bound: true,
        };
        let (person, resolved) = self
            .login_release(&caller, school, kind, assurance, &identity, None)
            .await?;
        resolved?;
        let code = self.new_secret();
        let now = self.now();
        let content = KeptCode {
            person,
            kind,
            request: kept.request.kept.clone(),
            second_factor: identity.second_factor,
            authenticated_at: now,
        };
        let stored = StoredCode {
            code_hash: self.secret_hash(code.as_bytes()),
            client: client.id,
            school,
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
    ) -> Result<SchoolId, LoginError> {
        let (institution, branch) = identity.organisation.ok_or(LoginError::SchoolUnknown)?;
        let mut schools = self.store.schools_by_brin(institution).await?;
        if let Some(branch) = branch {
            schools.retain(|school| school.brin == branch);
        }
        if let Some(chosen) = chosen {
            schools.retain(|school| chosen.fits(school));
        }
        match schools.as_slice() {
            [] => Err(LoginError::SchoolUnknown),
            [only] => Ok(only.id),
            several => self.school_that_holds(several, identity, kind).await,
        }
    }

    async fn school_that_holds(
        &self,
        schools: &[School],
        identity: &Identity,
        kind: PersonKind,
    ) -> Result<SchoolId, LoginError> {
        let mut found = Vec::new();
        for school in schools {
            let roster = self.open_roster(school.id).await?;
            let key = self.sealing.key(KeyScope::School(school.id)).await?;
            let hash = identity
                .eck_id
                .as_ref()
                .map(|eck_id| key.hash(label::ECK_ID, eck_id.expose().as_bytes()));
            let holds = roster
                .persons
                .iter()
                .any(|person| person.kept.kind == kind && person.eck_hash == hash);
            if hash.is_some() && holds {
                found.push(school.id);
            }
        }
        match found.as_slice() {
            [only] => Ok(*only),
            _ => Err(LoginError::SchoolAmbiguous),
        }
    }

    /// Decides a login by the facts of now; the person is known by ECK iD, or at the exchange by our own id.
    async fn login_release(
        &self,
        caller: &Caller,
        school: SchoolId,
        kind: PersonKind,
        assurance: Assurance,
        identity: &Identity,
        known: Option<PersonId>,
    ) -> Result<(PersonId, Result<Resolved, AppError>), AppError> {
        let request = self.login_gate_request(caller, school, kind, assurance)?;
        let nobody = self.new_id();
        self.through_the_gate(school, async |standing| {
            let hash = identity
                .eck_id
                .as_ref()
                .map(|eck_id| standing.key.hash(label::ECK_ID, eck_id.expose().as_bytes()));
            let person = standing.roster.persons.iter().find(|person| match known {
                Some(known) => person.id == known,
                None => hash.is_some() && person.eck_hash == hash && person.kept.kind == kind,
            });
            let name = if known.is_some() {
                "login.release"
            } else {
                "login.return"
            };
            let judged = self
                .release_one(caller, &request, standing, person, RecordKind::Login, name)
                .await?;
            let id = person.map_or(nobody, |person| person.id);
            Ok(Judged {
                draft: judged.draft,
                lines: judged.lines,
                answer: (id, judged.answer),
            })
        })
        .await
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
        let code_hash = self.secret_hash(code.as_bytes());
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
        let assurance = Assurance {
            second_factor: kept.second_factor,
            sender_bound: true,
        };
        let nobody = Identity {
            eck_id: None,
            organisation: None,
            pupil: kept.kind == PersonKind::Pupil,
            staff: kept.kind == PersonKind::Staff,
            second_factor: kept.second_factor,
        };
        let (_, resolved) = self
            .login_release(&caller, stored.school, kept.kind, assurance, &nobody, Some(kept.person))
            .await?;
        Ok(LoginRelease {
            resolved: resolved?,
            kept: kept.request,
            authenticated_at: kept.authenticated_at,
            second_factor: kept.second_factor,
        })
    }

    fn login_gate_request(
        &self,
        caller: &Caller,
        school: SchoolId,
        kind: PersonKind,
        assurance: Assurance,
    ) -> Result<sluis_core::gate::Request, AppError> {
        supplier_of(caller)?;
        let mut request = self.release_request(caller, school, Some(Purpose::ACCESS), None, kind)?;
        request.channel = sluis_core::gate::Channel::Login;
        request.assurance = assurance;
        Ok(request)
    }
}

fn caller_of(client: &Client, trace: TraceId) -> Caller {
    Caller {
        client: client.id,
        role: client.role,
        bound: None,
        trace,
    }
}
