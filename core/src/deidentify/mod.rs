//! De-identification: what has to be gone before data go under D16 (research) or D17 (analysis).
//!
//! Promises: a study knows a person by a pseudonym of its own, which leads to no account, no ECK iD and no other study
//! ([`StudyKey`]); what names a person never goes, what could point to one goes in classes ([`treatment`]); a row goes only where
//! enough others look the same ([`unlike_few`]); a count goes only where enough are counted, and not where it follows from the
//! others ([`publish`]). [`Measures::judge`] says of what somebody removes why it is not enough: the linter and the gate ask the same.
//!
//! Deliberately absent: a promise that pseudonymised rows are anonymous. They are personal data (GDPR, recital 26), and the agreement
//! holds for them.

mod class;
mod count;
mod measure;
mod pseudonym;

pub use class::{Generalise, Treatment, generalised, in_rows, treatment, unlike_few};
pub use count::{Cell, Table, publish};
pub use measure::{Identifier, Kept, Level, Measures, Shortfall, lacking};
pub use pseudonym::{Pseudonym, Study, StudyCode, StudyCodeError, StudyKey};

/// How few may not stand alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    rows: usize,
    cells: u64,
}

/// The limits protect nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("fewer than 3 that look the same, or are counted together, point to each other")]
pub struct LimitsError;

impl Limits {
    /// 5 rows that look the same, and 10 persons in a count. No rule of the field sets numbers. With 5, whoever knows one pupil of a
    /// class picks the right row in one case of five at most; tables are read by more people, and may be laid beside each other, so
    /// that a count starts at twice that.
    pub const DEFAULT: Self = Self { rows: 5, cells: 10 };

    /// Other limits.
    ///
    /// # Errors
    /// When one of them is below 3: of two, each knows the other.
    pub const fn new(rows: usize, cells: u64) -> Result<Self, LimitsError> {
        if rows < 3 || cells < 3 {
            return Err(LimitsError);
        }
        Ok(Self { rows, cells })
    }

    /// How many rows have to look the same at least.
    pub const fn rows(self) -> usize {
        self.rows
    }

    /// How many persons a count has at least.
    pub const fn cells(self) -> u64 {
        self.cells
    }
}
