//! Terms: hours are counted from the moment, days and months by the calendar of the Netherlands.

use std::{borrow::Cow, fmt};

use jiff::{Span, civil::Date};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::time::Timestamp;

const HOUR: i64 = 3_600;

/// The moment so many hours later.
pub(super) const fn hours_after(moment: Timestamp, hours: u32) -> Timestamp {
    moment.plus_secs(HOUR.saturating_mul(hours as i64))
}

/// The end of the day so many months later: the last day is a whole day (Regulation 1182/71, article 3).
pub(super) fn months_after(moment: Timestamp, months: u32) -> Timestamp {
    later(moment, Span::new().try_months(months))
}

/// The end of the day so many days later.
pub(super) fn days_after(moment: Timestamp, days: u32) -> Timestamp {
    later(moment, Span::new().try_days(days))
}

fn later(moment: Timestamp, span: Result<Span, jiff::Error>) -> Timestamp {
    let day = span.and_then(|span| moment.dutch_date().checked_add(span));
    day.map_or(moment, end_of)
}

/// The first moment after a day.
pub(super) fn end_of(day: Date) -> Timestamp {
    Timestamp::dutch_midnight(day.tomorrow().unwrap_or(day))
}

/// A day that every year has, written as `07-01`; 29 February is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DayOfYear {
    month: i8,
    day: i8,
}

/// The text is no day of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day of the year is written as `07-01`, month first")]
pub struct DayOfYearError;

impl DayOfYear {
    /// Reads a day such as `07-01`.
    ///
    /// # Errors
    /// When it is none, or not in every year.
    pub fn parse(text: &str) -> Result<Self, DayOfYearError> {
        let read = || {
            let (month, day) = text.split_once('-').filter(|_| text.len() == 5)?;
            let date = Date::new(2_001, month.parse().ok()?, day.parse().ok()?).ok()?;
            Some(Self {
                month: date.month(),
                day: date.day(),
            })
        };
        read().ok_or(DayOfYearError)
    }

    /// The next time that this day begins in the Netherlands, after this moment.
    pub fn next(self, moment: Timestamp) -> Timestamp {
        let today = moment.dutch_date();
        let in_year = |year: i16| Date::new(year, self.month, self.day).ok();
        let this = in_year(today.year()).filter(|day| *day > today);
        let next = this.or_else(|| in_year(today.year().saturating_add(1)));
        next.map_or(moment, Timestamp::dutch_midnight)
    }
}

impl fmt::Display for DayOfYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}-{:02}", self.month, self.day)
    }
}
impl Serialize for DayOfYear {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for DayOfYear {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_month_ends_with_its_last_day_in_the_netherlands() {
        for (from, months, until) in [
            ("2026-11-29T10:00:00Z", 1, "2026-12-29T23:00:00Z"),
            ("2027-01-31T10:00:00Z", 1, "2027-02-28T23:00:00Z"),
            // Still the 30th in the Netherlands, and summer comes in between.
            ("2027-03-01T22:30:00Z", 1, "2027-04-01T22:00:00Z"),
            ("2026-11-29T23:30:00Z", 1, "2026-12-30T23:00:00Z"),
        ] {
            assert_eq!(months_after(at(from), months), at(until), "{from}");
        }
        assert_eq!(hours_after(at("2026-03-28T23:00:00Z"), 72), at("2026-03-31T23:00:00Z"));
        assert_eq!(days_after(at("2026-11-29T10:00:00Z"), 42), at("2027-01-10T23:00:00Z"));
    }

    #[test]
    fn a_day_of_the_year_comes_again() {
        let july = DayOfYear::parse("07-01").unwrap();
        assert_eq!(july.next(at("2026-06-30T10:00:00Z")), at("2026-06-30T22:00:00Z"));
        assert_eq!(july.next(at("2026-07-01T10:00:00Z")), at("2027-06-30T22:00:00Z"));
        for wrong in ["02-29", "13-01", "7-1", "01-07-2026", ""] {
            assert_eq!(DayOfYear::parse(wrong), Err(DayOfYearError), "{wrong}");
        }
    }
}
