//! Moments as JWTs write them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use sluis_core::time::Timestamp;

/// Seconds since 1970, possibly with a fraction (RFC 7519, 2: NumericDate). Written in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NumericDate(pub(crate) Timestamp);

/// The last second of the year 9999: beyond it a date is a mistake or an attack on arithmetic.
const LAST: f64 = 253_402_300_799.0;

impl Serialize for NumericDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0.as_secs())
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        if !(0.0..=LAST).contains(&seconds) {
            return Err(D::Error::custom("a date lies between the years 1970 and 9999"));
        }
        #[expect(clippy::cast_possible_truncation, reason = "the range was checked above")]
        let millis = (seconds * 1_000.0) as i64;
        Ok(Self(Timestamp::from_millis(millis)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<i64> {
        let date: Option<NumericDate> = serde_json::from_str(json).ok();
        date.map(|NumericDate(moment)| moment.as_millis())
    }

    #[test]
    fn whole_and_broken_seconds_are_read() {
        assert_eq!(read("1767225600"), Some(1_767_225_600_000));
        assert_eq!(read("1767225600.5"), Some(1_767_225_600_500));
        assert_eq!(
            serde_json::to_string(&NumericDate(Timestamp::from_millis(1_999))).unwrap(),
            "1"
        );
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for json in ["\"1767225600\"", "-1", "253402300800", "1e300", "null", "true"] {
            assert_eq!(read(json), None, "`{json}` must be refused");
        }
    }
}
