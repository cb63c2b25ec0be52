//! Places in the log of an owner, as they stand in cursors.

use crate::app::evidence::Places;

/// The places as text.
pub(super) fn written(places: &Places) -> String {
    let places = places.iter().map(|(stream, sequence)| format!("{stream}.{sequence}"));
    places.collect::<Vec<_>>().join("-")
}

/// Reads them; none when they were made up.
pub(super) fn parse(bytes: &[u8]) -> Option<Places> {
    let place = |text: &str| {
        let (stream, sequence) = text.split_once('.')?;
        Some((number(stream)?, number(sequence)?))
    };
    std::str::from_utf8(bytes).ok()?.split('-').map(place).collect()
}

/// A number that a column can hold.
fn number(text: &str) -> Option<u64> {
    u64::try_from(text.parse::<i64>().ok()?).ok()
}
