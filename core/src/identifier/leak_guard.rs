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
/// hyphens. Longer runs of digits (telephone numbers, UUIDs, pseudonyms) are not looked into.
pub fn find(text: &str) -> Option<NationalNumber> {
    let mut digits: Vec<i32> = Vec::new();
    let mut separated = false;
    for character in text.chars().chain(std::iter::once('\0')) {
        match character.to_digit(10).and_then(|digit| i32::try_from(digit).ok()) {
            Some(digit) => {
                separated = false;
                digits.push(digit);
            }
            None if matches!(character, '.' | ' ' | '-') && !digits.is_empty() && !separated => separated = true,
            None => {
                if let Some(found) = classify(&digits) {
                    return Some(found);
                }
                digits.clear();
                separated = false;
            }
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
    use super::*;

    #[test]
    fn national_numbers_are_found_wherever_they_stand() {
        for number in [
            "123456782",
            "111222333",
            "uid 123456782@school",
            "1234.56.782",
            "123 456 782",
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
        ] {
            assert_eq!(find(text), None, "`{text}`");
        }
    }
}
