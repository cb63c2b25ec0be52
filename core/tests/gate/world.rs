//! A school at which everything is in order: the pupil Jorn, in group 7, uses Rekenbaai. Tests change one thing of it.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::Value;
use sluis_core::{
    agreement::{
        ActivationRecord, AgreementRecord, Annex, ApprovalRecord, InstructionRecord, MandateRecord, ModuleCode,
        NarrowingRecord, ProductRecord, Scope, Side, StanceKind, StanceRecord, SupplierKind, SuspensionRecord,
    },
    catalogue::{Attribute, AttributeSet, Catalogue, DataCategory, Purpose},
    gate::{
        Asker, Assurance, Channel, Decision, Direction, Facts, PolicyInputs, Request, SchoolPolicy, SubjectFacts,
        decide,
    },
    id::{GroupId, Id},
    identifier::{Brin6, Oin},
    person::{
        Disclosure, Grants, Handover, HandoverBasis, Law, NextSchool, OwnRequest, PersonFacts, PersonKind, Requester,
        YearGroup,
    },
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

pub(crate) fn next_school(brin: &str) -> NextSchool {
    NextSchool::Brin(Brin6::parse(brin).unwrap())
}

pub(crate) fn authority(number: u8) -> Oin {
    Oin::parse(&format!("0000000312345678000{number}")).unwrap()
}

/// One more grant.
fn grants<T: Clone>(before: &'static [T], more: T) -> &'static [T] {
    [before, &[more]].concat().leak()
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
                kind: SupplierKind::Supplier,
            }],
            agreements: vec![AgreementRecord {
                id: id(10),
                product: id(Self::REKENBAAI),
                annex: Arc::new(Annex::parse(include_bytes!("../../../examples/agreements/rekenbaai.json")).unwrap()),
                window: Window::since(start),
                accepted_by_board_at: Some(start),
                accepted_by_supplier_at: Some(start),
                suspensions: Vec::new(),
                excepted: Vec::new(),
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
            narrowings: Vec::new(),
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
                consents: &[],
                has_account_key: true,
                grants: Grants::default(),
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
        self.inputs.products[0].kind = SupplierKind::Distributor;
        self.inputs.instructions.push(InstructionRecord {
            id: id(17),
            product: id(Self::REKENBAAI),
            window,
            suspensions: Vec::new(),
        });
    }

    /// A side says that it can no longer comply.
    pub(crate) fn suspends(&mut self, side: Side, window: Window) {
        let suspensions = &mut self.inputs.agreements[0].suspensions;
        suspensions.push(SuspensionRecord { side, window });
    }

    /// The school takes a stance on the sub-processor, since the start.
    pub(crate) fn says(&mut self, kind: StanceKind, party: &str) {
        self.says_of(10, kind, party);
    }

    /// The same, of another agreement.
    pub(crate) fn says_of(&mut self, agreement: u128, kind: StanceKind, party: &str) {
        self.inputs.stances.push(StanceRecord {
            id: id(18),
            agreement: id(agreement),
            kind,
            party: party.to_owned(),
            window: Window::since(moment("2026-08-01T00:00:00Z")),
        });
    }

    /// The school takes a category of pupils from a purpose, since the start.
    pub(crate) fn narrows(&mut self, purpose: &str, category: DataCategory) {
        self.inputs.narrowings.push(NarrowingRecord {
            id: id(19),
            agreement: id(10),
            purpose: Purpose::parse(purpose).unwrap(),
            kind: PersonKind::Pupil,
            category,
            window: Window::since(moment("2026-08-01T00:00:00Z")),
        });
    }

    /// Jorn goes to another school, which asks for the dossier.
    pub(crate) fn hands_over(&mut self, change: impl FnOnce(&mut Handover)) {
        let mut handover = Handover {
            to: next_school("98XY00"),
            basis: HandoverBasis::Request { consented: false },
            window: Window::since(moment("2026-08-01T00:00:00Z")),
            attributes: AttributeSet::from_iter([Attribute::GivenName, Attribute::BirthDate]),
        };
        change(&mut handover);
        self.jorn.grants.handovers = grants(self.jorn.grants.handovers, handover);
        self.request.asker = Asker::NextSchool(next_school("98XY00"));
        self.purpose("D11");
    }

    /// Jorn asks for his own data, or a guardian does.
    pub(crate) fn asks_for_own(&mut self, change: impl FnOnce(&mut OwnRequest)) {
        let mut request = OwnRequest {
            id: id(30),
            by: Requester::Guardian,
            identity_verified_at: Some(moment("2026-09-15T09:00:00Z")),
            window: Window::since(moment("2026-08-01T00:00:00Z")),
        };
        change(&mut request);
        self.jorn.grants.requests = grants(self.jorn.grants.requests, request);
        self.request.asker = Asker::Person(id(30));
        self.purpose("D21");
    }

    /// An authority asks for data of Jorn by a law.
    pub(crate) fn discloses(&mut self, change: impl FnOnce(&mut Disclosure)) {
        let mut disclosure = Disclosure {
            to: authority(1),
            law: Law::parse("Leerplichtwet 1969, artikel 21").unwrap(),
            verified_at: Some(moment("2026-09-15T09:00:00Z")),
            in_spite_of_restriction: false,
            window: Window::since(moment("2026-08-01T00:00:00Z")),
            attributes: AttributeSet::from_iter([Attribute::GivenName, Attribute::Attendance]),
        };
        change(&mut disclosure);
        self.jorn.grants.disclosures = grants(self.jorn.grants.disclosures, disclosure);
        self.request.asker = Asker::Authority(authority(1));
        self.purpose("D21");
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
