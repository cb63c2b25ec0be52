//! Why a run left the roster as it was: the one list of codes. `docs/errors.md` says what each means.

use sluis_connector_port::ErrorCode;
use sluis_core::{gate::ReasonCode, ledger::Code};

/// Why a run left the roster as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunReason {
    /// The gate lets nothing in.
    Refused(ReasonCode),
    /// The system gave no usable roster.
    Delivery(ErrorCode),
    /// The run itself did not come to its end.
    Stopped(StopCode),
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// Why a run stopped, when it is neither a reason of the gate nor the delivery. Never renamed: schools have it in
        /// their records.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum StopCode {
            $($(#[$doc])* $name,)+
        }

        impl StopCode {
            /// All codes.
            pub const ALL: [Self; [$(Self::$name),+].len()] = [$(Self::$name),+];

            /// The code.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

codes! {
    /// No supplier may get anything of this school, so nothing is taken in.
    NothingAgreed = "nothing_agreed",
    /// The system has no data of this school.
    NoData = "no_data",
    /// The clock is outside the years that a school year can be named in.
    SchoolYearUnknown = "school_year_unknown",
    /// Too many persons would disappear at once.
    ShrinkGuard = "shrink_guard",
    /// Less was permitted at the end than at the beginning.
    WithdrawnMeanwhile = "withdrawn_meanwhile",
    /// The system cannot be called with what was entered: its address may not be called, or its keys have another form.
    ConnectionUnusable = "connection_unusable",
    /// The school ended the connection.
    ConnectionEnded = "connection_ended",
    /// The roster could not be written.
    StoreRefused = "store_refused",
    /// Whoever made the run is gone.
    Interrupted = "interrupted",
}

impl RunReason {
    /// The stable code.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused(code) => code.as_str(),
            Self::Delivery(code) => code.as_str(),
            Self::Stopped(code) => code.as_str(),
        }
    }

    /// Reads a stable code.
    pub fn find(text: &str) -> Option<Self> {
        let refused = ReasonCode::ALL.into_iter().map(Self::Refused);
        let delivery = ErrorCode::ALL.into_iter().map(Self::Delivery);
        let stopped = StopCode::ALL.into_iter().map(Self::Stopped);
        refused
            .chain(delivery)
            .chain(stopped)
            .find(|reason| reason.as_str() == text)
    }

    /// As it stands in a record.
    pub(in crate::app) const fn code(self) -> Code {
        Code::from_static(self.as_str())
    }
}
impl From<ReasonCode> for RunReason {
    fn from(code: ReasonCode) -> Self {
        Self::Refused(code)
    }
}
impl From<ErrorCode> for RunReason {
    fn from(code: ErrorCode) -> Self {
        Self::Delivery(code)
    }
}
impl From<StopCode> for RunReason {
    fn from(code: StopCode) -> Self {
        Self::Stopped(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_the_reason_that_it_is() {
        for code in ReasonCode::ALL {
            assert_eq!(RunReason::find(code.as_str()), Some(code.into()));
        }
        for code in ErrorCode::ALL {
            assert_eq!(RunReason::find(code.as_str()), Some(code.into()));
        }
        for code in StopCode::ALL {
            assert_eq!(RunReason::find(code.as_str()), Some(code.into()));
        }
        assert_eq!(RunReason::find("something_else"), None);
    }

    #[test]
    fn the_manual_explains_every_reason_of_a_run_and_no_other() {
        let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md")).unwrap();
        let (_, runs) = manual.split_once("\n## Runs\n").unwrap();
        let chapter = runs.split("\n## ").next().unwrap();
        let rows = chapter.lines().filter(|line| line.starts_with("| `"));
        let explained: Vec<_> = rows
            .map(|row| {
                let cells: Vec<_> = row.split('|').map(str::trim).collect();
                let [_, code, meaning, who, _] = cells.as_slice() else {
                    panic!("three cells in `{row}`")
                };
                assert!(!meaning.is_empty() && !who.is_empty(), "{row}");
                code.trim_matches('`')
            })
            .collect();
        let own = StopCode::ALL.map(StopCode::as_str).into_iter();
        let codes: Vec<_> = own.chain(ErrorCode::ALL.map(ErrorCode::as_str)).collect();
        assert_eq!(explained, codes, "one row for each, in the order of the types");
    }
}
