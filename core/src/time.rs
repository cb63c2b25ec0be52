//! Moments and the clock. Nothing in Sluis asks the machine for the time except through [`Clock`].

use std::{
    fmt,
    sync::atomic::{AtomicI64, Ordering},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
///
/// Written as RFC 3339 in UTC with `Z` and three decimals; read with any offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// The text is not a moment in RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a moment is written as in RFC 3339, for example `2026-09-01T08:00:00Z`")]
pub struct TimestampError;

impl Timestamp {
    /// The moment this many milliseconds after the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// This moment plus a number of milliseconds; stops at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This moment plus a number of seconds; stops at the ends of the range.
    #[must_use]
    pub const fn plus_secs(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs.saturating_mul(1_000)))
    }

    /// Reads a moment with any offset, as RFC 3339 has it.
    ///
    /// # Errors
    /// When the text is no such moment.
    pub fn parse(text: &str) -> Result<Self, TimestampError> {
        text.parse::<jiff::Timestamp>()
            .map(|moment| Self(moment.as_millisecond()))
            .map_err(|_| TimestampError)
    }

    /// The calendar day of this moment in UTC.
    pub fn utc_date(self) -> jiff::civil::Date {
        self.to_jiff().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// The calendar day of this moment in the Netherlands.
    pub fn dutch_date(self) -> jiff::civil::Date {
        self.to_jiff().to_zoned(netherlands()).date()
    }

    /// The moment at which a day begins in the Netherlands.
    pub fn dutch_midnight(day: jiff::civil::Date) -> Self {
        let midnight = day.to_zoned(netherlands());
        // Beyond what the calendar of zones counts, the day in UTC is near enough.
        let midnight = midnight.or_else(|_| day.to_zoned(jiff::tz::TimeZone::UTC));
        midnight.map_or(Self(i64::MAX), |zoned| Self(zoned.timestamp().as_millisecond()))
    }

    fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
}

/// The legal time of the Netherlands. The zones are a part of the program.
fn netherlands() -> jiff::tz::TimeZone {
    jiff::tz::TimeZone::get("Europe/Amsterdam").unwrap_or(jiff::tz::TimeZone::UTC)
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.to_jiff())
    }
}
impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A calendar year in UTC, from 0 to 9999.
///
/// Written with four digits, so that the order of the texts is that of the years.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Year(u16);

/// The text is not a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a year is written with four digits")]
pub struct YearError;

impl Year {
    /// The year of a moment; one beyond the range counts as its end.
    pub fn of(moment: Timestamp) -> Self {
        Self(u16::try_from(moment.utc_date().year()).unwrap_or_default())
    }

    /// The year that was so many years before this one.
    #[must_use]
    pub const fn before(self, years: u16) -> Self {
        Self(self.0.saturating_sub(years))
    }

    /// The number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// Reads a year.
    ///
    /// # Errors
    /// When the text has not just four digits.
    pub fn parse(text: &str) -> Result<Self, YearError> {
        match text.parse() {
            Ok(number) if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Self(number)),
            _ => Err(YearError),
        }
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// A span of time, `from` included, `until` excluded; without `until` it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first moment inside.
    pub from: Timestamp,
    /// The first moment after it, if it ends.
    pub until: Option<Timestamp>,
}

impl Window {
    /// The span that starts at a moment and does not end.
    pub const fn since(from: Timestamp) -> Self {
        Self { from, until: None }
    }

    /// Whether the moment lies inside.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_millisecond())
    }
}

/// A clock that stands still until it is set: for tests and replays.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows this moment.
    pub fn new(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.as_millis()))
    }

    /// Sets the clock.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }

    /// Moves the clock forward.
    pub fn advance_secs(&self, secs: i64) {
        self.0.fetch_add(secs.saturating_mul(1_000), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_offset_is_read_and_utc_is_written() {
        let moment = Timestamp::parse("2026-09-01T10:00:00+02:00").unwrap();
        assert_eq!(moment.to_string(), "2026-09-01T08:00:00.000Z");
        assert_eq!(Timestamp::parse("2026-09-01"), Err(TimestampError));
    }

    #[test]
    fn a_year_is_that_of_utc() {
        for (moment, year) in [
            ("2026-12-31T23:59:59.999Z", "2026"),
            ("2027-01-01T00:30:00+01:00", "2026"),
            ("2027-01-01T00:00:00Z", "2027"),
        ] {
            assert_eq!(Year::of(Timestamp::parse(moment).unwrap()).to_string(), year);
        }
        assert_eq!(Year::of(Timestamp(i64::MIN)).to_string(), "0000");
        assert_eq!(Year::of(Timestamp(i64::MAX)).to_string(), "9999");
        let year = Year::parse("2027").unwrap();
        assert_eq!((year.before(1).number(), year.before(9_999).number()), (2_026, 0));
        for text in ["", "227", "02027", "+227", "year"] {
            assert_eq!(Year::parse(text), Err(YearError), "`{text}`");
        }
    }

    #[test]
    fn a_window_holds_its_first_moment_and_not_its_last() {
        let window = Window {
            from: Timestamp(10),
            until: Some(Timestamp(20)),
        };
        assert_eq!(
            [9, 10, 19, 20].map(|at| window.holds(Timestamp(at))),
            [false, true, true, false]
        );
        assert!(Window::since(Timestamp(10)).holds(Timestamp(i64::MAX)));
    }
}
