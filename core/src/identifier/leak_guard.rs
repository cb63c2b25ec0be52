//! The leak guard: finds national numbers in free text, so that none enters the service.
//!
//! A BSN has nine digits whose weighted sum (9, 8, 7, 6, 5, 4, 3, 2, -1) is a multiple of 11; an onderwijsnummer
//! starts with `10` and has remainder 5. One in eleven other numbers of nine digits passes as well: the guard errs on
//! the side of refusal.

const WEIGHTS: [i32; 9] = [9, 8, 7, 6, 5, 4, 3, 2, -1];

/// What kind of national number a text seems to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NationalNumber {
    /// Citizen service number.
    Bsn,
    /// Education number.
    Onderwijsnummer,
}

/// Looks for a national number in a text: any run of exactly nine digits, also when grouped by single dots, spaces or
/// hyphens and whatever groups stand beside them. Longer runs of digits (telephone numbers, UUIDs, pseudonyms) are not
/// looked into.
pub fn find(text: &str) -> Option<NationalNumber> {
    let mut groups: Vec<Vec<i32>> = Vec::new();
    // Between two groups there is at most one separator; after anything else no group is joined to one before it.
    let mut joined = false;
    let mut within = false;
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10).and_then(|digit| i32::try_from(digit).ok()) {
            if !within {
                if !joined {
                    groups.clear();
                }
                groups.push(Vec::new());
            }
            if let Some(group) = groups.last_mut() {
                group.push(digit);
            }
            within = true;
        } else {
            if within && let Some(found) = ending(&groups) {
                return Some(found);
            }
            joined = within && matches!(character, '.' | ' ' | '-');
            within = false;
        }
    }
    if within { ending(&groups) } else { None }
}

/// The number that the last groups make together: as many as hold nine digits, if whole groups do.
fn ending(groups: &[Vec<i32>]) -> Option<NationalNumber> {
    let mut length = 0;
    for (from, group) in groups.iter().enumerate().rev() {
        length += group.len();
        if length >= WEIGHTS.len() {
            return groups.get(from..).and_then(|groups| classify(&groups.concat()));
        }
    }
    None
}

fn classify(digits: &[i32]) -> Option<NationalNumber> {
    if digits.len() != WEIGHTS.len() || digits.iter().all(|digit| *digit == 0) {
        return None;
    }
    let sum: i32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    match sum.rem_euclid(11) {
        0 => Some(NationalNumber::Bsn),
        5 if digits.starts_with(&[1, 0]) => Some(NationalNumber::Onderwijsnummer),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn national_numbers_are_found_wherever_they_stand() {
        for number in [
            "123456782",
            "111222333",
            "uid 123456782@school",
            "1234.56.782",
            "123 456 782",
            "7 123456782",
            "Groep 7 123456782",
            "123456782 2015",
            "2026-123456782",
            "1.123456782",
            "groep 7 123 456 782-2015",
            "0612345678 123456782",
            "123456782 0612345678",
        ] {
            assert_eq!(find(number), Some(NationalNumber::Bsn), "`{number}`");
        }
        for number in ["100000004", "100000016"] {
            assert_eq!(find(number), Some(NationalNumber::Onderwijsnummer), "`{number}`");
        }
    }

    #[test]
    fn other_numbers_pass() {
        for text in [
            "",
            "000000000",
            "123456789",
            "12345678",
            "0612345678",
            "groep 3",
            "1--23456782",
            "123--456 782",
            "1123456782",
            "1234567820",
            "7 1123456782",
            "123456 7820",
        ] {
            assert_eq!(find(text), None, "`{text}`");
        }
    }

    proptest! {
        #[test]
        fn no_neighbour_hides_a_national_number(
            first in 0_u32..100_000_000,
            cuts in prop::collection::btree_set(1_usize..9, 0..4),
            before in "([0-9]{1,12}[ .-]{1,2}){0,3}",
            after in "([ .-]{1,2}[0-9]{1,12}){0,3}",
            separator in "[ .-]",
        ) {
            let start = format!("{first:08}");
            let sum: u32 = start.chars().zip([9, 8, 7, 6, 5, 4, 3, 2]).map(|(digit, weight)| {
                digit.to_digit(10).unwrap() * weight
            }).sum();
            prop_assume!(first > 0 && sum % 11 < 10);
            let whole = format!("{start}{}", sum % 11);
            let mut number = String::new();
            for (place, digit) in whole.chars().enumerate() {
                if cuts.contains(&place) {
                    number.push_str(&separator);
                }
                number.push(digit);
            }
            let text = format!("{before}{number}{after}");
            prop_assert!(find(&text).is_some(), "`{}`", text);
        }

        #[test]
        fn a_longer_run_is_not_looked_into(run in "[0-9]{10,40}") {
            prop_assert_eq!(find(&run), None);
        }
    }
}
