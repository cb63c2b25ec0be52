//! Marks in the personal data of everybody here, so that it is recognised wherever it turns up: in nothing but what is
//! about a person. After its tests a run of the checks searches all that was logged, counted and answered for them.

/// In every family name, user name, e-mail address, key of the administration and user id, and in some given names, in
/// lower or upper case: it is in no word of Dutch or English.
pub const NAME: &str = "kwirr";

/// At the beginning of every ECK iD, behind its segment: nothing else begins like this by chance.
pub const ECK_ID: &str = "5ea1edc0de5ea1ed";
