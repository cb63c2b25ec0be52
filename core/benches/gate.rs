//! Nanoseconds per decision: find the policy of a school among many, decide for the school and for a person.
//!
//! `cargo bench -p sluis-core --bench gate`. `permit` and `refusal` ask about 64 schools in turn, out of all: the schools
//! that are at work in the same moment. `permit_anywhere` asks about all in a random order, so that every answer waits for
//! memory: it shows what the cache of the processor hides.

#![expect(clippy::unwrap_used, reason = "a bench stops at what it did not expect")]
#![expect(clippy::indexing_slicing, reason = "a bench stops at what it did not expect")]

use std::{cell::Cell, sync::Arc};

use divan::{Bencher, black_box, counter::ItemsCount};
use sluis_core::{
    agreement::{ActivationRecord, AgreementRecord, Annex, MandateRecord, ProductRecord, Scope, SupplierKind},
    catalogue::{Attribute, AttributeSet, Catalogue, Purpose},
    gate::{
        Asker, Assurance, Channel, Decision, Direction, Facts, PolicyInputs, Request, SchoolPolicy, SubjectFacts,
        decide, decide_school,
    },
    id::{Id, IdMap, School, SchoolId},
    person::{Grants, PersonFacts, PersonKind},
    random::{Random, SeededRandom},
    time::{Timestamp, Window},
};

fn main() {
    divan::main();
}

const PRODUCTS: usize = 10;
const AGREEMENTS: [usize; 3] = [1_000, 100_000, 1_000_000];
const START: Timestamp = Timestamp::from_millis(1_785_542_400_000);
const NOW: Timestamp = Timestamp::from_millis(1_789_462_800_000);

/// The schools that are at work in the same moment.
const BUSY: usize = 64;

struct Service {
    policies: IdMap<School, Arc<SchoolPolicy>>,
    requests: Vec<Request>,
    pupil: PersonFacts<'static>,
}

/// So many agreements, ten at each school, and requests to them in a random order.
fn service(agreements: usize) -> Service {
    let random = SeededRandom::new(20_260_915);
    let annex = Arc::new(Annex::parse(include_bytes!("../../examples/agreements/rekenbaai.json")).unwrap());
    let mut policies = IdMap::default();
    let mut requests = Vec::new();
    for _ in 0..agreements / PRODUCTS {
        let inputs = school(&annex, &random);
        requests.extend(inputs.products.iter().map(|record| request(inputs.school, record)));
        policies.insert(
            inputs.school,
            Arc::new(SchoolPolicy::compile(&inputs, Catalogue::built_in())),
        );
    }
    // Fisher-Yates.
    for last in (1..requests.len()).rev() {
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        let other = usize::try_from(u64::from_le_bytes(bytes) % (last as u64 + 1)).unwrap();
        requests.swap(last, other);
    }
    Service {
        policies,
        requests,
        pupil: pupil(),
    }
}

fn school(annex: &Arc<Annex>, random: &SeededRandom) -> PolicyInputs {
    let window = Window::since(START);
    let products: Vec<_> = (0..PRODUCTS)
        .map(|_| ProductRecord {
            product: Id::generate(START, random),
            supplier: Id::generate(START, random),
            kind: SupplierKind::Supplier,
        })
        .collect();
    let agreement = |record: &ProductRecord| AgreementRecord {
        id: Id::generate(START, random),
        product: record.product,
        annex: Arc::clone(annex),
        window,
        accepted_by_board_at: Some(START),
        accepted_by_supplier_at: Some(START),
        suspensions: Vec::new(),
        excepted: Vec::new(),
    };
    let mandate = |record: &ProductRecord| MandateRecord {
        id: Id::generate(START, random),
        supplier: record.supplier,
        window,
    };
    let activation = |record: &ProductRecord| ActivationRecord {
        id: Id::generate(START, random),
        product: record.product,
        window,
        accepted_by_school_at: Some(START),
        accepted_by_supplier_at: Some(START),
        scope: Scope::School,
    };
    PolicyInputs {
        school: Id::generate(START, random),
        epoch: 1,
        moved_at: Timestamp::default(),
        agreements: products.iter().map(agreement).collect(),
        approvals: Vec::new(),
        mandates: products.iter().map(mandate).collect(),
        activations: products.iter().map(activation).collect(),
        instructions: Vec::new(),
        stances: Vec::new(),
        narrowings: Vec::new(),
        products,
    }
}

fn request(school: SchoolId, record: &ProductRecord) -> Request {
    Request {
        asker: Asker::Supplier(record.supplier),
        product: record.product,
        school,
        purpose: Purpose::from_number(3),
        receiver: None,
        channel: Channel::Api,
        direction: Direction::Release,
        person_kind: PersonKind::Pupil,
        attributes: AttributeSet::from_iter([Attribute::GivenName, Attribute::Groups]),
        required: AttributeSet::EMPTY,
        assurance: Assurance::default(),
        at: NOW,
    }
}

fn pupil() -> PersonFacts<'static> {
    PersonFacts {
        person: Id::generate(START, &SeededRandom::new(7)),
        kind: PersonKind::Pupil,
        enrolment: Window::since(START),
        groups: &[],
        year_group: None,
        restrictions: &[],
        objections: &[],
        consents: &[],
        has_account_key: true,
        grants: Grants::default(),
    }
}

fn ask(service: &Service, request: &Request) -> Decision {
    let policy = service.policies.get(&request.school).map(Arc::as_ref);
    let facts = Facts {
        policy,
        subject: SubjectFacts::Person(service.pupil),
        catalogue: Catalogue::built_in(),
    };
    decide(request, &facts)
}

/// A permit, from the id of the school to the decision.
#[divan::bench(args = AGREEMENTS)]
fn permit(bencher: Bencher<'_, '_>, agreements: usize) {
    let mut service = service(agreements);
    service.requests.truncate(BUSY * PRODUCTS);
    measure(bencher, &service, true);
}

/// The same, all schools in a random order.
#[divan::bench(args = AGREEMENTS)]
fn permit_anywhere(bencher: Bencher<'_, '_>, agreements: usize) {
    measure(bencher, &service(agreements), true);
}

/// A refusal for a purpose that is not agreed, with its reason.
#[divan::bench(args = AGREEMENTS)]
fn refusal(bencher: Bencher<'_, '_>, agreements: usize) {
    let mut service = service(agreements);
    service.requests.truncate(BUSY * PRODUCTS);
    for request in &mut service.requests {
        request.purpose = Purpose::from_number(6);
    }
    measure(bencher, &service, false);
}

fn measure(bencher: Bencher<'_, '_>, service: &Service, permit: bool) {
    assert!(
        service
            .requests
            .iter()
            .take(100)
            .all(|request| ask(service, request).is_permit() == permit)
    );
    let next = Cell::new(0);
    bencher.bench_local(|| {
        let place = next.get();
        next.set(if place + 1 < service.requests.len() {
            place + 1
        } else {
            0
        });
        ask(black_box(service), black_box(&service.requests[place]))
    });
}

/// A page of 1,000 persons: the school decided once, each person from it. The figure is for the page.
#[divan::bench]
fn page_of_1000(bencher: Bencher<'_, '_>) {
    let service = service(1_000);
    let request = &service.requests[0];
    let policy = service.policies.get(&request.school).map(Arc::as_ref);
    let pupil = pupil();
    bencher.counter(ItemsCount::new(1_000_usize)).bench_local(|| {
        let school = decide_school(black_box(request), policy, Catalogue::built_in());
        (0..1_000)
            .filter(|_| school.person(black_box(&pupil)).is_permit())
            .count()
    });
}
