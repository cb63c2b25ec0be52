//! Duties (verplichtingen): what somebody has to do in a matter, and by when.

use super::{Agreed, Basis};
use crate::{
    agreement::{Clause, Side},
    catalogue::Label,
    time::Timestamp,
};

/// Something that a side has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// What.
    pub code: DutyCode,
    /// Who.
    pub of: Side,
    /// Whom it is about, where it is one of several: a sub-processor, a supplier, a measure.
    pub about: Option<String>,
    /// From when on.
    pub since: Timestamp,
    /// By when; without it as soon as it can be done.
    pub due: Option<Timestamp>,
    /// When it was done.
    pub done: Option<Timestamp>,
}

impl Duty {
    pub(super) const fn new(code: DutyCode, of: Side, since: Timestamp) -> Self {
        Self {
            code,
            of,
            about: None,
            since,
            due: None,
            done: None,
        }
    }

    pub(super) const fn due(mut self, due: Option<Timestamp>) -> Self {
        self.due = due;
        self
    }

    pub(super) const fn done(mut self, done: Option<Timestamp>) -> Self {
        self.done = done;
        self
    }

    pub(super) fn about(mut self, about: impl Into<String>) -> Self {
        self.about = Some(about.into());
        self
    }

    /// Whether it has yet to be done.
    pub const fn is_open(&self) -> bool {
        self.done.is_none()
    }

    /// Whether it was done too late, or is late at this moment.
    pub fn is_late(&self, at: Timestamp) -> bool {
        self.due.is_some_and(|due| due < self.done.unwrap_or(at))
    }
}

macro_rules! duties {
    ($($code:ident = $word:literal, $basis:expr, $nl:literal, $en:literal;)+) => {
        /// What has to be done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DutyCode {
            $(#[doc = concat!($en, ".")] $code,)+
        }

        impl DutyCode {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The word in answers.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $word,)+
                }
            }

            /// What it stands on.
            pub const fn basis(self) -> Basis {
                match self {
                    $(Self::$code => $basis,)+
                }
            }

            /// What to do, in plain words.
            pub fn text(self) -> Label {
                let (nl, en) = match self {
                    $(Self::$code => ($nl, $en),)+
                };
                Label { nl: nl.to_owned(), en: en.to_owned() }
            }
        }
    };
}

use Basis::{Clause as By, Law, Parties};

duties! {
    TellOtherSide = "tell_other_side", By(Clause::Breach, "GDPR 33(2)"),
        "De andere partij op de hoogte brengen van het incident", "Tell the other side of the incident";
    CompleteNotice = "complete_notice", By(Clause::Breach, "GDPR 33(4)"),
        "Aanvullen wat nog ontbreekt in de melding van het incident", "Add what is still missing in the notice of the incident";
    AssessIncident = "assess_incident", By(Clause::BreachLegal, "GDPR 33(1)"),
        "Beoordelen of het incident een datalek is en hoe groot het risico is", "Judge whether the incident is a breach, and how high the risk is";
    NotifyAuthority = "notify_authority", By(Clause::BreachLegal, "GDPR 33(1)"),
        "Het datalek melden bij de Autoriteit Persoonsgegevens", "Notify the breach to the Dutch data protection authority";
    InformPersons = "inform_persons", By(Clause::BreachPersons, "GDPR 34(1)"),
        "De betrokkenen informeren over het datalek", "Inform the persons about the breach";
    ForwardRequest = "forward_request", By(Clause::Forwarding, "GDPR 28(3)(e)"),
        "Het verzoek doorsturen naar de school", "Forward the request to the school";
    AnswerRequest = "answer_request", Law("GDPR 12(3)"),
        "Het verzoek beantwoorden", "Answer the request";
    TellRecipients = "tell_recipients", Law("GDPR 19"),
        "De leveranciers die de gegevens kregen laten weten wat er is gewijzigd, gewist of beperkt",
        "Tell the suppliers that got the data what was changed, erased or restricted";
    ConfirmRequest = "confirm_request", By(Clause::Rights, "GDPR 19"),
        "Bevestigen wat er met het verzoek is gedaan", "Confirm what was done about the request";
    ForwardEnquiry = "forward_enquiry", By(Clause::Forwarding, "GDPR 28(3)"),
        "Het verzoek of de klacht doorsturen naar de school", "Forward the enquiry or complaint to the school";
    AnswerEnquiry = "answer_enquiry", By(Clause::Rights, "GDPR 31"),
        "Het verzoek van de toezichthouder of de klacht beantwoorden", "Answer the authority or the complaint";
    TellOfClaim = "tell_of_claim", By(Clause::Claims, "GDPR 82"),
        "De andere partij op de hoogte brengen van de aansprakelijkstelling of boete", "Tell the other side of the claim or fine";
    HearOtherSide = "hear_other_side", By(Clause::FineProcedure, "GDPR 83"),
        "De andere partij haar zienswijze laten geven, en raadplegen voordat er wordt geschikt",
        "Let the other side give its view, and consult it before settling";
    RenewFiling = "renew_filing", By(Clause::SecurityAgreements, "GDPR 28(3)(h)"),
        "Het document vervangen voordat het verloopt", "Replace the document before it runs out";
    MeetMeasure = "meet_measure", By(Clause::SecurityAgreements, "GDPR 32"),
        "De maatregel treffen die nog niet is getroffen", "Take the measure that has not been taken yet";
    ReportSecurity = "report_security", By(Clause::SecurityAgreements, "GDPR 28(3)(h)"),
        "De jaarlijkse rapportage over beveiliging geven", "Give the yearly report on security";
    ConfirmContract = "confirm_contract", Parties,
        "Bevestigen dat dit de onderliggende overeenkomst is", "Confirm that this is the underlying contract";
    DecideOnRenewal = "decide_on_renewal", By(Clause::Duration, "GDPR 28(3)"),
        "Opzeggen voordat de overeenkomst wordt verlengd, of haar laten doorlopen", "Give notice before the contract is renewed, or let it go on";
    SayHowToReturn = "say_how_to_return", By(Clause::Return, "GDPR 28(3)(g)"),
        "Zeggen of en hoe de gegevens terug moeten komen", "Say whether and how data are to be returned";
    ReturnData = "return_data", By(Clause::Return, "GDPR 28(3)(g)"),
        "De gegevens teruggeven in een open formaat", "Return the data in an open format";
    ConfirmReceipt = "confirm_receipt", By(Clause::Return, "GDPR 28(3)(g)"),
        "Zeggen dat de gegevens terug zijn en te lezen zijn", "Say that the data are back and can be read";
    DestroyData = "destroy_data", By(Clause::Return, "GDPR 28(3)(g)"),
        "De gegevens vernietigen", "Destroy the data";
    DestroyStaffData = "destroy_staff_data", By(Clause::Retention, "GDPR 5(1)(e)"),
        "De gegevens van medewerkers vernietigen", "Destroy the data of staff";
    ConfirmDestruction = "confirm_destruction", By(Clause::Confirmation, "GDPR 28(3)(g)"),
        "Schriftelijk bevestigen dat alles is vernietigd, en tot wanneer de laatste back-up bestaat",
        "Confirm in writing that everything is destroyed, and until when the last back-up exists";
    DestroyAtSubProcessor = "destroy_at_sub_processor", By(Clause::SubProcessorsReturn, "GDPR 28(4)"),
        "Zorgen dat de subverwerker de gegevens vernietigt", "See to it that the sub-processor destroys the data";
}

impl DutyCode {
    /// The article that it stands on, in the numbering of the model that holds, with the law behind it.
    pub fn article(self, agreed: &Agreed) -> String {
        self.basis().cited(agreed)
    }
}

impl Basis {
    /// The article in the numbering of the model that holds, with the law behind it.
    pub fn cited(self, agreed: &Agreed) -> String {
        match self {
            By(clause, law) => match agreed.model.and_then(|model| clause.cited(model)) {
                Some(article) => format!("{article}; {law}"),
                None => law.to_owned(),
            },
            Law(law) => law.to_owned(),
            Parties => "what the parties agreed".to_owned(),
        }
    }
}
