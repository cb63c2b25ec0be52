//! Deciding a login by the facts of now, for who comes back and again for the exchange.

use sluis_core::{
    catalogue::Purpose,
    gate::{Assurance, Channel, Request},
    id::{PersonId, SchoolId},
    ledger::RecordKind,
    person::PersonKind,
};

use crate::app::{
    App,
    caller::Caller,
    error::AppError,
    gatekeeper::{Judged, Wanted},
    learner::{About, Resolved, supplier_of},
    roster::{KeptPerson, Person, label},
};

/// Who logs in.
pub(super) struct Someone<'a> {
    pub(super) kind: PersonKind,
    pub(super) second_factor: bool,
    /// By which the roster is searched.
    pub(super) eck_id: Option<&'a str>,
    /// Our id, once it is known who it is.
    pub(super) known: Option<PersonId>,
    /// The person as the login describes them, if it speaks for this school.
    pub(super) described: Option<&'a KeptPerson>,
}

/// What was decided about who logs in.
pub(super) struct LoginDecision {
    pub(super) person: PersonId,
    /// Whether the roster holds the person.
    pub(super) enrolled: bool,
    pub(super) resolved: Result<Resolved, AppError>,
}

impl App {
    /// Decides a login by the facts of now. The roster comes first; what the login says counts for who is in none.
    pub(super) async fn login_release(
        &self,
        caller: &Caller,
        school: SchoolId,
        someone: &Someone<'_>,
    ) -> Result<LoginDecision, AppError> {
        let request = self.login_gate_request(caller, school, someone)?;
        let nobody = self.new_id();
        self.through_the_gate(school, async |standing| {
            let eck_id = someone.eck_id.map(str::as_bytes);
            let hash = eck_id.map(|eck_id| standing.key.hash(label::ECK_ID, eck_id));
            let roster = &standing.roster;
            let known = someone.known.and_then(|known| roster.with_id(known));
            let enrolled = known.or_else(|| roster.with_eck_hash(someone.kind, hash?));
            let described = someone
                .described
                .and_then(|described| Person::of_login(described.clone(), &*standing.key))
                .filter(|person| someone.known.is_none_or(|known| known == person.id))
                .map(|mut person| {
                    person.restrict(&standing.roster.restrictions);
                    person.consent(&standing.roster.consents);
                    person
                });
            let about = match (enrolled, &described) {
                (Some(person), _) => About::Enrolled(person),
                (None, Some(person)) => About::LoggedIn(person),
                (None, None) => About::Nobody,
            };
            let name = if someone.known.is_some() {
                "login.release"
            } else {
                "login.return"
            };
            let judged = self
                .release_one(caller, &request, standing, about, RecordKind::Login, name)
                .await?;
            Ok(Judged {
                draft: judged.draft,
                lines: judged.lines,
                answer: LoginDecision {
                    person: about.person().map_or(nobody, |person| person.id),
                    enrolled: enrolled.is_some(),
                    resolved: judged.answer,
                },
            })
        })
        .await
    }

    fn login_gate_request(
        &self,
        caller: &Caller,
        school: SchoolId,
        someone: &Someone<'_>,
    ) -> Result<Request, AppError> {
        supplier_of(caller)?;
        let mut request = self.release_request(caller, school, Wanted::all_for(Purpose::ACCESS), someone.kind)?;
        request.channel = Channel::Login;
        request.assurance = Assurance {
            second_factor: someone.second_factor,
            sender_bound: true,
        };
        Ok(request)
    }
}
