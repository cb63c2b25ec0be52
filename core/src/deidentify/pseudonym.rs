//! The pseudonym of a person in one study.

use std::fmt;

use aws_lc_rs::hmac;

use crate::{
    catalogue::{Purpose, set::serde_as_text},
    id::{PersonId, ProductId, SupplierId},
};

/// The name of a study among those of a product, as the supplier gives it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StudyCode(Box<str>);

/// The text names no study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a study is named by 1 to 40 of a to z, 0 to 9 and `-`")]
pub struct StudyCodeError;

impl StudyCode {
    /// Reads a name.
    ///
    /// # Errors
    /// When it is empty, too long, or has other signs.
    pub fn parse(text: &str) -> Result<Self, StudyCodeError> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.is_empty() || text.len() > 40 || !text.bytes().all(plain) {
            return Err(StudyCodeError);
        }
        Ok(Self(text.into()))
    }

    /// The name.
    pub const fn as_str(&self) -> &str {
        &self.0
    }
}
serde_as_text!(StudyCode);

/// A study: who looks into what, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Study {
    /// The supplier.
    pub supplier: SupplierId,
    /// The product.
    pub product: ProductId,
    /// The purpose.
    pub purpose: Purpose,
    /// The name.
    pub code: StudyCode,
}

/// The key of a study at one school. Whoever does not have it cannot tell whose a pseudonym is, nor whether two of different studies are
/// of one person.
pub struct StudyKey(hmac::Key);

impl fmt::Debug for StudyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StudyKey([secret])")
    }
}

/// A person in one study, and in no other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pseudonym([u8; 16]);

impl fmt::Debug for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonym([personal])")
    }
}

impl StudyKey {
    /// The key that follows from a secret of the school and the study.
    pub fn derive(secret: &[u8; 32], study: &Study) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let mut text = Vec::new();
        text.extend_from_slice(study.supplier.as_bytes());
        text.extend_from_slice(study.product.as_bytes());
        text.push(study.purpose.number());
        // What comes last may have any length: nothing follows that it could be taken for.
        text.extend_from_slice(study.code.as_str().as_bytes());
        Self(hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&secret, &text).as_ref()))
    }

    /// A person in this study.
    pub fn pseudonym(&self, person: PersonId) -> Pseudonym {
        let signed = hmac::sign(&self.0, person.as_bytes());
        let mut bytes = [0; 16];
        for (byte, of) in bytes.iter_mut().zip(signed.as_ref()) {
            *byte = *of;
        }
        Pseudonym(bytes)
    }
}

impl Pseudonym {
    /// The text that goes.
    pub fn text(&self) -> String {
        use fmt::Write as _;
        let mut text = String::with_capacity(32);
        for byte in self.0 {
            // Writing to a text cannot fail.
            _ = write!(text, "{byte:02x}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{random::SeededRandom, time::Timestamp};

    #[test]
    fn a_person_has_one_pseudonym_in_a_study_and_another_one_in_any_other() {
        let random = SeededRandom::new(1);
        let now = Timestamp::default();
        let study = Study {
            supplier: SupplierId::generate(now, &random),
            product: ProductId::generate(now, &random),
            purpose: Purpose::RESEARCH,
            code: StudyCode::parse("lezen-2027").unwrap(),
        };
        let person = PersonId::generate(now, &random);
        let of = |secret: u8, study: &Study, person| StudyKey::derive(&[secret; 32], study).pseudonym(person);
        let first = of(1, &study, person);
        assert_eq!(first, of(1, &study, person));
        let others = [
            of(2, &study, person),
            of(1, &study, PersonId::generate(now, &random)),
            of(
                1,
                &Study {
                    supplier: SupplierId::generate(now, &random),
                    ..study.clone()
                },
                person,
            ),
            of(
                1,
                &Study {
                    product: ProductId::generate(now, &random),
                    ..study.clone()
                },
                person,
            ),
            of(
                1,
                &Study {
                    purpose: Purpose::ANALYSIS,
                    ..study.clone()
                },
                person,
            ),
            of(
                1,
                &Study {
                    code: StudyCode::parse("lezen-2028").unwrap(),
                    ..study
                },
                person,
            ),
        ];
        let all: std::collections::BTreeSet<_> = others.iter().copied().chain([first]).collect();
        assert_eq!(all.len(), others.len() + 1);
        assert!(!first.text().contains(&person.to_string()) && first.text().len() == 32);
        assert_eq!(format!("{first:?}"), "Pseudonym([personal])");
    }

    #[test]
    fn a_study_has_a_plain_name() {
        for wrong in ["", "Lezen", "a b", "é", &"a".repeat(41)] {
            assert_eq!(StudyCode::parse(wrong), Err(StudyCodeError), "`{wrong}`");
        }
    }
}
