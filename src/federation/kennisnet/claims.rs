//! Reading userinfo: every attribute by an ordered list of names, as text or as a list, however deep.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use sluis_core::{
    identifier::{EckId, EckIdRules, leak_guard},
    personal::Personal,
};

use super::{Affiliation, KennisnetError, Organisation};

/// A userinfo answer.
pub(super) struct Claims(Map<String, Value>);

impl Claims {
    /// Reads the answer; it must be one JSON object.
    pub(super) fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().map(Self)
    }

    /// Whom it is about. Only a plain text counts.
    pub(super) fn sub(&self) -> Option<&str> {
        self.0.get("sub").and_then(Value::as_str)
    }

    /// How the person was authenticated, joined by spaces.
    pub(super) fn acr(&self) -> Option<&str> {
        self.0.get("acr").and_then(Value::as_str)
    }

    /// The entity id of the school's own login service.
    pub(super) fn authenticating_authority(&self) -> Option<String> {
        self.named("authenticating_authority")
            .first()
            .copied()
            .map(str::to_owned)
    }

    /// An attribute about a person that is no key. One that seems to hold a national number is not taken in.
    pub(super) fn text(&self, aliases: &[String]) -> Option<Personal<String>> {
        let value = self.first(aliases)?;
        leak_guard::find(value)
            .is_none()
            .then(|| Personal::new(value.to_owned()))
    }

    /// An attribute by which a person may be known.
    pub(super) fn key(
        &self,
        attribute: &'static str,
        aliases: &[String],
    ) -> Result<Option<Personal<String>>, KennisnetError> {
        self.first(aliases)
            .map(|value| key_without_national_number(attribute, value))
            .transpose()
    }

    /// The ECK iD. It is never chosen from several.
    pub(super) fn eck_id(&self, aliases: &[String], rules: &EckIdRules) -> Result<Option<EckId>, KennisnetError> {
        match *BTreeSet::from_iter(self.values(aliases))
            .into_iter()
            .collect::<Vec<_>>()
        {
            [] => Ok(None),
            [value] => Ok(Some(rules.parse(value)?)),
            _ => Err(KennisnetError::EckIdAmbiguous),
        }
    }

    /// All roles.
    pub(super) fn affiliations(&self, aliases: &[String]) -> BTreeSet<Affiliation> {
        self.values(aliases).into_iter().map(Affiliation::read).collect()
    }

    /// The school, when the first name that holds a BRIN holds only that one.
    pub(super) fn organisation(&self, aliases: &[String]) -> Option<Organisation> {
        let known = aliases
            .iter()
            .map(|alias| self.named(alias))
            .map(|values| values.into_iter().filter_map(Organisation::read).collect::<Vec<_>>())
            .find(|known| !known.is_empty())?;
        let (first, rest) = known.split_first()?;
        rest.iter().all(|other| other == first).then_some(*first)
    }

    fn first(&self, aliases: &[String]) -> Option<&str> {
        self.values(aliases).first().copied()
    }

    /// The values by the first name that has any.
    fn values(&self, aliases: &[String]) -> Vec<&str> {
        aliases
            .iter()
            .map(|alias| self.named(alias))
            .find(|values| !values.is_empty())
            .unwrap_or_default()
    }

    fn named(&self, name: &str) -> Vec<&str> {
        let mut values = Vec::new();
        if let Some(value) = self.0.get(name) {
            flatten(value, &mut values);
        }
        values
    }
}

/// The texts in a value, trimmed; what is empty is absent.
fn flatten<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(text) if !text.trim().is_empty() => into.push(text.trim()),
        Value::Array(values) => values.iter().for_each(|value| flatten(value, into)),
        _ => {}
    }
}

/// Takes an identifier, unless it seems to hold a national number.
pub(super) fn key_without_national_number(
    attribute: &'static str,
    value: &str,
) -> Result<Personal<String>, KennisnetError> {
    // A digest or UUID holds runs of digits by chance: looking into it would lock out people at random.
    let is_digest = |part: &&str| part.len() >= 32 && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    if value
        .split('@')
        .filter(|part| !is_digest(part))
        .any(|part| leak_guard::find(part).is_some())
    {
        return Err(KennisnetError::NationalNumber { attribute });
    }
    Ok(Personal::new(value.to_owned()))
}
