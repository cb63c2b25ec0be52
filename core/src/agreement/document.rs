//! The privacy annex as a document, in one form for all models: what a supplier offers and a board accepts, word for word.
//!
//! Codes stay texts here, also the wrong ones: a document is evidence and is not repaired. The lint reads them.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{CategoryTick, Model, Particulars, Retention, TicksDocument, particulars::is_false};
use crate::{
    catalogue::{Attribute, DataCategory, Label, Purpose},
    id::SupplierId,
    person::PersonKind,
};

/// The privacy annex of one product, with what the gate needs of the other annexes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnnexDocument {
    /// The model. Whether it [links](Model::links) purposes and categories says which of `rows` and `ticks` is there.
    pub model: Model,
    /// The product.
    pub product: ProductDocument,
    /// Who agrees.
    pub parties: Parties,
    /// Which version this is.
    pub version: AnnexVersion,
    /// The parts that can be approved apart.
    pub modules: Vec<ModuleDocument>,
    /// Table 1: what happens, why, and with which data. Never empty in a model that links them, and empty in the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowDocument>,
    /// Why and with which data, each for itself, in the models that do not link them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticks: Option<TicksDocument>,
    /// What may go with a login (model 4.0, article 7.4).
    pub login: LoginSet,
    /// Whether a login needs a second factor.
    pub second_factor: bool,
    /// What deviates from the model, with its motivation (annex 3).
    pub deviations: Vec<Deviation>,
    /// How long data are kept.
    pub retention: Retention,
    /// Where data are processed (part G).
    pub places: Vec<PlaceDocument>,
    /// Who works for the processor (part H).
    pub sub_processors: Vec<SubProcessorDocument>,
    /// Who may receive data under D5 and D11.
    pub receivers: Vec<ReceiverDocument>,
    /// What it says beside that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub particulars: Option<Particulars>,
}

/// The product that an annex is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProductDocument {
    /// Its name.
    pub name: String,
    /// What it does.
    pub description: Label,
    /// A page about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// The two sides. An offer does not name the controller yet: its acceptance does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parties {
    /// The supplier or distributor.
    pub processor: Party,
    /// The board, if the document is made for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub controller: Option<Party>,
}

/// One side of the agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Party {
    /// The name with its legal form.
    pub name: String,
    /// A number in a public register: KvK, BRIN or RIO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_number: Option<String>,
    /// Where it has its seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// What the document calls it elsewhere, where that may be another legal person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_named: Vec<String>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// The version of an annex.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnnexVersion {
    /// Its number. A draft may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its date. A draft may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// What is printed in the place of a date that names no day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub printed: Option<String>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// A part of the product that can be approved apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModuleDocument {
    /// The code that rows and approvals use.
    pub code: ModuleCode,
    /// Its name.
    pub name: Label,
    /// Whether the product works without it.
    pub need: Need,
    /// Whether it counts as approved once a school has switched it on in practice. It is the school that says when it has.
    #[serde(default, skip_serializing_if = "is_false")]
    pub approved_by_use: bool,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// Whether a module belongs to the product or is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Need {
    /// Inseparable from the product.
    Necessary,
    /// Inactive until a school approves it.
    Optional,
}

/// One row of table 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RowDocument {
    /// The module.
    pub module: ModuleCode,
    /// Codes of processings, V1 to V4.
    pub processings: Vec<String>,
    /// Codes of purposes, D1 to D22.
    pub purposes: Vec<String>,
    /// Codes of pupils' data, CD1 to CD29.
    pub pupil_categories: Vec<String>,
    /// Codes of staff's data, CM1 to CM29.
    pub staff_categories: Vec<String>,
    /// Whether this row rests on the consent of the person.
    pub rests_on_consent: bool,
    /// The purpose that D22 stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_purpose: Option<Label>,
    /// The attributes that CD29 or CM29 stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_data: Option<Vec<Attribute>>,
    /// The legal ground for special categories (GDPR 9).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special_ground: Option<Label>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// The attributes that may go with a login; in model 4.0 the ECK iD beside them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LoginSet {
    /// Of pupils.
    pub pupil: Vec<Attribute>,
    /// Of staff.
    pub staff: Vec<Attribute>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// A deviation from the model, with its motivation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deviation {
    /// The article that it deviates from.
    pub article: String,
    /// For article 7.4: the attributes that go with a login on top of the set.
    pub attributes: Vec<Attribute>,
    /// Why.
    pub motivation: Label,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// A country by its two letters (ISO 3166-1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CountryCode(String);

impl CountryCode {
    /// Where a document names the Union and no country.
    pub(super) const UNION: &str = "EU";

    /// The two letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it belongs to the European Economic Area. So does the Union as a whole.
    pub fn is_in_eea(&self) -> bool {
        const EEA: [&str; 31] = [
            "AT",
            "BE",
            "BG",
            "CY",
            "CZ",
            "DE",
            "DK",
            "EE",
            "ES",
            "FI",
            "FR",
            "GR",
            "HR",
            "HU",
            "IE",
            "IS",
            "IT",
            "LI",
            "LT",
            "LU",
            "LV",
            "MT",
            "NL",
            "NO",
            "PL",
            "PT",
            "RO",
            "SE",
            "SI",
            "SK",
            CountryCode::UNION,
        ];
        EEA.contains(&self.as_str())
    }
}

/// Where somebody processes the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlaceDocument {
    /// Who: the processor or one of the sub-processors, by name.
    pub party: String,
    /// The country.
    pub country: CountryCode,
    /// The country of the back-ups.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_up_country: Option<CountryCode>,
    /// By what the data are safe outside the EEA (GDPR 44 to 49).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safeguards: Option<Label>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// Somebody who processes data for the processor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubProcessorDocument {
    /// The name.
    pub name: String,
    /// What it does.
    pub task: Label,
    /// Where it does so.
    pub country: CountryCode,
    /// Codes of pupils' data.
    pub pupil_categories: Vec<String>,
    /// Codes of staff's data.
    pub staff_categories: Vec<String>,
    /// When it was announced as a change; absent for one that was listed from the first signature on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Date>,
    /// By what the data are safe outside the EEA (GDPR 44 to 49).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safeguards: Option<Label>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// Somebody who may receive data under D5 or D11.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReceiverDocument {
    /// The name.
    pub name: String,
    /// The supplier under which it is known here; without it, nothing can be sent to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<SupplierId>,
    /// For which of the two purposes.
    pub purposes: Vec<Purpose>,
    /// Whether nobody agreed on it: it was made up to show a document that can run.
    #[serde(default, skip_serializing_if = "is_false")]
    pub invented: bool,
}

/// Every code that an annex has, wherever it stands in it, in order and once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes {
    /// Of purposes.
    pub purposes: BTreeSet<String>,
    /// Of pupils' data.
    pub pupil_categories: BTreeSet<String>,
    /// Of staff's data.
    pub staff_categories: BTreeSet<String>,
}

impl AnnexDocument {
    /// The codes of purposes and categories in rows and ticks.
    pub fn codes(&self) -> Codes {
        let mut codes = Codes::default();
        for row in &self.rows {
            codes.purposes.extend(row.purposes.iter().cloned());
            codes.pupil_categories.extend(row.pupil_categories.iter().cloned());
            codes.staff_categories.extend(row.staff_categories.iter().cloned());
        }
        if let Some(ticks) = &self.ticks {
            let of = |ticked: &[CategoryTick]| ticked.iter().map(|tick| tick.code.clone()).collect::<Vec<_>>();
            codes
                .purposes
                .extend(ticks.purposes.iter().map(|tick| tick.code.clone()));
            codes.pupil_categories.extend(of(&ticks.pupil_categories));
            codes.staff_categories.extend(of(&ticks.staff_categories));
        }
        codes
    }

    /// Whether somebody is the processor or one of its sub-processors.
    pub(super) fn lists(&self, party: &str) -> bool {
        party == self.parties.processor.name || self.sub_processors.iter().any(|listed| listed.name == party)
    }

    /// Whether a module of this code belongs to the product.
    pub(super) fn has_module(&self, code: &ModuleCode) -> bool {
        self.modules.iter().any(|module| module.code == *code)
    }

    /// Whether a part is necessary or waits for the approval of a school; `None` when the annex has no such part. The parts
    /// are its modules and, where it does not link them, the categories that it ticks: `cd18` for `CD18`.
    pub fn need_of(&self, part: &str) -> Option<Need> {
        let module = self.modules.iter().find(|module| module.code.as_str() == part);
        let tick = || {
            let mut ticks = self.ticks.iter().flat_map(TicksDocument::categories);
            ticks.find(|(kind, tick)| tick.part(*kind).is_some_and(|code| code.as_str() == part))
        };
        module
            .map(|module| module.need)
            .or_else(|| tick().map(|(_, tick)| tick.need()))
    }
}

/// The code of a part that can be approved: lower-case letters, digits and hyphens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleCode(Box<str>);

/// The text is no code of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a module code is 1 to 40 lower-case letters, digits and hyphens, a letter first")]
pub struct ModuleCodeError;

impl ModuleCode {
    /// Reads a code.
    ///
    /// # Errors
    /// When it is of another form.
    pub fn parse(text: &str) -> Result<Self, ModuleCodeError> {
        let rest = text.strip_prefix(|first: char| first.is_ascii_lowercase());
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.len() <= 40 && rest.is_some_and(|rest| rest.bytes().all(allowed)) {
            Ok(Self(text.into()))
        } else {
            Err(ModuleCodeError)
        }
    }

    /// The part that an optional category is, where an annex does not link it. INVARIANT: no module of such an annex has
    /// a code of this form; its schema says so.
    pub(super) fn of_category(category: DataCategory, kind: PersonKind) -> Self {
        Self(category.code(kind).to_ascii_lowercase().into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl Serialize for ModuleCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for ModuleCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn module_codes_are_plain() {
        assert_eq!(ModuleCode::parse("oefenen-2").unwrap().as_str(), "oefenen-2");
        for wrong in ["", "2x", "Oefenen", "a b", "-a", "a_b", &"a".repeat(41)] {
            assert_eq!(ModuleCode::parse(wrong), Err(ModuleCodeError), "`{wrong}`");
        }
    }

    #[test]
    fn the_eea_is_the_union_with_iceland_liechtenstein_and_norway() {
        for (code, inside) in [
            ("NL", true),
            ("NO", true),
            ("LI", true),
            ("EU", true),
            ("GB", false),
            ("CH", false),
            ("US", false),
        ] {
            assert_eq!(CountryCode(code.to_owned()).is_in_eea(), inside, "{code}");
        }
    }
}
