//! Random schools, annexes, persons and requests, small enough that everything meets everything.

mod annex;
mod consents;
mod grants;
mod narrowings;
mod order;

use std::collections::BTreeSet;

use narrowings::narrowing;
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
    sample::{select, subsequence},
    test_runner::{Config, RngAlgorithm, RngSeed, TestRng, TestRunner},
};
use sluis_core::{
    agreement::{
        ActivationRecord, AgreementRecord, ApprovalRecord, InstructionRecord, MandateRecord, ModuleCode, ProductRecord,
        Scope, Side, StanceKind, StanceRecord, SupplierKind, SuspensionRecord,
    },
    catalogue::{Attribute, AttributeSet, Catalogue, Purpose},
    gate::{
        Asker, Assurance, Channel, Decision, Direction, Facts, PolicyInputs, Request, SchoolPolicy, SubjectFacts,
        decide,
    },
    id::{GroupId, SupplierId},
    person::{Consent, Disclosure, Grants, Handover, OwnRequest, PersonFacts, PersonKind, YearGroup},
    time::{Timestamp, Window},
};

use crate::world::{id, moment};
pub(crate) use annex::some_annex;

/// Who a case is about.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    School,
    Person(Somebody),
    LoggedIn(Somebody),
    Unknown,
}

/// The facts about a person, with groups of their own.
#[derive(Debug, Clone)]
pub(crate) struct Somebody {
    groups: Vec<GroupId>,
    restrictions: Vec<Window>,
    objections: Vec<Window>,
    consents: Vec<Consent>,
    handovers: Vec<Handover>,
    requests: Vec<OwnRequest>,
    disclosures: Vec<Disclosure>,
    facts: PersonFacts<'static>,
}

impl Somebody {
    pub(crate) fn forget_consents(&mut self) {
        self.consents.clear();
    }

    pub(crate) fn forget_grants(&mut self) {
        self.handovers.clear();
        self.requests.clear();
        self.disclosures.clear();
    }

    /// Nothing stands against processing the data.
    pub(crate) fn without_anything_against(&self) -> Self {
        Self {
            restrictions: Vec::new(),
            objections: Vec::new(),
            ..self.clone()
        }
    }

    pub(crate) fn facts(&self) -> PersonFacts<'_> {
        PersonFacts {
            groups: &self.groups,
            restrictions: &self.restrictions,
            objections: &self.objections,
            consents: &self.consents,
            grants: Grants {
                handovers: &self.handovers,
                requests: &self.requests,
                disclosures: &self.disclosures,
            },
            ..self.facts
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) inputs: PolicyInputs,
    pub(crate) readable: bool,
    pub(crate) request: Request,
    pub(crate) subject: Subject,
}

impl Case {
    pub(crate) fn decide(&self) -> Decision {
        self.decide_about(&self.subject)
    }

    pub(crate) fn decide_about(&self, subject: &Subject) -> Decision {
        let policy = SchoolPolicy::compile(&self.inputs, Catalogue::built_in());
        let subject = match subject {
            Subject::School => SubjectFacts::School,
            Subject::Person(person) => SubjectFacts::Person(person.facts()),
            Subject::LoggedIn(person) => SubjectFacts::LoggedIn(person.facts()),
            Subject::Unknown => SubjectFacts::UnknownPerson,
        };
        let policy = self.readable.then_some(&policy);
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

/// A runner whose cases are the same at each run.
pub(crate) fn runner(cases: u32) -> TestRunner {
    another_runner(0, cases)
}

/// The same with cases of its own for each number.
pub(crate) fn another_runner(number: u8, cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260_915),
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[number; 32]))
}

/// Mostly the first, now and then one of the others.
fn mostly<T: Clone + std::fmt::Debug + 'static>(usual: T, others: Vec<T>) -> BoxedStrategy<T> {
    prop_oneof![6 => Just(usual), 1 => select(others)].boxed()
}

fn day(day: i64) -> Timestamp {
    moment("2026-09-01T00:00:00Z").plus_secs(day * 24 * 60 * 60)
}

/// Days 0 to 12; requests come on days 3 to 9.
fn days() -> impl Strategy<Value = Timestamp> {
    prop_oneof![2 => (0i64..3).prop_map(day), 1 => (3i64..12).prop_map(day)]
}

fn window() -> impl Strategy<Value = Window> {
    (days(), option::weighted(0.25, 1i64..8)).prop_map(|(from, length)| Window {
        from,
        until: length.map(|days| from.plus_secs(days * 24 * 60 * 60)),
    })
}

fn accepted() -> impl Strategy<Value = Option<Timestamp>> {
    option::weighted(0.9, days())
}

fn suspensions() -> impl Strategy<Value = Vec<Window>> {
    prop_oneof![6 => Just(Vec::new()), 1 => vec(window(), 1)]
}

fn suspensions_by_sides() -> impl Strategy<Value = Vec<SuspensionRecord>> {
    let suspension = (select(Side::ALL.to_vec()), window());
    let suspension = suspension.prop_map(|(side, window)| SuspensionRecord { side, window });
    prop_oneof![6 => Just(Vec::new()), 1 => vec(suspension, 1..=2)]
}

fn agreement() -> impl Strategy<Value = AgreementRecord> {
    (
        mostly(0u128, vec![1, 2]),
        some_annex(),
        window(),
        accepted(),
        accepted(),
        suspensions_by_sides(),
        suspensions(),
    )
        .prop_map(
            |(product, annex, window, board, supplier, suspensions, excepted)| AgreementRecord {
                id: id(0),
                product: id(200 + product),
                annex,
                window,
                accepted_by_board_at: board,
                accepted_by_supplier_at: supplier,
                suspensions,
                excepted,
            },
        )
}

fn year(code: &str) -> YearGroup {
    YearGroup::parse(code).unwrap()
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![
        Just(Scope::School),
        Just(Scope::SchoolOrLogin),
        Just(Scope::YearGroups(BTreeSet::from([year("7")]))),
        btree_set(select(vec![400u128, 401]), 1..=2)
            .prop_map(|groups| Scope::Groups(groups.into_iter().map(id).collect())),
        btree_set(select(vec![300u128, 301]), 1..=2)
            .prop_map(|persons| Scope::Persons(persons.into_iter().map(id).collect())),
    ]
}

fn inputs() -> impl Strategy<Value = PolicyInputs> {
    let products = subsequence(vec![(0u128, 0u128), (1, 0), (2, 1)], 2..=3);
    let parts = vec!["m1", "m2", "m2", "m4", "m4", "cd1", "cd12", "cd18", "cm10"];
    let approvals = vec((0u128..3, select(parts), window()), 0..5);
    let mandates = vec((mostly(0u128, vec![1]), window()), 1..4);
    let activations = vec(
        (mostly(0u128, vec![1, 2]), window(), accepted(), accepted(), scope()),
        0..4,
    );
    let parties = || select(vec!["Hosting B.V.", "Hosting BV", "Elders B.V.", "Maker B.V."]);
    let kinds = || select(StanceKind::ALL.to_vec());
    let stances = vec((kinds(), 0u128..3, parties(), window()), 0..3);
    let instructions = vec((mostly(0u128, vec![1, 2]), window(), suspensions()), 0..3);
    (
        mostly(1u128, vec![9]),
        products,
        vec(agreement(), 0..4),
        approvals,
        mandates,
        activations,
        (instructions, stances, vec(narrowing(), 0..4)),
    )
        .prop_map(|records| {
            let (school, products, mut agreements, approvals, mandates, activations, others) = records;
            let (instructions, stances, narrowings) = others;
            for (number, agreement) in (500..).zip(&mut agreements) {
                agreement.id = id(number);
            }
            let product = |(product, supplier)| ProductRecord {
                product: id(200 + product),
                supplier: id(0x100 + supplier),
                kind: kind_of(id(0x100 + supplier)),
            };
            let approval = |(agreement, module, window)| ApprovalRecord {
                id: id(600),
                agreement: id(500 + agreement),
                module: ModuleCode::parse(module).unwrap(),
                window,
            };
            let mandate = |(supplier, window)| MandateRecord {
                id: id(700),
                supplier: id(0x100 + supplier),
                window,
            };
            let activation = |(product, window, school, supplier, scope)| ActivationRecord {
                id: id(800),
                product: id(200 + product),
                window,
                accepted_by_school_at: school,
                accepted_by_supplier_at: supplier,
                scope,
            };
            let instruction = |(product, window, suspensions)| InstructionRecord {
                id: id(900),
                product: id(200 + product),
                window,
                suspensions,
            };
            let stance = |(kind, agreement, party, window): (_, _, &str, _)| StanceRecord {
                id: id(950),
                agreement: id(500 + agreement),
                kind,
                party: party.to_owned(),
                window,
            };
            PolicyInputs {
                school: id(school),
                epoch: 1,
                moved_at: Timestamp::default(),
                products: products.into_iter().map(product).collect(),
                agreements,
                approvals: approvals.into_iter().map(approval).collect(),
                mandates: mandates.into_iter().map(mandate).collect(),
                activations: activations.into_iter().map(activation).collect(),
                instructions: instructions.into_iter().map(instruction).collect(),
                stances: stances.into_iter().map(stance).collect(),
                narrowings,
            }
        })
}

fn set(all: &'static [Attribute], most: usize) -> impl Strategy<Value = AttributeSet> {
    subsequence(all.to_vec(), 0..=most).prop_map(AttributeSet::from_iter)
}

fn request() -> impl Strategy<Value = Request> {
    use Attribute::{
        Accessibility, BirthDate, EckId, FamilyName, Gender, GivenName, Groups, Health, SchoolEmail, UserName,
    };
    const ALL: &[Attribute] = &[
        GivenName,
        FamilyName,
        Gender,
        SchoolEmail,
        EckId,
        BirthDate,
        Health,
        Groups,
        UserName,
        Accessibility,
    ];
    let askers = vec![
        Asker::Supplier(id(0x101)),
        Asker::Distributor(id(0x100)),
        Asker::Distributor(id(0x100)),
        Asker::Distributor(id(0x101)),
        Asker::Controller,
        Asker::Controller,
        grants::next_schools()[0],
        grants::next_schools()[1],
        Asker::Person(id(0)),
        Asker::Person(id(1)),
        grants::authorities()[0],
        grants::authorities()[1],
    ];
    let purposes = [
        "D1", "D3", "D5", "D6", "D7", "D11", "D12", "D13", "D14", "D15", "D16", "D21", "D22",
    ];
    let purpose = option::weighted(
        0.96,
        select(purposes.map(|code| Purpose::parse(code).unwrap()).to_vec()),
    );
    let who = (
        prop_oneof![3 => Just(Asker::Supplier(id(0x100))), 2 => select(askers)],
        mostly(200u128, vec![201, 202, 203]),
    );
    let how = (
        mostly(Channel::Api, vec![Channel::Login, Channel::RosterPull, Channel::Export]),
        mostly(Direction::Release, vec![Direction::Intake, Direction::Connection]),
        mostly(PersonKind::Pupil, vec![PersonKind::Staff]),
        (prop::bool::ANY, prop::bool::ANY),
        3i64..10,
    );
    let receiver = option::weighted(0.3, select(vec![0x100u128, 0x101, 0x102]));
    (
        who,
        purpose,
        receiver,
        how,
        set(ALL, 5),
        prop_oneof![4 => Just(AttributeSet::EMPTY), 1 => set(ALL, 2)],
    )
        .prop_map(|((asker, product), purpose, receiver, how, attributes, required)| {
            let (channel, direction, person_kind, (second_factor, sender_bound), on) = how;
            let delivers = matches!(asker, Asker::Distributor(_)) && purpose == Some(Purpose::DELIVERY);
            let about_a_receiver = delivers || purpose.is_some_and(Purpose::needs_receiver);
            Request {
                asker,
                product: id(product),
                school: id(1),
                purpose,
                receiver: receiver.filter(|number| about_a_receiver || *number == 0x102).map(id),
                channel,
                direction,
                person_kind,
                attributes,
                required,
                assurance: Assurance {
                    second_factor,
                    sender_bound,
                },
                at: day(on),
            }
        })
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let rarely = || prop_oneof![15 => Just(Vec::new()), 1 => vec(window(), 1..=2)];
    let school_time = (mostly(-400i64, vec![0, 5]), option::weighted(0.15, 1i64..9));
    let groups = subsequence(vec![400u128, 401], 0..=2);
    let who = (
        mostly(300u128, vec![301, 302]),
        mostly(PersonKind::Pupil, vec![PersonKind::Staff]),
    );
    let keyed = prop::bool::weighted(0.97);
    let consents = prop_oneof![1 => Just(Vec::new()), 3 => vec(consents::consent(), 1..12)];
    let against = (rarely(), rarely());
    let grants = (
        vec(grants::handover(), 0..3),
        vec(grants::own_request(), 0..3),
        vec(grants::disclosure(), 0..3),
    );
    (
        who,
        school_time,
        groups,
        prop::bool::ANY,
        against,
        keyed,
        grants,
        consents,
    )
        .prop_map(
            |((person, kind), (from, until), groups, seventh, against, has_account_key, grants, consents)| Somebody {
                groups: groups.into_iter().map(id).collect(),
                restrictions: against.0,
                objections: against.1,
                consents,
                handovers: grants.0,
                requests: grants.1,
                disclosures: grants.2,
                facts: PersonFacts {
                    person: id(person),
                    kind,
                    enrolment: Window {
                        from: day(from),
                        until: until.map(day),
                    },
                    groups: &[],
                    year_group: seventh.then(|| year("7")),
                    restrictions: &[],
                    objections: &[],
                    consents: &[],
                    has_account_key,
                    grants: Grants::default(),
                },
            },
        )
}

/// The first of the suppliers is a distributor.
fn kind_of(supplier: SupplierId) -> SupplierKind {
    if supplier == id(0x100) {
        SupplierKind::Distributor
    } else {
        SupplierKind::Supplier
    }
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let subject = prop_oneof![
        1 => Just(Subject::School),
        12 => somebody().prop_map(Subject::Person),
        1 => somebody().prop_map(Subject::LoggedIn),
        1 => Just(Subject::Unknown),
    ];
    let kind = select(vec![SupplierKind::Supplier, SupplierKind::Distributor]);
    let order = option::of((some_annex(), scope(), (some_annex(), kind)));
    (inputs(), prop::bool::weighted(0.98), request(), subject, order).prop_map(
        move |(inputs, readable, request, subject, order)| {
            let mut case = Case {
                inputs,
                readable,
                request,
                subject,
            };
            if let Some((annex, scope, other)) = order {
                // Elsewhere nobody is known by a login alone.
                if matches!(case.subject, Subject::LoggedIn(_)) {
                    case.request.channel = Channel::Login;
                    case.request.purpose = Some(Purpose::ACCESS);
                }
                grants::put_in_order(&mut case.request);
                order::put_in_order(&mut case, annex, scope, other);
            }
            case.consents_to_words();
            case
        },
    )
}
