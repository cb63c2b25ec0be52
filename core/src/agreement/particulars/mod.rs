//! What a document says beside what the gate compiles, so that it can be transcribed as it stands, with all that is wrong in it.
//!
//! Nothing here permits anything. Texts are in our own words. Values that a form prescribes stay texts where a document may
//! have filled in another one: the linter reads them.

mod paper;
mod safety;

use serde::{Deserialize, Serialize};

pub use self::{
    paper::{
        AnnexPart, CategoryPrinted, CodePrinted, Contents, Denial, Duty, DutyKind, Law, LawCited, ModuleStatus,
        Practice, PracticeKind, Statement, Subject, Tables,
    },
    safety::{Anonymising, Certificate, Classification, Identifier, Level, Measure},
};
use crate::catalogue::Label;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
pub(in crate::agreement) const fn is_false(flag: &bool) -> bool {
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
pub(in crate::agreement) use section;

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
pub(in crate::agreement) use words;

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
