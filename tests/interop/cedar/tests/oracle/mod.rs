//! The gate a third time: its rules as Cedar policies, evaluated by an engine that is not ours.
//!
//! Cedar has no quantifiers. What is said of single records (a stretch of time, an agreement, an activation, a row, a
//! place) is therefore asked record by record, and the names of the policies that permit are the facts of the next
//! question, up to the decision. The rules are not in this file: it carries records in and names
//! out, and knows only which records belong together.

mod annex;
mod grant;

use std::{collections::BTreeSet, sync::LazyLock};

use cedar_policy::{Authorizer, Context, Decision, Entities, PolicySet, Request as Question};
use serde_json::{Map, Value, json};
use sluis_core::{
    agreement::{ActivationRecord, AgreementRecord, ProductRecord, Scope},
    gate::{Asker, Channel, Direction},
    id::{ProductId, SupplierId},
    person::{PersonFacts, PersonKind},
    time::{Timestamp, Window},
};

use crate::{
    cases::{Case, Subject},
    naive::Verdict,
};

/// The names of policies.
type Names = BTreeSet<String>;

/// The policies about one sort of thing.
struct Policies(LazyLock<PolicySet>);

macro_rules! policies {
    ($($name:ident = $file:literal;)+) => {
        $(static $name: Policies = Policies(LazyLock::new(|| {
            include_str!(concat!("../../rules/", $file, ".cedar")).parse().unwrap()
        }));)+
    };
}

policies! {
    WINDOW = "window";
    AGREEMENT = "agreement";
    ORDER = "order";
    INSTRUCTION = "instruction";
    PRODUCT = "product";
    STANCE = "stance";
    NARROWING = "narrowing";
    CONSENT = "consent";
    ACTIVATION = "activation";
    ROW = "row";
    TICK = "tick";
    UNNAMED = "unnamed";
    MISPLACED = "misplaced";
    RESEARCH = "research";
    HAND = "hand";
    ATTRIBUTE = "attribute";
    GRANT = "grant";
    DECISION = "decision";
}

impl Policies {
    /// The names of the policies that decide about these facts.
    fn ask(&self, facts: Value) -> (Decision, Names) {
        static ENTITIES: LazyLock<Entities> = LazyLock::new(Entities::empty);
        static AUTHORIZER: LazyLock<Authorizer> = LazyLock::new(Authorizer::new);
        let uid = |text: &str| text.parse().unwrap();
        let context = Context::from_json_value(facts, None).unwrap();
        let (asker, school) = (uid("Asker::\"this\""), uid("School::\"this\""));
        let question = Question::new(asker, uid("Action::\"ask\""), school, context, None).unwrap();
        let answer = AUTHORIZER.is_authorized(&question, &self.0, &ENTITIES);
        let errors: Vec<_> = answer.diagnostics().errors().collect();
        assert!(errors.is_empty(), "{errors:?}");
        let name = |id| {
            self.0
                .policy(id)
                .unwrap()
                .annotation("id")
                .unwrap_or_default()
                .to_owned()
        };
        (answer.decision(), answer.diagnostics().reason().map(name).collect())
    }

    /// What is true of one record.
    fn names(&self, facts: Value) -> Names {
        match self.ask(facts) {
            (Decision::Allow, names) => names,
            (Decision::Deny, _) => Names::new(),
        }
    }
}

/// Facts, where what is not there is left out.
fn record(facts: Value) -> Value {
    let Value::Object(facts) = facts else { return facts };
    let kept: Map<_, _> = facts.into_iter().filter(|(_, value)| !value.is_null()).collect();
    Value::Object(kept)
}

fn merged(mut one: Value, other: Value) -> Value {
    if let (Value::Object(one), Value::Object(other)) = (&mut one, other) {
        one.extend(other);
    }
    one
}

fn millis(moment: Option<Timestamp>) -> Value {
    moment.map_or(Value::Null, |moment| json!(moment.as_millis()))
}

fn span(window: &Window, at: i64) -> Value {
    record(json!({ "at": at, "from": window.from.as_millis(), "until": millis(window.until) }))
}

/// What is true of any of these stretches of time.
fn spans<'a>(windows: impl IntoIterator<Item = &'a Window>, at: i64) -> Names {
    windows
        .into_iter()
        .flat_map(|window| WINDOW.names(span(window, at)))
        .collect()
}

const fn kind_word(kind: PersonKind) -> &'static str {
    match kind {
        PersonKind::Pupil => "pupil",
        PersonKind::Staff => "staff",
    }
}

/// An agreement and what is true of it.
struct Known<'a> {
    agreement: &'a AgreementRecord,
    names: Names,
    rank: usize,
}

impl Known<'_> {
    fn is(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The moments by which it is later or earlier than another; for one that waits, that of its offer.
    fn moments(&self) -> Value {
        let from = self.agreement.window.from;
        let of = |moment: Option<Timestamp>| moment.filter(|_| self.is("accepted")).unwrap_or(from).as_millis();
        let (board, supplier) = (
            self.agreement.accepted_by_board_at,
            self.agreement.accepted_by_supplier_at,
        );
        json!({ "a": from.as_millis(), "b": of(board), "c": of(supplier), "rank": self.rank })
    }

    fn is_later_than(&self, other: &Self) -> bool {
        let order = ORDER.names(json!({ "one": self.moments(), "other": other.moments() }));
        order.contains("later")
    }
}

/// A case as the oracle sees it.
struct Oracle<'a> {
    case: &'a Case,
    at: i64,
}

impl<'a> Oracle<'a> {
    /// Whether a consent of a person is for what is asked, and holds.
    fn has_consented(&self, agreement: Option<&AgreementRecord>, person: &PersonFacts<'_>) -> bool {
        let request = &self.case.request;
        let mut own = person.consents.iter();
        own.any(|consent| {
            let facts = json!({
                "product": request.product,
                "purpose": request.purpose.map(|purpose| purpose.to_string()),
                "words": agreement.map(|agreement| agreement.annex.hash().to_string()),
                "given": {
                    "product": consent.product, "purpose": consent.purpose.to_string(), "words": consent.annex.to_string(),
                },
                "times": spans([&consent.window], self.at),
            });
            CONSENT.names(record(facts)).contains("holds")
        })
    }

    fn agreements(&self, product: ProductId) -> Vec<Known<'a>> {
        let inputs = &self.case.inputs;
        if !inputs.products.iter().any(|record| record.product == product) {
            return Vec::new();
        }
        let mut born: Vec<_> = inputs.agreements.iter().collect();
        born.sort_by_key(|agreement| agreement.id);
        let own = born
            .into_iter()
            .enumerate()
            .filter(|(_, agreement)| agreement.product == product);
        own.map(|(rank, agreement)| {
            let by = |side: &str| {
                let own = agreement.suspensions.iter().filter(|one| one.side.as_str() == side);
                spans(own.map(|suspension| &suspension.window), self.at)
            };
            let facts = record(json!({
                "board": millis(agreement.accepted_by_board_at),
                "supplier": millis(agreement.accepted_by_supplier_at),
                "suspendedByBoard": by("board"),
                "suspendedBySupplier": by("supplier"),
                "excepted": spans(&agreement.excepted, self.at),
            }));
            Known {
                agreement,
                names: AGREEMENT.names(merged(span(&agreement.window, self.at), facts)),
                rank,
            }
        })
        .collect()
    }

    /// The agreement that has superseded all others which have begun.
    fn latest<'b>(known: &'b [Known<'a>]) -> Option<&'b Known<'a>> {
        let begun: Vec<_> = known.iter().filter(|known| known.is("begun")).collect();
        let latest = |one: &&&Known<'_>| !begun.iter().any(|other| other.is_later_than(one));
        begun.iter().find(latest).copied()
    }

    fn in_force(&self, product: ProductId) -> Option<&'a AgreementRecord> {
        let known = self.agreements(product);
        Self::latest(&known)
            .filter(|latest| latest.is("in_force"))
            .map(|latest| latest.agreement)
    }

    fn owner(&self, product: ProductId) -> Option<SupplierId> {
        let mut products = self.case.inputs.products.iter();
        products
            .find(|record| record.product == product)
            .map(|record| record.supplier)
    }

    /// What is true of a product under an agreement in force.
    fn product(&self, record: &ProductRecord, agreement: &AgreementRecord) -> Names {
        let activations = self.activations(record.product, None);
        PRODUCT.names(merged(
            json!({
                "kind": record.kind.as_str(),
                "hands": self.hands(agreement),
                "mandates": self.mandates(record.product),
                "activations": activations.iter().flatten().collect::<BTreeSet<_>>(),
                "instructions": self.instructions(record.product),
            }),
            self.purpose(),
        ))
    }

    /// What is true of any product of the receiver.
    fn of_receiver(&self) -> Names {
        let products = self.case.inputs.products.iter();
        let own = products.filter(|record| Some(record.supplier) == self.case.request.receiver);
        let own = own.filter_map(|record| Some((record, self.in_force(record.product)?)));
        own.flat_map(|(record, agreement)| self.product(record, agreement))
            .collect()
    }

    fn purpose(&self) -> Value {
        record(json!({ "purpose": self.case.request.purpose.map(|purpose| purpose.to_string()) }))
    }

    fn mandates(&self, product: ProductId) -> Names {
        let owner = self.owner(product);
        let own = self
            .case
            .inputs
            .mandates
            .iter()
            .filter(|mandate| Some(mandate.supplier) == owner);
        spans(own.map(|mandate| &mandate.window), self.at)
    }

    /// What is true of the instructions to the distributor that acts by a product.
    fn instructions(&self, product: ProductId) -> Names {
        let all = self.case.inputs.instructions.iter();
        let own = all.filter(|instruction| instruction.product == product);
        let facts = own.map(|instruction| {
            let spans = json!({ "suspensions": spans(&instruction.suspensions, self.at) });
            merged(span(&instruction.window, self.at), spans)
        });
        facts.flat_map(|facts| INSTRUCTION.names(facts)).collect()
    }

    /// What is true of each activation of a product.
    fn activations(&self, product: ProductId, person: Option<&PersonFacts<'_>>) -> Vec<Names> {
        if self.owner(product).is_none() {
            return Vec::new();
        }
        let own = self
            .case
            .inputs
            .activations
            .iter()
            .filter(|activation| activation.product == product);
        own.map(|activation| ACTIVATION.names(self.activation(activation, person)))
            .collect()
    }

    fn activation(&self, activation: &ActivationRecord, person: Option<&PersonFacts<'_>>) -> Value {
        let (scope, members) = match &activation.scope {
            Scope::School => ("school", json!([])),
            Scope::SchoolOrLogin => ("schoolOrLogin", json!([])),
            Scope::YearGroups(years) => (
                "years",
                json!(years.iter().map(|year| year.as_str()).collect::<Vec<_>>()),
            ),
            Scope::Groups(groups) => ("groups", json!(groups)),
            Scope::Persons(persons) => ("persons", json!(persons)),
        };
        let person = person.map(|person| {
            let year = person.year_group.map(|year| year.as_str().to_owned());
            record(json!({ "id": person.person, "groups": person.groups, "year": year }))
        });
        let facts = json!({
            "school": millis(activation.accepted_by_school_at),
            "supplier": millis(activation.accepted_by_supplier_at),
            "scope": scope,
            "members": members,
            "person": person,
        });
        merged(span(&activation.window, self.at), record(facts))
    }
}

/// What the policies say about a case.
pub(crate) fn verdict(case: &Case) -> Verdict {
    let request = &case.request;
    let oracle = Oracle {
        case,
        at: request.at.as_millis(),
    };
    let known = case.readable && case.inputs.school == request.school;
    let (asker, by) = match request.asker {
        Asker::Supplier(supplier) => ("supplier", Some(supplier)),
        Asker::Distributor(supplier) => ("distributor", Some(supplier)),
        Asker::Controller => ("controller", None),
        Asker::NextSchool(_) => ("nextSchool", None),
        Asker::Person(_) => ("person", None),
        Asker::Authority(_) => ("authority", None),
    };
    let agreed = ["supplier", "distributor", "controller"].contains(&asker);
    let processor = known && agreed;

    let somebody = match &case.subject {
        Subject::Person(person) | Subject::LoggedIn(person) => Some(person.facts()),
        Subject::School | Subject::Unknown => None,
    };
    let each = match known {
        true => oracle.activations(request.product, somebody.as_ref()),
        false => Vec::new(),
    };
    let of_active = |name: &str| {
        each.iter()
            .any(|names| names.contains("active") && names.contains(name))
    };
    let taken = agreed && request.channel == Channel::Login && of_active("login_is_enrolment");
    let person = match &case.subject {
        Subject::LoggedIn(_) if !taken => None,
        _ => somebody,
    };
    let subject = match (&case.subject, &person) {
        (Subject::School, _) => "school",
        (_, Some(_)) => "person",
        (_, None) => "unknown",
    };

    let agreements = if known {
        oracle.agreements(request.product)
    } else {
        Vec::new()
    };
    let latest = Oracle::latest(&agreements);
    let earliest = |one: &&Known<'_>| {
        let mut coming = agreements.iter().filter(|known| known.is("coming"));
        one.is("coming") && coming.all(|other| other.rank == one.rank || other.is_later_than(one))
    };
    let looked_into = latest
        .or_else(|| agreements.iter().find(earliest))
        .map(|known| known.agreement);
    let last = |one: &&Known<'_>| {
        let mut waiting = agreements.iter().filter(|known| known.is("waiting"));
        one.is("waiting") && !waiting.any(|other| other.is_later_than(one))
    };
    let waiting = agreements.iter().find(last).map(|waiting| {
        let (board, supplier) = (
            waiting.agreement.accepted_by_board_at,
            waiting.agreement.accepted_by_supplier_at,
        );
        json!({ "board": board.is_some(), "supplier": supplier.is_some() })
    });

    let consented = person
        .as_ref()
        .is_some_and(|person| oracle.has_consented(looked_into, person));
    let mut annex = oracle.annex(looked_into.filter(|_| processor), consented);
    // The term after leaving is the agreement's, also for who works under none.
    annex.days = looked_into.and_then(|agreement| agreement.annex.document().retention.days_after_leaving);
    let grants = oracle.grants(person.as_ref());
    let wanted: Names = request.wanted().iter().map(|attribute| attribute.to_string()).collect();
    if let Some(given) = &grants.attributes {
        let held = wanted.difference(given);
        annex.withheld = held
            .map(|attribute| (attribute.clone(), "attribute_not_granted".to_owned()))
            .collect();
    }
    let must: Names = match request.direction {
        Direction::Intake => wanted.clone(),
        _ => request.required.iter().map(|attribute| attribute.to_string()).collect(),
    };
    let lacking: Names = annex
        .withheld
        .iter()
        .filter(|(held, _)| must.contains(*held))
        .map(|(_, why)| why.clone())
        .collect();

    let facts = json!({
        "at": oracle.at,
        "known": known,
        "asker": asker,
        "by": by,
        "processor": processor,
        "agreed": agreed,
        "owner": oracle.owner(request.product),
        "latest": latest.map(|latest| latest.names.clone()).unwrap_or_default(),
        "lookedInto": looked_into.is_some(),
        "waiting": waiting,
        "grants": grants.names,
        "instructions": oracle.instructions(request.product),
        "mandates": oracle.mandates(request.product),
        "activations": each.iter().flatten().collect::<BTreeSet<_>>(),
        "direction": direction_word(request.direction),
        "channel": if request.channel == Channel::Login { "login" } else { "machine" },
        "purpose": request.purpose.map(|purpose| purpose.to_string()),
        "receiver": request.receiver,
        "receivers": annex.receivers,
        "ofReceiver": oracle.of_receiver(),
        "rows": annex.rows,
        "hands": annex.hands,
        "lacking": lacking,
        "consented": consented,
        "strong": annex.strong,
        "days": annex.days,
        "secondFactor": request.assurance.second_factor,
        "senderBound": request.assurance.sender_bound,
        "kind": kind_word(request.person_kind),
        "subject": subject,
        "person": person.map(|person| record(json!({
            "kind": kind_word(person.kind),
            "inside": of_active("inside"),
            "from": person.enrolment.from.as_millis(),
            "until": millis(person.enrolment.until),
            "restrictions": spans(person.restrictions, oracle.at),
            "objections": spans(person.objections, oracle.at),
            "hasKey": person.has_account_key,
        }))),
    });
    let (decision, reasons) = DECISION.ask(record(facts));
    if decision == Decision::Deny {
        return Verdict {
            reasons: reasons.into_iter().map(|code| (code, String::new())).collect(),
            released: BTreeSet::new(),
            withheld: annex::Withheld::new(),
        };
    }
    Verdict {
        reasons: Vec::new(),
        released: wanted
            .into_iter()
            .filter(|attribute| !annex.withheld.contains_key(attribute))
            .collect(),
        withheld: annex.withheld,
    }
}

const fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Release => "release",
        Direction::Intake => "intake",
        Direction::Connection => "connection",
    }
}
