//! The document as paper: its parts and annexes, the tables that it prints, what it states and promises.

use serde::{Deserialize, Serialize};

use super::{is_false, section, words};
use crate::catalogue::Label;

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
    pub(in crate::agreement) fn codes(&self) -> impl Iterator<Item = &str> {
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
