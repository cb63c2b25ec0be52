//! Steps in a matter.

use actix_web::{
    post,
    web::{Json, Path},
};
use jiff::civil::Date;
use sluis_core::{
    id::SupplierId,
    matter::{
        AnswerOutcome, ClaimStep, ConfirmOutcome, ContractStep, EndingStep, EnquiryStep, FilingStep, Ground,
        IncidentStep, RequestStep, ReturnFormat, Step, Verdict,
    },
    time::Timestamp,
};
use utoipa::ToSchema;

use super::{MatterView, SHORT, day, incident::Facts, incident::FactsForm, words};
use crate::{
    app::{action::StepMatter, organisation::OPERATOR},
    http::{
        answer::Answer,
        authentication::May,
        body::Body,
        input::{Fields, Input, choice, flag, label, list, object, text},
        response::{MatterConflict, MatterNotFound},
        v1::path::MatterPath,
    },
};

/// How many suppliers one request is carried on to.
const SUPPLIERS: usize = 200;

/// A step in a matter (stap). Which fields it takes depends on the step; a field that the step does not take is refused.
///
/// | kind | step | who | fields |
/// |---|---|---|---|
/// | incident | `supplemented` | both | `facts` |
/// | | `assessed` | board | `verdict`, `why`? |
/// | | `authority_notified` | board; jointly the supplier | `at`, `reference`?, `late`?, `jointly`? |
/// | | `persons_informed` | board | `at`, `how` |
/// | | `persons_excused` | board | `ground`, `why` |
/// | | `incident_closed` | board | |
/// | request | `identity_established` | board | |
/// | | `extended` | board | `why` |
/// | | `carried_on` | board | `suppliers`? (without it all that got data, by the records) |
/// | | `confirmed` | each of them | `outcome` (`done`, `nothing_held`, `refused`), `why`? |
/// | | `answered` | board | `outcome` (`granted`, `partly`, `refused`), `at`, `why`? |
/// | | `request_withdrawn`, `request_closed` | board | |
/// | enquiry | `enquiry_answered` | board | `at`, `reference`?, `note`? |
/// | | `enquiry_closed` | board | |
/// | claim | `view_given` | the other side | `view` |
/// | | `settlement_proposed` | who told of it | `proposal` |
/// | | `claim_closed` | who told of it | `outcome` |
/// | filing | `measure_met` | who filed it | `name` |
/// | | `reviewed` | board | `note`? |
/// | | `filing_replaced` | who filed it | |
/// | contract | `contract_confirmed` | the other side | |
/// | | `contract_continued` | board | |
/// | | `notice_given` | both | `endsOn`, `why`? |
/// | | `contract_withdrawn` | who entered it | |
/// | ending | `return_asked` | board | `format` |
/// | | `return_declined` | board | |
/// | | `returned` | supplier | `at`, `format`, `reference`? |
/// | | `return_received` | board | |
/// | | `staff_data_destroyed` | supplier | `at` |
/// | | `destroyed` | supplier | `at`, `how` |
/// | | `sub_processor_destroyed` | supplier | `party`, `at` |
/// | | `destruction_confirmed` | supplier | `lastBackUpUntil`, `reference`? |
/// | | `ending_closed` | board | |
#[derive(ToSchema)]
#[schema(as = MatterStep, rename_all = "camelCase")]
#[expect(dead_code, reason = "the form in the document; what is read is `MatterStep`")]
pub(super) struct StepForm {
    /// Which step.
    #[schema(example = "assessed")]
    step: String,
    /// When it happened: a moment that has passed.
    #[schema(value_type = Option<String>, format = DateTime, example = "2026-11-02T11:00:00Z")]
    at: Option<String>,
    /// What the school judges: `no_breach`, `risk_unlikely`, `risk`, or `high_risk`.
    #[schema(example = "risk", pattern = "^(no_breach|risk_unlikely|risk|high_risk)$")]
    verdict: Option<String>,
    /// What else is known of an incident.
    facts: Option<FactsForm>,
    /// Why persons need not be informed (GDPR 34(3)): `unintelligible`, `measures`, or `disproportionate`.
    #[schema(example = "unintelligible", pattern = "^(unintelligible|measures|disproportionate)$")]
    ground: Option<String>,
    /// Why. Never about a person by name.
    #[schema(max_length = 2_000)]
    why: Option<String>,
    /// Why a notification comes after 72 hours (GDPR 33(1)).
    #[schema(max_length = 2_000)]
    late: Option<String>,
    /// Whether the supplier notified the authority for the schools together.
    #[schema(default = false)]
    jointly: Option<bool>,
    /// How it was done.
    #[schema(max_length = 2_000)]
    how: Option<String>,
    /// More about it. Never about a person by name.
    #[schema(max_length = 2_000)]
    note: Option<String>,
    /// Where it is kept, or the number that somebody gave it.
    #[schema(max_length = 200)]
    reference: Option<String>,
    /// The view of the other side.
    #[schema(max_length = 2_000)]
    view: Option<String>,
    /// What is proposed.
    #[schema(max_length = 2_000)]
    proposal: Option<String>,
    /// How it ended.
    #[schema(max_length = 2_000)]
    outcome: Option<String>,
    /// The name of a measure.
    #[schema(max_length = 200)]
    name: Option<String>,
    /// The name of a sub-processor, as the annex lists it.
    #[schema(max_length = 200)]
    party: Option<String>,
    /// An open format: `json`, `csv`, `xml`, `edexml`, `oneroster_csv`, or `pdf_a`.
    #[schema(example = "json", pattern = "^(json|csv|xml|edexml|oneroster_csv|pdf_a)$")]
    format: Option<String>,
    /// The last day of a contract.
    #[schema(value_type = Option<String>, format = Date, example = "2027-07-31")]
    ends_on: Option<String>,
    /// The last day on which a back-up exists that still has the data.
    #[schema(value_type = Option<String>, format = Date, example = "2027-10-31")]
    last_back_up_until: Option<String>,
    /// The suppliers to which a request is carried on.
    #[schema(value_type = Option<Vec<Uuid>>, max_items = 200)]
    suppliers: Option<Vec<String>>,
    /// The supplier that confirms, where the board enters what it said.
    #[schema(value_type = Option<Uuid>)]
    supplier: Option<String>,
}

/// What is read of it.
#[derive(Debug)]
pub(super) struct MatterStep(Step);

macro_rules! said {
    ($($field:ident $name:literal: $type:ty = $read:expr;)+) => {
        /// Everything that a step may say. What the step needs is taken out of it; what is left is not for this step.
        struct Said {
            $($field: Option<$type>,)+
        }

        impl Said {
            /// Reads all of it, so that every error is told at once.
            fn read(fields: &mut Fields<'_>) -> Option<Self> {
                $(let $field = fields.optional($name, $read);)+
                Some(Self { $($field: $field?,)+ })
            }

            /// What is left.
            fn left(&self) -> impl Iterator<Item = &'static str> {
                [$(($name, self.$field.is_some())),+].into_iter().filter(|(_, said)| *said).map(|(name, _)| name)
            }
        }
    };
}

said! {
    at "at": Timestamp = text(Timestamp::parse);
    verdict "verdict": Verdict = choice(Verdict::ALL);
    facts "facts": Facts = object::<Facts>();
    ground "ground": Ground = choice(Ground::ALL);
    why "why": String = words();
    late "late": String = words();
    jointly "jointly": bool = flag();
    how "how": String = words();
    note "note": String = words();
    reference "reference": String = label(SHORT);
    view "view": String = words();
    proposal "proposal": String = words();
    outcome "outcome": String = words();
    name "name": String = label(SHORT);
    party "party": String = label(SHORT);
    format "format": ReturnFormat = choice(ReturnFormat::ALL);
    ends_on "endsOn": Date = day();
    last_back_up_until "lastBackUpUntil": Date = day();
    suppliers "suppliers": Vec<SupplierId> = list(SUPPLIERS, text(SupplierId::parse));
    supplier "supplier": SupplierId = text(SupplierId::parse);
}

/// What a step needs, or an error at its place.
fn need<T>(fields: &mut Fields<'_>, name: &'static str, said: &mut Option<T>) -> Option<T> {
    said.take()
        .or_else(|| fields.refuse(name, "missing", "this step needs it"))
}

impl Input for MatterStep {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let word = fields.required("step", label(SHORT));
        let said = Said::read(fields);
        let (word, mut said) = (word?, said?);
        let readers = [incident, request, enquiry, claim, filing, contract, ending];
        let read = readers.into_iter().find_map(|read| read(fields, &word, &mut said));
        let Some(step) = read else {
            return fields.refuse("step", "step_unknown", "no step has this name");
        };
        let mut fits = true;
        for name in said.left() {
            fields.refuse::<()>(name, "not_for_this_step", "this step does not say it");
            fits = false;
        }
        step.filter(|_| fits).map(Self)
    }
}

/// Reads one of the steps of a kind: nothing where it has no step of this name, and nothing inside where something is missing.
type Read = Option<Option<Step>>;

fn incident(fields: &mut Fields<'_>, word: &str, said: &mut Said) -> Read {
    let step = match word {
        "supplemented" => need(fields, "facts", &mut said.facts).map(|facts| IncidentStep::Supplemented {
            facts: Box::new(facts.0),
        }),
        "assessed" => need(fields, "verdict", &mut said.verdict).map(|verdict| IncidentStep::Assessed {
            verdict,
            why: said.why.take(),
        }),
        "authority_notified" => need(fields, "at", &mut said.at).map(|at| IncidentStep::AuthorityNotified {
            at,
            reference: said.reference.take(),
            late: said.late.take(),
            jointly: said.jointly.take().unwrap_or_default(),
        }),
        "persons_informed" => {
            let at = need(fields, "at", &mut said.at);
            let how = need(fields, "how", &mut said.how);
            at.zip(how).map(|(at, how)| IncidentStep::PersonsInformed { at, how })
        }
        "persons_excused" => {
            let ground = need(fields, "ground", &mut said.ground);
            let why = need(fields, "why", &mut said.why);
            ground
                .zip(why)
                .map(|(ground, why)| IncidentStep::PersonsExcused { ground, why })
        }
        "incident_closed" => Some(IncidentStep::IncidentClosed),
        _ => return None,
    };
    Some(step.map(Step::Incident))
}

fn request(fields: &mut Fields<'_>, word: &str, said: &mut Said) -> Read {
    let step = match word {
        "identity_established" => Some(RequestStep::IdentityEstablished),
        "extended" => need(fields, "why", &mut said.why).map(|why| RequestStep::Extended { why }),
        "carried_on" => Some(RequestStep::CarriedOn {
            suppliers: said.suppliers.take().unwrap_or_default().into_iter().collect(),
        }),
        "confirmed" => {
            let outcome = worded(fields, &mut said.outcome, ConfirmOutcome::ALL);
            // A supplier speaks for itself; whom a board speaks for it says.
            let supplier = said.supplier.take().unwrap_or(OPERATOR);
            outcome.map(|outcome| RequestStep::Confirmed {
                supplier,
                outcome,
                why: said.why.take(),
            })
        }
        "answered" => {
            let outcome = worded(fields, &mut said.outcome, AnswerOutcome::ALL);
            let at = need(fields, "at", &mut said.at);
            outcome.zip(at).map(|(outcome, at)| RequestStep::Answered {
                outcome,
                at,
                why: said.why.take(),
            })
        }
        "request_withdrawn" => Some(RequestStep::RequestWithdrawn),
        "request_closed" => Some(RequestStep::RequestClosed),
        _ => return None,
    };
    Some(step.map(Step::Request))
}

/// What came of it, by one of the words that this step knows.
fn worded<T: Copy>(
    fields: &mut Fields<'_>,
    said: &mut Option<String>,
    words: &'static [(&'static str, T)],
) -> Option<T> {
    let word = need(fields, "outcome", said)?;
    let known = words.iter().find(|(known, _)| *known == word);
    known.map(|(_, value)| *value).or_else(|| {
        let known: Vec<_> = words.iter().map(|(known, _)| format!("`{known}`")).collect();
        fields.refuse(
            "outcome",
            "invalid_value",
            format!("one of {} is expected", known.join(", ")),
        )
    })
}

fn enquiry(fields: &mut Fields<'_>, word: &str, said: &mut Said) -> Read {
    let step = match word {
        "enquiry_answered" => need(fields, "at", &mut said.at).map(|at| EnquiryStep::EnquiryAnswered {
            at,
            reference: said.reference.take(),
            note: said.note.take(),
        }),
        "enquiry_closed" => Some(EnquiryStep::EnquiryClosed),
        _ => return None,
    };
    Some(step.map(Step::Enquiry))
}

fn claim(fields: &mut Fields<'_>, word: &str, said: &mut Said) -> Read {
    let step = match word {
        "view_given" => need(fields, "view", &mut said.view).map(|view| ClaimStep::ViewGiven { view }),
        "settlement_proposed" => {
            need(fields, "proposal", &mut said.proposal).map(|proposal| ClaimStep::SettlementProposed { proposal })
        }
        "claim_closed" => need(fields, "outcome", &mut said.outcome).map(|outcome| ClaimStep::ClaimClosed { outcome }),
        _ => return None,
    };
    Some(step.map(Step::Claim))
}

fn filing(fields: &mut Fields<'_>, word: &str, said: &mut Said) -> Read {
    let step = match word {
        "measure_met" => need(fields, "name", &mut said.name).map(|name| FilingStep::MeasureMet { name }),
        "reviewed" => Some(FilingStep::Reviewed { note: said.note.take() }),
        "filing_replaced" => Some(FilingStep::FilingReplaced),
        _ => return None,
    };
    Some(step.map(Step::Filing))
}

fn contract(fields: &mut Fields<'_>, word: &str, said: &mut Said) -> Read {
    let step = match word {
        "contract_confirmed" => Some(ContractStep::ContractConfirmed),
        "contract_continued" => Some(ContractStep::ContractContinued),
        "notice_given" => need(fields, "endsOn", &mut said.ends_on).map(|ends_on| ContractStep::NoticeGiven {
            ends_on,
            why: said.why.take(),
        }),
        "contract_withdrawn" => Some(ContractStep::ContractWithdrawn),
        _ => return None,
    };
    Some(step.map(Step::Contract))
}

fn ending(fields: &mut Fields<'_>, word: &str, said: &mut Said) -> Read {
    let step = match word {
        "return_asked" => need(fields, "format", &mut said.format).map(|format| EndingStep::ReturnAsked { format }),
        "return_declined" => Some(EndingStep::ReturnDeclined),
        "returned" => {
            let at = need(fields, "at", &mut said.at);
            let format = need(fields, "format", &mut said.format);
            at.zip(format).map(|(at, format)| EndingStep::Returned {
                at,
                format,
                reference: said.reference.take(),
            })
        }
        "return_received" => Some(EndingStep::ReturnReceived),
        "staff_data_destroyed" => need(fields, "at", &mut said.at).map(|at| EndingStep::StaffDataDestroyed { at }),
        "destroyed" => {
            let at = need(fields, "at", &mut said.at);
            let how = need(fields, "how", &mut said.how);
            at.zip(how).map(|(at, how)| EndingStep::Destroyed { at, how })
        }
        "sub_processor_destroyed" => {
            let party = need(fields, "party", &mut said.party);
            let at = need(fields, "at", &mut said.at);
            party
                .zip(at)
                .map(|(party, at)| EndingStep::SubProcessorDestroyed { party, at })
        }
        "destruction_confirmed" => {
            need(fields, "lastBackUpUntil", &mut said.last_back_up_until).map(|last_back_up_until| {
                EndingStep::DestructionConfirmed {
                    last_back_up_until,
                    reference: said.reference.take(),
                }
            })
        }
        "ending_closed" => Some(EndingStep::EndingClosed),
        _ => return None,
    };
    Some(step.map(Step::Ending))
}

/// Take a step in a matter
///
/// Each step is on record, and the other side sees it. One that does not fit is refused, with the article by which it does not:
/// 400 for what is wrong in it, 409 when it was taken before, when something has to come first, or when the other side takes
/// it. What a supplier adds to an incident is added for every board that was told of it.
#[utoipa::path(operation_id = "matter_step", tag = "matters", security(("bearer" = ["matter.step"])),
    params(MatterPath), request_body = StepForm,
    responses((status = 200, description = "The matter", body = MatterView), MatterNotFound, MatterConflict))]
#[post("/matters/{matter}/_step")]
pub(in crate::http::v1) async fn matter_step(
    caller: May<StepMatter>,
    path: Path<MatterPath>,
    Body(input): Body<MatterStep>,
) -> Answer<MatterView> {
    let app = caller.app();
    let file = app.matter_step(caller.caller(), path.matter, input.0).await?;
    Ok(Json(MatterView::of(app, file).await?))
}
