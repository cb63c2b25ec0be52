//! A school at which everything is in order: the pupil Jorn, in group 7, uses Rekenbaai. Tests change one thing of it.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use sluis_core::{
    agreement::{
        ActivationRecord, AgreementRecord, Annex, ApprovalRecord, InstructionRecord, MandateRecord, ModuleCode,
        ProductRecord, Scope, StanceKind, StanceRecord,
    },
    catalogue::{Attribute, AttributeSet, Catalogue, Purpose},
    gate::{
        Asker, Assurance, Channel, Decision, Direction, Facts, PolicyInputs, Request, SchoolPolicy, SubjectFacts,
        decide,
    },
    id::{GroupId, Id},
    person::{PersonFacts, PersonKind, YearGroup},
    time::{Timestamp, Window},
};
use uuid::Uuid;

/// The same number is the same id, of whatever kind.
pub(crate) fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

pub(crate) fn span(from: &str, until: &str) -> Window {
    Window {
        from: moment(from),
        until: Some(moment(until)),
    }
}

/// A restriction or objection that has held for a while.
pub(crate) fn since_september() -> &'static [Window] {
    vec![Window::since(moment("2026-09-01T00:00:00Z"))].leak()
}

/// Who a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    School,
    Jorn,
    JornWithoutRoster,
    Nobody,
}

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) inputs: PolicyInputs,
    pub(crate) request: Request,
    pub(crate) about: About,
    pub(crate) policy_is_readable: bool,
    pub(crate) jorn: PersonFacts<'static>,
    pub(crate) groups: Vec<GroupId>,
}

impl World {
    pub(crate) const SCHOOL: u128 = 1;
    pub(crate) const REKENBAAI: u128 = 2;
    pub(crate) const WADDEN: u128 = 3;
    pub(crate) const GROUP: u128 = 4;
    pub(crate) const OTHER_PRODUCT: u128 = 5;
    pub(crate) const OTHER_SUPPLIER: u128 = 6;

    pub(crate) fn new() -> Self {
        let start = moment("2026-08-01T00:00:00Z");
        let inputs = PolicyInputs {
            school: id(Self::SCHOOL),
            epoch: 7,
            moved_at: Timestamp::default(),
            products: vec![ProductRecord {
                product: id(Self::REKENBAAI),
                supplier: id(Self::WADDEN),
            }],
            agreements: vec![AgreementRecord {
                id: id(10),
                product: id(Self::REKENBAAI),
                annex: Arc::new(Annex::parse(include_bytes!("../../../examples/agreements/rekenbaai.json")).unwrap()),
                window: Window::since(start),
                accepted_by_board_at: Some(start),
                accepted_by_supplier_at: Some(start),
                suspensions: Vec::new(),
            }],
            approvals: Vec::new(),
            mandates: vec![MandateRecord {
                id: id(11),
                supplier: id(Self::WADDEN),
                window: Window::since(start),
            }],
            activations: vec![ActivationRecord {
                id: id(12),
                product: id(Self::REKENBAAI),
                window: Window::since(start),
                accepted_by_school_at: Some(start),
                accepted_by_supplier_at: Some(start),
                scope: Scope::Groups(BTreeSet::from([id(Self::GROUP)])),
            }],
            instructions: Vec::new(),
            stances: Vec::new(),
        };
        Self {
            inputs,
            request: Request {
                asker: Asker::Supplier(id(Self::WADDEN)),
                product: id(Self::REKENBAAI),
                school: id(Self::SCHOOL),
                purpose: Some(Purpose::parse("D3").unwrap()),
                receiver: None,
                channel: Channel::Api,
                direction: Direction::Release,
                person_kind: PersonKind::Pupil,
                attributes: AttributeSet::from_iter([Attribute::GivenName, Attribute::Groups, Attribute::BirthDate]),
                required: AttributeSet::EMPTY,
                assurance: Assurance::default(),
                at: moment("2026-09-15T09:00:00Z"),
            },
            about: About::Jorn,
            policy_is_readable: true,
            jorn: PersonFacts {
                person: id(20),
                kind: PersonKind::Pupil,
                enrolment: Window::since(moment("2024-08-01T00:00:00Z")),
                groups: &[],
                year_group: Some(YearGroup::parse("7").unwrap()),
                restrictions: &[],
                objections: &[],
                has_account_key: true,
            },
            groups: vec![id(Self::GROUP)],
        }
    }

    /// Changes the annex of the first agreement.
    pub(crate) fn annex(&mut self, change: impl FnOnce(&mut Value)) {
        let agreement = &mut self.inputs.agreements[0];
        let mut document = serde_json::to_value(agreement.annex.document()).unwrap();
        change(&mut document);
        agreement.annex = Arc::new(Annex::parse(&serde_json::to_vec(&document).unwrap()).unwrap());
    }

    pub(crate) fn approve(&mut self, module: &str, window: Window) {
        let module = ModuleCode::parse(module).unwrap();
        self.inputs.approvals.push(ApprovalRecord {
            id: id(13),
            agreement: id(10),
            module,
            window,
        });
    }

    /// The supplier is a distributor that the school has instructed.
    pub(crate) fn distributes(&mut self, window: Window) {
        self.request.asker = Asker::Distributor(id(Self::WADDEN));
        self.inputs.instructions.push(InstructionRecord {
            id: id(17),
            product: id(Self::REKENBAAI),
            window,
            suspensions: Vec::new(),
        });
    }

    /// The school takes a stance on the sub-processor, since the start.
    pub(crate) fn says(&mut self, kind: StanceKind, party: &str) {
        self.inputs.stances.push(StanceRecord {
            id: id(18),
            agreement: id(10),
            kind,
            party: party.to_owned(),
            window: Window::since(moment("2026-08-01T00:00:00Z")),
        });
    }

    pub(crate) fn purpose(&mut self, code: &str) {
        self.request.purpose = Some(Purpose::parse(code).unwrap());
    }

    pub(crate) fn policy(&self) -> SchoolPolicy {
        SchoolPolicy::compile(&self.inputs, Catalogue::built_in())
    }

    pub(crate) fn decide(&self) -> Decision {
        let policy = self.policy();
        let subject = match self.about {
            About::School => SubjectFacts::School,
            About::Jorn => SubjectFacts::Person(PersonFacts {
                groups: &self.groups,
                ..self.jorn
            }),
            About::JornWithoutRoster => SubjectFacts::LoggedIn(PersonFacts {
                groups: &self.groups,
                ..self.jorn
            }),
            About::Nobody => SubjectFacts::UnknownPerson,
        };
        let policy = self.policy_is_readable.then_some(&policy);
        decide(
            &self.request,
            &Facts {
                policy,
                subject,
                catalogue: Catalogue::built_in(),
            },
        )
    }
}
