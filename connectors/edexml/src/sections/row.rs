//! One object of a delivery, field by field: what is wrong with a field withholds that field and is noted.

use std::io::BufRead;

use sluis_connector_port::{
    ReadError,
    roster::{Day, Field, Finding, FindingKind, Object, RosterField, Skipped, SkippedKind, SourceKey},
};
use sluis_core::{
    identifier::{EckId, EckIdRules, leak_guard},
    personal::Personal,
};
use zeroize::Zeroize;

use crate::xml::Xml;

/// No field of the standards is longer.
const LONGEST: usize = 256;

/// What was withheld and passed over so far.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) warnings: Vec<Finding>,
    pub(super) skipped: Skipped,
}

impl Notes {
    /// Passes over an element that has no place in the vocabulary; its content is not looked at.
    pub(super) fn skip<R: BufRead>(&mut self, xml: &mut Xml<R>, kind: SkippedKind) -> Result<(), ReadError> {
        self.skipped.add(kind);
        xml.skip()
    }
}

/// The object that is being read.
pub(super) struct Row<'notes> {
    object: Object,
    position: u32,
    notes: &'notes mut Notes,
}

impl<'notes> Row<'notes> {
    pub(super) const fn new(object: Object, position: u32, notes: &'notes mut Notes) -> Self {
        Self {
            object,
            position,
            notes,
        }
    }

    pub(super) fn skip<R: BufRead>(&mut self, xml: &mut Xml<R>, kind: SkippedKind) -> Result<(), ReadError> {
        self.notes.skip(xml, kind)
    }

    /// A text about a person.
    pub(super) fn personal<R: BufRead>(
        &mut self,
        xml: &mut Xml<R>,
        field: RosterField,
    ) -> Result<Field<Personal<String>>, ReadError> {
        Ok(self.text(xml, field)?.map(Personal::new))
    }

    /// A text about a group or a branch.
    pub(super) fn text<R: BufRead>(
        &mut self,
        xml: &mut Xml<R>,
        field: RosterField,
    ) -> Result<Field<String>, ReadError> {
        let mut raw = xml.text()?;
        let text = raw.trim();
        let wrong = if text.is_empty() {
            return Ok(Field::Empty);
        } else if text.chars().count() > LONGEST {
            Some(FindingKind::TooLong)
        } else if text.contains(char::is_control) {
            Some(FindingKind::ControlCharacter)
        } else {
            leak_guard::find(text).map(|_| FindingKind::NationalNumber)
        };
        let found = match wrong {
            Some(kind) => self.withhold(kind, field),
            None => Field::Value(text.to_owned()),
        };
        raw.zeroize();
        Ok(found)
    }

    /// A code from a list.
    pub(super) fn code<R: BufRead, T>(
        &mut self,
        xml: &mut Xml<R>,
        field: RosterField,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Field<T>, ReadError> {
        self.parsed(xml, field, FindingKind::UnknownCode, parse)
    }

    /// A calendar day.
    pub(super) fn day<R: BufRead>(&mut self, xml: &mut Xml<R>, field: RosterField) -> Result<Field<Day>, ReadError> {
        self.parsed(xml, field, FindingKind::InvalidDate, Day::parse)
    }

    fn parsed<R: BufRead, T>(
        &mut self,
        xml: &mut Xml<R>,
        field: RosterField,
        wrong: FindingKind,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Field<T>, ReadError> {
        let text = xml.text()?;
        Ok(match text.trim() {
            "" => Field::Empty,
            text => match parse(text) {
                Some(value) => Field::Value(value),
                None => self.withhold(wrong, field),
            },
        })
    }

    /// The ECK iD of the present element. It is not repaired: a wrong one is withheld.
    pub(super) fn eck_id<R: BufRead>(&mut self, xml: &Xml<R>, rules: &EckIdRules) -> Field<EckId> {
        match xml.attribute("eckid") {
            None => Field::NotDelivered,
            Some("") => Field::Empty,
            Some(text) => match rules.parse(text) {
                Ok(eck_id) => Field::Value(eck_id),
                Err(error) => self.withhold(error.into(), RosterField::EckId),
            },
        }
    }

    /// The key of a person. One that seems to be a national number does not enter the service.
    pub(super) fn person_key<R: BufRead, Of>(&mut self, xml: &Xml<R>) -> Field<SourceKey<Of>> {
        let Some(text) = xml.attribute("key") else {
            return self.withhold(FindingKind::KeyMissing, RosterField::Key);
        };
        match SourceKey::parse(text) {
            Some(_) if leak_guard::find(text).is_some() => self.withhold(FindingKind::NationalNumber, RosterField::Key),
            Some(key) => Field::Value(key),
            None => self.withhold(FindingKind::UnusableKey, RosterField::Key),
        }
    }

    /// The key of a branch or a group, or a reference to one. Without it the delivery does not hold together.
    pub(super) fn key<R: BufRead, Of>(&self, xml: &Xml<R>) -> Result<SourceKey<Of>, ReadError> {
        xml.attribute("key")
            .and_then(SourceKey::parse)
            .ok_or(ReadError::UnusableKey {
                object: self.object,
                position: self.position,
            })
    }

    pub(super) fn withhold<T>(&mut self, kind: FindingKind, field: RosterField) -> Field<T> {
        self.notes.warnings.push(Finding {
            kind,
            object: self.object,
            position: self.position,
            field,
        });
        Field::NotDelivered
    }
}
