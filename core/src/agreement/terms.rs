//! What an annex permits, as masks: compiled once, and shared by every school that agreed to the same words.

use jiff::{Span, civil::Date};

use super::{AnnexDocument, AnnexHash, DefectCode, Model, ModuleCode, Need, RowDocument};
use crate::{
    catalogue::{Attribute, AttributeSet, Catalogue, CategorySet, DataCategory, Purpose, PurposeSet},
    id::SupplierId,
    person::{PerKind, PersonKind},
    time::Timestamp,
};

const DAY: i64 = 24 * 60 * 60;

/// An annex without what differs from school to school.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) hash: AnnexHash,
    pub(crate) model: Model,
    rows: Box<[Row]>,
    /// For each purpose the rows that speak of it, as a mask.
    speaking: PerKind<[u64; Purpose::ALL.len()]>,
    pub(crate) modules: Box<[ModuleCode]>,
    /// What may go with a login: ECK iD, attribute set, motivated deviations.
    pub(crate) login: PerKind<AttributeSet>,
    pub(crate) second_factor: bool,
    pub(crate) seconds_after_leaving: Option<i64>,
    pub(crate) receivers: Box<[(SupplierId, PurposeSet)]>,
    pub(crate) hands: Hands,
}

/// Who processes, as far as something is to be said about it.
#[derive(Debug)]
pub(crate) struct Hands {
    pub(crate) outside_eea: Box<[Box<str>]>,
    pub(crate) unlisted: Box<[Box<str>]>,
    pub(crate) sub_processors: Box<[Box<str>]>,
    /// Announced as a change, with the moment at which the term to object is over.
    pub(crate) announced: Box<[(Box<str>, Timestamp)]>,
}

/// One row of table 1.
#[derive(Debug)]
pub(crate) struct Row {
    /// The place of its module. A row without one has a defect: nobody can approve what the annex does not have.
    pub(crate) module: Option<usize>,
    /// Whether it waits for the approval of a school.
    pub(crate) optional: bool,
    purposes: PurposeSet,
    /// `None` for a kind of person that the row does not speak of.
    attributes: PerKind<Option<AttributeSet>>,
    pub(crate) rests_on_consent: bool,
    pub(crate) defect: Option<DefectCode>,
}

impl Row {
    /// Whether it speaks of this purpose for this kind of person.
    fn speaks_of(&self, purpose: Purpose, kind: PersonKind) -> bool {
        self.purposes.contains(purpose) && self.attributes.of(kind).is_some()
    }

    /// The attributes of one kind of person.
    pub(crate) fn attributes_of(&self, kind: PersonKind) -> AttributeSet {
        self.attributes.of(kind).unwrap_or(AttributeSet::EMPTY)
    }
}

impl Terms {
    pub(super) fn compile(document: &AnnexDocument, hash: AnnexHash, catalogue: &Catalogue) -> Self {
        let receivers = document.receivers.iter();
        let rows = rows(document, catalogue);
        Self {
            hash,
            model: document.model,
            speaking: PerKind {
                pupils: speaking(&rows, PersonKind::Pupil),
                staff: speaking(&rows, PersonKind::Staff),
            },
            rows,
            modules: document.modules.iter().map(|module| module.code.clone()).collect(),
            login: login(document),
            second_factor: document.second_factor,
            seconds_after_leaving: document.retention.days_after_leaving.map(|days| i64::from(days) * DAY),
            receivers: receivers
                .filter_map(|receiver| Some((receiver.supplier?, receiver.purposes.iter().copied().collect())))
                .collect(),
            hands: hands(document),
        }
    }

    /// All rows.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The rows that speak of a purpose for a kind of person, each with its place.
    pub(crate) fn rows_for(&self, purpose: Purpose, kind: PersonKind) -> impl Iterator<Item = (usize, &Row)> {
        let masks = match kind {
            PersonKind::Pupil => &self.speaking.pupils,
            PersonKind::Staff => &self.speaking.staff,
        };
        let mut rest = masks.get(usize::from(purpose.number()) - 1).copied().unwrap_or(0);
        std::iter::from_fn(move || {
            let place = usize::try_from(rest.trailing_zeros()).ok()?;
            rest &= rest.wrapping_sub(1);
            self.rows.get(place).map(|row| (place, row))
        })
    }
}

/// INVARIANT: the schema allows 64 rows, so that each has a bit.
fn speaking(rows: &[Row], kind: PersonKind) -> [u64; Purpose::ALL.len()] {
    Purpose::ALL.map(|purpose| {
        let places = rows.iter().enumerate().filter(|(_, row)| row.speaks_of(purpose, kind));
        places.fold(0, |mask, (place, _)| mask | 1 << place)
    })
}

fn rows(document: &AnnexDocument, catalogue: &Catalogue) -> Box<[Row]> {
    let defects = document.defects(catalogue);
    let compiled = document.rows.iter().enumerate().map(|(index, row)| {
        let module = document.modules.iter().position(|module| module.code == row.module);
        let need = module
            .and_then(|place| document.modules.get(place))
            .map(|module| module.need);
        let mut codes = defects
            .iter()
            .filter(|defect| defect.row.is_none_or(|place| place == index));
        // A missing ground has a reason of its own, unless the row is wrong in another way too.
        let other = codes
            .clone()
            .find(|defect| defect.code != DefectCode::SpecialGroundMissing);
        Row {
            module,
            optional: need == Some(Need::Optional),
            purposes: row
                .purposes
                .iter()
                .filter_map(|code| Purpose::parse(code).ok())
                .collect(),
            attributes: PerKind {
                pupils: attributes(row, PersonKind::Pupil, catalogue),
                staff: attributes(row, PersonKind::Staff, catalogue),
            },
            rests_on_consent: row.rests_on_consent,
            defect: other.or_else(|| codes.next()).map(|defect| defect.code),
        }
    });
    compiled.collect()
}

/// The attributes of the categories of one kind of person; `None` when the row lists no category of that kind.
fn attributes(row: &RowDocument, kind: PersonKind, catalogue: &Catalogue) -> Option<AttributeSet> {
    let categories: CategorySet = row.categories(kind).collect();
    let named = row.other_data.iter().flatten().copied().collect();
    let is_other = CategorySet::EMPTY.with(DataCategory::Other);
    let known = catalogue.attributes_of(categories.difference(is_other));
    let other = catalogue
        .attributes_of(categories.intersection(is_other))
        .intersection(named);
    (!categories.is_empty()).then(|| known.union(other))
}

fn login(document: &AnnexDocument) -> PerKind<AttributeSet> {
    let deviations = document
        .deviations
        .iter()
        .filter(|deviation| deviation.article == "7.4");
    let always = AttributeSet::EMPTY.with(Attribute::EckId);
    let always = always.union(
        deviations
            .flat_map(|deviation| &deviation.attributes)
            .copied()
            .collect(),
    );
    let with = |attributes: &[Attribute]| always.union(attributes.iter().copied().collect());
    PerKind {
        pupils: with(&document.login.pupil),
        staff: with(&document.login.staff),
    }
}

fn hands(document: &AnnexDocument) -> Hands {
    let listed = |party: &str| {
        party == document.parties.processor.name || document.sub_processors.iter().any(|listed| listed.name == party)
    };
    let places = document.places.iter().map(|place| {
        let back_up = place.back_up_country.as_ref();
        (
            place.party.as_str(),
            place.country.is_in_eea() && back_up.is_none_or(|country| country.is_in_eea()),
        )
    });
    let others = document
        .sub_processors
        .iter()
        .map(|party| (party.name.as_str(), party.country.is_in_eea()));
    let outside = places
        .chain(others)
        .filter(|(_, inside)| !inside)
        .map(|(party, _)| party);
    let unlisted = document
        .places
        .iter()
        .map(|place| place.party.as_str())
        .filter(|party| !listed(party));
    let announced = document.sub_processors.iter().filter_map(|party| {
        Some((
            party.name.as_str().into(),
            objection_over(party.announced?, document.model.objection_days()?),
        ))
    });
    Hands {
        outside_eea: once(outside),
        unlisted: once(unlisted),
        sub_processors: once(document.sub_processors.iter().map(|party| party.name.as_str())),
        announced: announced.collect(),
    }
}

fn once<'a>(names: impl Iterator<Item = &'a str>) -> Box<[Box<str>]> {
    let mut names: Vec<Box<str>> = names.map(Into::into).collect();
    names.sort_unstable();
    names.dedup();
    names.into()
}

/// The end of the last day of the term that follows the day of the announcement. Counted in UTC, this is an hour or
/// two later than in the Netherlands, never earlier.
fn objection_over(announced: Date, days: i64) -> Timestamp {
    let over = announced.saturating_add(Span::new().days(days.saturating_add(1)));
    let midnight = over
        .to_zoned(jiff::tz::TimeZone::UTC)
        .map(|midnight| midnight.timestamp().as_millisecond());
    Timestamp::from_millis(midnight.unwrap_or(i64::MAX))
}
