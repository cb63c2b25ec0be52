//! The school year.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A school year, from 1 August to 31 July, written as `2026-2027`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchoolYear(u16);

/// The text is not a school year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a school year is two consecutive years, for example `2026-2027`")]
pub struct SchoolYearError;

impl SchoolYear {
    /// Reads `yyyy-yyyy`. No list of known school years is consulted: the published one ends in 2025.
    ///
    /// # Errors
    /// When the text has any other form, or the years do not follow each other.
    pub fn parse(text: &str) -> Result<Self, SchoolYearError> {
        let (first, second) = text.split_once('-').ok_or(SchoolYearError)?;
        let (first, second) = (year(first)?, year(second)?);
        if first + 1 == second {
            Ok(Self(first))
        } else {
            Err(SchoolYearError)
        }
    }

    /// The school year that a day lies in.
    ///
    /// # Errors
    /// When the day lies outside the years 1000 to 2998.
    pub fn of(day: Date) -> Result<Self, SchoolYearError> {
        let first = if day.month() < 8 { day.year() - 1 } else { day.year() };
        u16::try_from(first)
            .ok()
            .filter(|first| (1000..=2998).contains(first))
            .map(Self)
            .ok_or(SchoolYearError)
    }

    /// The calendar year in which it starts.
    pub const fn first_year(self) -> u16 {
        self.0
    }
}

/// Four digits of which the first is 1 or 2, as the published pattern has it.
fn year(text: &str) -> Result<u16, SchoolYearError> {
    match text.as_bytes() {
        [b'1' | b'2', rest @ ..] if rest.len() == 3 && rest.iter().all(u8::is_ascii_digit) => {
            text.parse().map_err(|_| SchoolYearError)
        }
        _ => Err(SchoolYearError),
    }
}

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0 + 1)
    }
}
impl fmt::Debug for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for SchoolYear {
    type Err = SchoolYearError;
    fn from_str(text: &str) -> Result<Self, SchoolYearError> {
        Self::parse(text)
    }
}
impl Serialize for SchoolYear {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for SchoolYear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_years_that_follow_each_other() {
        assert_eq!(SchoolYear::parse("2026-2027").unwrap().to_string(), "2026-2027");
        for bad in [
            "",
            "2026",
            "2026-2026",
            "1999-2050",
            "2026/2027",
            "2026 - 2027",
            "3026-3027",
            "+026-2027",
        ] {
            assert_eq!(SchoolYear::parse(bad), Err(SchoolYearError), "`{bad}`");
        }
    }

    #[test]
    fn it_starts_on_the_first_of_august() {
        let of = |day: &str| SchoolYear::of(day.parse().unwrap()).unwrap().to_string();
        assert_eq!(of("2026-07-31"), "2025-2026");
        assert_eq!(of("2026-08-01"), "2026-2027");
        assert_eq!(SchoolYear::of("0001-01-01".parse().unwrap()), Err(SchoolYearError));
    }
}
