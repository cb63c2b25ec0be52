//! A length of time in words that people use: `90s`, `15m`, `1h 30m`.

use std::{str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer};

/// A length of time, longer than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period(Duration);

/// The text is not a length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a length of time is written as `90s`, `15m` or `1h 30m`, and is longer than nothing")]
pub struct PeriodError;

impl Period {
    /// The same as the standard library has it.
    pub const fn as_duration(self) -> Duration {
        self.0
    }

    /// Whole seconds.
    pub const fn as_secs(self) -> u64 {
        self.0.as_secs()
    }
}

impl FromStr for Period {
    type Err = PeriodError;
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let signed: jiff::SignedDuration = text.parse().map_err(|_| PeriodError)?;
        Duration::try_from(signed)
            .ok()
            .filter(|length| !length.is_zero())
            .map(Self)
            .ok_or(PeriodError)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_time_are_read() {
        for (text, secs) in [("90s", 90), ("15m", 900), ("1h 30m", 5_400), ("PT2H", 7_200)] {
            assert_eq!(text.parse::<Period>().unwrap().as_secs(), secs, "`{text}`");
        }
    }

    #[test]
    fn nothing_less_than_nothing_and_bare_numbers_are_refused() {
        for text in ["0s", "-5m", "30", "", "soon"] {
            assert_eq!(text.parse::<Period>(), Err(PeriodError), "`{text}`");
        }
    }
}
