//! `synchronisation`: the pulls from administration systems.

use std::num::NonZeroU8;

use jiff::civil::Time;
use serde::{Deserialize, Deserializer};

use super::{key::section, period::Period};

section! {
    /// The pulls from administration systems.
    Synchronisation = "synchronisation" {
        /// How long after a pull that went well the next one follows, whether the roster changed or stayed.
        every: Period = "24h",
        /// How long after a pull that was refused, by us or by the administration system, it is tried again.
        retry: Period = "1h",
        /// Hours in the Netherlands in which no pull starts by itself: `07:00-18:00`. A pull that a school asks for starts at once.
        quiet_hours: Option<QuietHours> = "07:00-18:00",
        /// How many deliveries are asked from administration systems at once, by each replica.
        at_once: NonZeroU8 = 4,
        /// Refuse a pull that would remove more than this percentage of a school's people.
        shrink_guard_percent: u8 = 50,
        /// Schools with fewer people than this are not guarded by the percentage.
        shrink_guard_minimum: u32 = 5,
        /// How long one call to an administration system may take.
        timeout: Period = "60s",
        /// Whether administration systems may be called at addresses that are not public: in the operator's own network, or on this machine.
        private_addresses: bool = false,
    }
}

impl Synchronisation {
    fn check(&self) -> Vec<(&'static str, &'static str)> {
        if (1..=100).contains(&self.shrink_guard_percent) {
            Vec::new()
        } else {
            vec![("synchronisation.shrink_guard_percent", "a percentage is 1 to 100")]
        }
    }
}

/// Hours of the day, `from` included, `until` excluded; they may pass midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    /// The first minute inside.
    pub from: Time,
    /// The first minute after.
    pub until: Time,
}

impl QuietHours {
    /// Reads `07:00-18:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let time = |text: &str| (text.len() == 5).then(|| Time::strptime("%H:%M", text).ok()).flatten();
        let (from, until) = text.split_once('-')?;
        let hours = Self {
            from: time(from)?,
            until: time(until)?,
        };
        (hours.from != hours.until).then_some(hours)
    }

    /// Whether a time of the day lies inside.
    pub fn hold(&self, time: Time) -> bool {
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

impl<'de> Deserialize<'de> for QuietHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?)
            .ok_or_else(|| serde::de::Error::custom("quiet hours are written as `07:00-18:00`"))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    #[test]
    fn quiet_hours_may_pass_midnight() {
        let day = QuietHours::parse("07:00-18:00").unwrap();
        let night = QuietHours::parse("22:00-06:00").unwrap();
        for (clock, in_day, in_night) in [
            (time(6, 59, 59, 0), false, false),
            (time(7, 0, 0, 0), true, false),
            (time(18, 0, 0, 0), false, false),
            (time(22, 0, 0, 0), false, true),
            (time(5, 59, 0, 0), false, true),
        ] {
            assert_eq!((day.hold(clock), night.hold(clock)), (in_day, in_night), "{clock}");
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for text in ["", "7-18", "07:00", "07:00-07:00", "07:00-25:00", "7:00-18:00"] {
            assert_eq!(QuietHours::parse(text), None, "`{text}`");
        }
    }
}
