//! BRIN numbers: the institution and its branch.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The registration number of an institution: two digits and two capitals, for example `99DE`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Brin4([u8; 4]);

/// A branch of an institution: two digits; `00` is the main branch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Branch([u8; 2]);

/// Institution and branch together, for example `99DE00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Brin6 {
    /// The institution.
    pub institution: Brin4,
    /// The branch.
    pub branch: Branch,
}

/// The text is not a BRIN of the form that was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrinError {
    /// Not two digits and two capitals.
    #[error("a BRIN is two digits and two capitals, for example `99DE`")]
    Institution,
    /// Not two digits.
    #[error("a branch is two digits, for example `00`")]
    Branch,
    /// Not a BRIN followed by a branch.
    #[error("a BRIN with branch is a BRIN and two digits, for example `99DE00`")]
    InstitutionAndBranch,
}

impl Brin4 {
    /// Reads `ddLL`.
    ///
    /// # Errors
    /// When the text has any other form; lower case is refused, not repaired.
    pub fn parse(text: &str) -> Result<Self, BrinError> {
        match text.as_bytes() {
            &[a, b, c, d]
                if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_uppercase() && d.is_ascii_uppercase() =>
            {
                Ok(Self([a, b, c, d]))
            }
            _ => Err(BrinError::Institution),
        }
    }

    /// The four characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Branch {
    /// The main branch, `00`, which a message may also leave out.
    pub const MAIN: Self = Self(*b"00");

    /// Reads two digits.
    ///
    /// # Errors
    /// When the text has any other form.
    pub fn parse(text: &str) -> Result<Self, BrinError> {
        match text.as_bytes() {
            &[a, b] if a.is_ascii_digit() && b.is_ascii_digit() => Ok(Self([a, b])),
            _ => Err(BrinError::Branch),
        }
    }

    /// The two digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Brin6 {
    /// Reads `ddLLdd`.
    ///
    /// # Errors
    /// When the text has any other form.
    pub fn parse(text: &str) -> Result<Self, BrinError> {
        let (institution, branch) = text.split_at_checked(4).ok_or(BrinError::InstitutionAndBranch)?;
        Ok(Self {
            institution: Brin4::parse(institution).map_err(|_| BrinError::InstitutionAndBranch)?,
            branch: Branch::parse(branch).map_err(|_| BrinError::InstitutionAndBranch)?,
        })
    }
}

impl fmt::Display for Brin4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Display for Brin6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.institution, self.branch)
    }
}

macro_rules! as_text {
    ($($type:ty),+) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $type {
            type Err = BrinError;
            fn from_str(text: &str) -> Result<Self, BrinError> {
                Self::parse(text)
            }
        }
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}
as_text!(Brin4, Branch, Brin6);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn institutions_are_two_digits_and_two_capitals() {
        for good in ["99DE", "20DP", "01AB"] {
            assert_eq!(Brin4::parse(good).unwrap().to_string(), good);
        }
        for bad in ["", "ENTREE", "1ABC", "99de", "AB12", "99DE0", "٩٩DE", "99DÉ"] {
            assert_eq!(Brin4::parse(bad), Err(BrinError::Institution), "`{bad}`");
        }
    }

    #[test]
    fn branches_are_two_digits() {
        assert_eq!(Brin6::parse("99DE03").unwrap().branch, Branch::parse("03").unwrap());
        assert_eq!(Brin6::parse("99DE00").unwrap().branch, Branch::MAIN);
        for bad in ["99DE", "99DE0", "99DE0A", "99dé00", "é"] {
            assert!(Brin6::parse(bad).is_err(), "`{bad}`");
        }
    }
}
