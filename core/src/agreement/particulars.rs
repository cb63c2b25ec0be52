//! What a document says beside what the gate compiles, so that it can be transcribed as it stands, with all that is wrong in it.
//!
//! Nothing here permits anything. Texts are in our own words. Values that a form prescribes stay texts where a document may
//! have filled in another one: the linter reads them.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalogue::Label;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(super) const fn is_false(flag: &bool) -> bool {
    !*flag
}

macro_rules! section {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name {
            $($(#[$of])* pub $field: $type,)+
            /// Whether nobody agreed on it: it was made up to show a document that can run.
            #[serde(default, skip_serializing_if = "is_false")]
            pub invented: bool,
        }
    };
}
pub(super) use section;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum $name {
            $($(#[$of])* $variant,)+
        }
    };
}
pub(super) use words;

section! {
    /// Everything that a document says and the gate does not compile.
    #[derive(Default)]
    Particulars {
        /// Which parts and annexes it has, and to which it refers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        contents: Option<Contents>,
        /// Where a school sees which modules are switched on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        module_status: Option<ModuleStatus>,
        /// The tables of codes that it prints.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tables: Option<Tables>,
        /// What it says is done, in a model that does not link that to purposes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        services: Vec<Service>,
        /// Purposes of its own, for which the catalogue has no code.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        own_purposes: Vec<OwnPurpose>,
        /// Data for which the catalogue has no number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        own_categories: Vec<OwnCategory>,
        /// The kinds of person that the form of the mbo asks for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        kinds: Vec<KindTick>,
        /// How confidential, sound and available the data have to be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        classification: Option<Classification>,
        /// The tick of the mbo form that asks for a second factor and for logging.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confidentiality_high: Option<bool>,
        /// Measures of the security annex, with what came of them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        measures: Vec<Measure>,
        /// Certificates of the processor.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        certificates: Vec<Certificate>,
        /// How data are made anonymous.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        anonymising: Option<Anonymising>,
        /// What the processor does with the data for itself.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        own_use: Vec<OwnUse>,
        /// Messages that nobody asked for.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mailings: Vec<Mailing>,
        /// Data that go to others or come from them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exchanges: Vec<Exchange>,
        /// Parties that are named outside the tables of places and sub-processors.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mentions: Vec<Mention>,
        /// What it says not to be the case.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        statements: Vec<Statement>,
        /// The laws that it stands on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        laws: Vec<LawCited>,
        /// What the processor promises to do by a time.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        duties: Vec<Duty>,
        /// Particular ways of working that a school has to know of.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        practices: Vec<Practice>,
    }
}

section! {
    /// The parts and annexes.
    #[derive(Default)]
    Contents {
        /// The parts of annex 1 that the form of this model has, in its letters.
        parts_of_form: Vec<String>,
        /// Those that the document has.
        parts: Vec<String>,
        /// The annexes that it has.
        annexes: Vec<AnnexPart>,
        /// The numbers of annexes that it refers to.
        cites: Vec<String>,
    }
}

section! {
    /// An annex of the agreement.
    AnnexPart {
        /// Its number, as it is printed.
        number: String,
        /// What it is said to be about.
        subjects: Vec<Subject>,
    }
}

words! {
    /// What an annex of an agreement is about.
    Subject {
        /// What is processed, why and how.
        Privacy,
        /// How it is secured.
        Security,
        /// Which schools take part.
        Schools,
        /// Where the articles of the model are not followed.
        Deviations,
        /// Whom to reach.
        Contacts,
    }
}

section! {
    /// Where a school sees which modules are on.
    ModuleStatus {
        /// The place; absent when the form was not filled in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Label>,
    }
}

section! {
    /// Tables 2, 3 and 4 of a document with codes.
    #[derive(Default)]
    Tables {
        /// Table 2.
        processings: Vec<CodePrinted>,
        /// Table 3.
        purposes: Vec<CodePrinted>,
        /// Table 4.
        categories: Vec<CategoryPrinted>,
    }
}

impl Tables {
    /// Every code that is printed, as often as it is.
    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        let own = self.processings.iter().chain(&self.purposes);
        let categories = self.categories.iter().flat_map(|of| [&of.pupil, &of.staff]);
        own.map(|of| of.code.as_str())
            .chain(categories.flatten().map(String::as_str))
    }
}

section! {
    /// A code with what it is said to stand for.
    CodePrinted {
        /// The code as it is printed.
        code: String,
        /// What it stands for.
        text: Label,
    }
}

section! {
    /// A row of table 4.
    CategoryPrinted {
        /// The group of data in whose row it is printed, where that is a national number.
        #[serde(default, skip_serializing_if = "is_false")]
        beside_national_number: bool,
        /// What it stands for.
        text: Label,
        /// The code for pupils.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pupil: Option<String>,
        /// The code for staff.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        staff: Option<String>,
    }
}

section! {
    /// Something that is done with data.
    Service {
        /// What.
        text: Label,
        /// Whether it is done at the choice of a school.
        optional: bool,
        /// Whether data go to somebody else by it.
        #[serde(default, skip_serializing_if = "is_false")]
        transfer: bool,
        /// Whether a person, or under 16 a guardian, is asked first.
        #[serde(default, skip_serializing_if = "is_false")]
        on_consent: bool,
        /// For which purposes, by their codes; empty when none is said.
        purposes: Vec<String>,
    }
}

section! {
    /// A purpose without a code.
    OwnPurpose {
        /// What for.
        text: Label,
    }
}

words! {
    /// Whose data.
    Whose {
        /// Pupils and students.
        Pupils,
        /// Staff.
        Staff,
        /// Companies and people around the school (mbo).
        Relations,
        /// All of them.
        All,
    }
}

section! {
    /// Data without a number.
    OwnCategory {
        /// Whose.
        whose: Whose,
        /// Which.
        text: Label,
        /// Whether it is ticked, where the form has boxes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ticked: Option<bool>,
    }
}

section! {
    /// A kind of person on the form of the mbo.
    KindTick {
        /// Which.
        whose: Whose,
        /// Whether it is ticked.
        ticked: bool,
    }
}

words! {
    /// A level of the classification.
    Level {
        /// Low.
        Low,
        /// Middle.
        Middle,
        /// High.
        High,
    }
}

section! {
    /// The classification of availability, integrity and confidentiality, with what it says of the data.
    #[derive(Default)]
    Classification {
        /// Availability.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        availability: Option<Level>,
        /// Integrity.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        integrity: Option<Level>,
        /// Confidentiality.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confidentiality: Option<Level>,
        /// How far persons are profiled: middle without, high with decisions by the program alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profiling: Option<Level>,
        /// Whether there are special categories of data among them (GDPR 9).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        special_categories: Option<bool>,
    }
}

section! {
    /// A measure, and whether it is met.
    Measure {
        /// What it is about, availability, integrity or confidentiality, with its name.
        text: Label,
        /// The value that is filled in: `met`, `not_met` and `alternative` are possible.
        status: String,
        /// By when it will be met.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    }
}

section! {
    /// A certificate.
    Certificate {
        /// Which.
        name: String,
        /// Until when it holds.
        until: Date,
    }
}

words! {
    /// What can name a person.
    Identifier {
        /// Names.
        Name,
        /// Numbers of the person: of the school, ECK iD, account.
        Number,
        /// Addresses and telephone.
        Contact,
        /// Date of birth.
        BirthDate,
        /// The number of the device, and where it is on the network.
        Device,
        /// The number of the school, such as BRIN.
        School,
    }
}

impl Identifier {
    /// What has to be gone before data can be said to name nobody. That the school is gone is not enough, and not needed.
    pub const TELLING: [Self; 5] = [Self::Name, Self::Number, Self::Contact, Self::BirthDate, Self::Device];
}

section! {
    /// How data are made anonymous.
    Anonymising {
        /// What is removed.
        removes: Vec<Identifier>,
        /// For what.
        what_for: Label,
    }
}

impl Anonymising {
    /// Whether nobody is named any more.
    pub fn is_enough(&self) -> bool {
        Identifier::TELLING.iter().all(|telling| self.removes.contains(telling))
    }
}

section! {
    /// Use by the processor for itself.
    OwnUse {
        /// What it does.
        text: Label,
        /// Whether that goes on after the end of the agreement.
        after_end: bool,
        /// Whether the data are first made anonymous, as the document says it does that.
        anonymised: bool,
    }
}

section! {
    /// Messages that nobody asked for.
    Mailing {
        /// What is sent.
        text: Label,
        /// To whom.
        whose: Whose,
        /// Whether it promotes what the processor or somebody else offers.
        promotion: bool,
        /// Whether a person can leave it.
        opt_out: bool,
    }
}

words! {
    /// Which way data go.
    Direction {
        /// From the school's side to the processor.
        In,
        /// From the processor to somebody else.
        Out,
        /// Both.
        Both,
    }
}

section! {
    /// Data that go to others or come from them.
    Exchange {
        /// With whom.
        with: Label,
        /// Which way.
        direction: Direction,
        /// Whether the other is outside school and processor.
        third_party: bool,
        /// On whose word.
        on: Label,
        /// The purpose, by its code; absent when none is said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purpose: Option<String>,
    }
}

section! {
    /// A party that is named in the text.
    Mention {
        /// Who.
        party: String,
        /// What it does.
        task: Label,
        /// Whether it gets at personal data by that.
        processes: bool,
    }
}

words! {
    /// What a document says not to be the case.
    Denial {
        /// Nothing goes to third parties.
        NoThirdParties,
        /// Nobody processes for the processor.
        NoSubProcessors,
        /// The model is followed to the letter.
        NoDeviations,
        /// Nothing leaves the EEA.
        NothingOutsideEea,
    }
}

section! {
    /// Such a statement.
    Statement {
        /// What is denied.
        denies: Denial,
    }
}

words! {
    /// A law.
    Law {
        /// The General Data Protection Regulation (AVG).
        Gdpr,
        /// The Dutch law that gives effect to it (UAVG).
        Uavg,
        /// The law that was there before 25 May 2018 (Wet bescherming persoonsgegevens).
        Wbp,
    }
}

section! {
    /// A law that the document stands on.
    LawCited {
        /// Which.
        law: Law,
        /// Which article of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        article: Option<String>,
    }
}

words! {
    /// What is done by a time.
    DutyKind {
        /// Telling the school of a breach.
        BreachNotice,
        /// Reporting on security.
        SecurityReport,
        /// Giving notice of the end of the underlying contract.
        NoticeOfEnd,
    }
}

section! {
    /// A promise with a time.
    Duty {
        /// What.
        kind: DutyKind,
        /// Within how many hours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hours: Option<u32>,
        /// Before which day of the year, as `07-01`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<String>,
    }
}

words! {
    /// A way of working.
    PracticeKind {
        /// There are fields into which anybody may write anything.
        FreeText,
        /// A module counts as processing only from its actual use.
        ProcessingFromUse,
        /// Switching something on in practice counts as approval.
        ApprovalByUse,
        /// Somebody from outside is let in for a time, on request.
        TemporaryAccess,
        /// What a school year left behind can be read and no longer changed.
        ReadOnlyArchive,
        /// The school chooses which purposes hold.
        SchoolChoosesPurposes,
        /// Accepted by an order and its confirmation.
        AcceptanceByOrder,
    }
}

section! {
    /// A way of working that a school has to know of.
    Practice {
        /// Which.
        kind: PracticeKind,
        /// More about it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<Label>,
    }
}
