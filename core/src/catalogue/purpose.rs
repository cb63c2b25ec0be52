//! Purposes: why a piece of personal data is processed (doeleinden, D1 to D22 of model 4.0).

use std::fmt;

use super::set::{bit_set, serde_as_text};

/// A purpose of the catalogue. A request has exactly one; advertising is none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose(u8);

/// The text is no code of a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a purpose is a code from `D1` to `D22`")]
pub struct PurposeError;

const CODES: [&str; 22] = [
    "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D12", "D13", "D14", "D15", "D16", "D17",
    "D18", "D19", "D20", "D21", "D22",
];

impl Purpose {
    /// Exchange of results between digital materials; needs a receiver.
    pub const EXCHANGE_RESULTS: Self = Self(5);
    /// Exchange with third parties; needs a receiver.
    pub const EXCHANGE_WITH_OTHERS: Self = Self(11);
    /// Getting digital materials delivered and putting them into use.
    pub const DELIVERY: Self = Self(12);
    /// Access to materials: identification, authentication, authorisation. A login is always this one.
    pub const ACCESS: Self = Self(13);
    /// Security, control and reliability of the data.
    pub const SECURITY: Self = Self(14);
    /// Continuity and proper working.
    pub const CONTINUITY: Self = Self(15);
    /// Research on pseudonymised data.
    pub const RESEARCH: Self = Self(16);
    /// Research on anonymised data.
    pub const ANALYSIS: Self = Self(17);
    /// Carrying out a provision of EU or national law.
    pub const LAW: Self = Self(21);
    /// Another purpose of education, which must be named.
    pub const OTHER: Self = Self(22);

    /// All purposes, in the order of their numbers.
    pub const ALL: [Self; 22] = {
        let mut all = [Self(1); 22];
        let mut number = 1;
        while number <= 22 {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
            {
                all[number as usize - 1] = Self(number);
            }
            number += 1;
        }
        all
    };

    /// The purpose with this number, 1 to 22.
    pub const fn from_number(number: u8) -> Option<Self> {
        if number >= 1 && number <= 22 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// Reads a code such as `D5`.
    ///
    /// # Errors
    /// When it is none; lower case, spaces and leading zeros are not repaired.
    pub fn parse(text: &str) -> Result<Self, PurposeError> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or(PurposeError)
    }

    /// The number, 1 to 22.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The code, for example `D5`.
    pub const fn code(self) -> &'static str {
        #[expect(clippy::indexing_slicing, reason = "INVARIANT: the number is 1 to 22")]
        CODES[self.0 as usize - 1]
    }

    pub(super) const fn as_str(self) -> &'static str {
        self.code()
    }

    /// Whether a request for it must name who receives the data.
    pub const fn needs_receiver(self) -> bool {
        matches!(self, Self::EXCHANGE_RESULTS | Self::EXCHANGE_WITH_OTHERS)
    }

    /// Whether it may only see data that no longer name a person.
    pub const fn needs_deidentified_data(self) -> bool {
        matches!(self, Self::RESEARCH | Self::ANALYSIS)
    }

    /// Whether it may go on after a person left the school.
    pub const fn outlives_enrolment(self) -> bool {
        matches!(self, Self::SECURITY | Self::CONTINUITY)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl std::str::FromStr for Purpose {
    type Err = PurposeError;
    fn from_str(text: &str) -> Result<Self, PurposeError> {
        Self::parse(text)
    }
}
serde_as_text!(Purpose);

bit_set! {
    /// A set of purposes.
    PurposeSet(u32) of Purpose
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_numbers_agree_and_nothing_else_is_read() {
        for (purpose, number) in Purpose::ALL.into_iter().zip(1..) {
            assert_eq!(
                (purpose.number(), purpose.code()),
                (number, format!("D{number}").as_str())
            );
            assert_eq!(Purpose::parse(purpose.code()), Ok(purpose));
            assert_eq!(Purpose::from_number(number), Some(purpose));
        }
        for wrong in ["D0", "D23", "d5", "D05", " D5", "5", "", "D", "advertising"] {
            assert_eq!(Purpose::parse(wrong), Err(PurposeError), "`{wrong}`");
        }
        assert_eq!([0, 23].map(Purpose::from_number), [None, None]);
    }
}
