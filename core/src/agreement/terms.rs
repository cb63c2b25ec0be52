//! What an annex permits, as masks: compiled once, and shared by every school that agreed to the same words.

use jiff::{Span, civil::Date};

use super::{
    AnnexDocument, AnnexHash, CategoryTick, Clause, Defect, DefectCode, Model, ModuleCode, Need, RowDocument,
    TicksDocument,
    condition::{self, Condition},
};
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
    /// What holds for each purpose in all of its rows.
    conditions: [Condition; Purpose::ALL.len()],
    /// For each purpose the rows that speak of it, as a mask.
    speaking: PerKind<[u64; Purpose::ALL.len()]>,
    /// The parts that can be approved: modules, and optional categories of an annex that does not link them.
    pub(crate) modules: Box<[ModuleCode]>,
    /// What may go with a login: attribute set; by model 4.0 also ECK iD and motivated deviations.
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

/// One row of table 1, or one category that is ticked, with the purposes that the restrictive table gives it.
#[derive(Debug)]
pub(crate) struct Row {
    /// The place of the part that it waits for or belongs to. A row of table 1 without one has a defect: nobody can approve
    /// what the annex does not have.
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
        let modules = parts(document);
        let rows = rows(document, &modules, catalogue);
        Self {
            hash,
            model: document.model,
            speaking: PerKind {
                pupils: speaking(&rows, PersonKind::Pupil),
                staff: speaking(&rows, PersonKind::Staff),
            },
            rows,
            conditions: condition::of_purposes(document, &modules),
            modules,
            login: login(document),
            // The tick of the mbo form asks for one, whatever else is said.
            second_factor: document.second_factor
                || document.particulars.as_ref().and_then(|of| of.confidentiality_high) == Some(true),
            seconds_after_leaving: document.retention.days_after_leaving.map(|days| i64::from(days) * DAY),
            receivers: receivers
                .filter_map(|receiver| Some((receiver.supplier?, receiver.purposes.iter().copied().collect())))
                .collect(),
            hands: hands(document),
        }
    }

    /// What holds for a purpose in all of its rows.
    ///
    /// INVARIANT: a purpose that is wrong in itself is in no row.
    pub(crate) fn condition(&self, purpose: Purpose) -> &Condition {
        let [first, ..] = &self.conditions;
        self.conditions.get(usize::from(purpose.number()) - 1).unwrap_or(first)
    }

    /// What is wrong with a purpose in itself, where the annex lists data of this kind of person; each with the place of a row
    /// that would come after all others.
    pub(crate) fn defects_of(&self, purpose: Purpose, kind: PersonKind) -> impl Iterator<Item = (usize, DefectCode)> {
        let defects = &self.condition(purpose).defects;
        let listed = !defects.is_empty() && self.rows.iter().any(|row| row.attributes.of(kind).is_some());
        let after = self.rows.len();
        let told = defects.iter().filter(move |_| listed);
        told.map(move |defect| (after, *defect))
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

/// INVARIANT: there are at most 64: the schema counts rows and ticks.
fn speaking(rows: &[Row], kind: PersonKind) -> [u64; Purpose::ALL.len()] {
    Purpose::ALL.map(|purpose| {
        let places = rows.iter().enumerate().filter(|(_, row)| row.speaks_of(purpose, kind));
        places.fold(0, |mask, (place, _)| mask | 1 << place)
    })
}

fn parts(document: &AnnexDocument) -> Box<[ModuleCode]> {
    let modules = document.modules.iter().map(|module| module.code.clone());
    let ticks = document.ticks.iter().flat_map(TicksDocument::categories);
    let optional = ticks.filter(|(_, tick)| tick.optional);
    modules
        .chain(optional.filter_map(|(kind, tick)| tick.part(kind)))
        .collect()
}

fn rows(document: &AnnexDocument, modules: &[ModuleCode], catalogue: &Catalogue) -> Box<[Row]> {
    let defects = &document.defects(catalogue);
    let linked = document.rows.iter().enumerate().map(|(index, row)| {
        let module = document.modules.iter().position(|module| module.code == row.module);
        let need = module
            .and_then(|place| document.modules.get(place))
            .map(|module| module.need);
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
            defect: defect_of(index, defects),
        }
    });
    let ticked = document.ticks.iter().flat_map(|ticks| {
        let purposes: PurposeSet = condition::in_order(document, ticks).collect();
        let categories = ticks.categories().enumerate();
        categories.map(move |(index, tick)| of_category(tick, purposes, modules, catalogue, defect_of(index, defects)))
    });
    linked.chain(ticked).collect()
}

/// A missing ground has a reason of its own, unless the row is wrong in another way too. What touches every row counts where
/// the row itself is in order.
fn defect_of(row: usize, defects: &[Defect]) -> Option<DefectCode> {
    let touching = |row| {
        defects
            .iter()
            .filter(move |defect| defect.row == row)
            .map(|defect| defect.code)
    };
    touching(Some(row))
        .find(|code| *code != DefectCode::SpecialGroundMissing)
        .or_else(|| touching(Some(row)).next())
        .or_else(|| touching(None).next())
}

/// Pupils and staff are never in one row, so that who approves a category of the one approves none of the other.
fn of_category(
    (kind, tick): (PersonKind, &CategoryTick),
    listed: PurposeSet,
    modules: &[ModuleCode],
    catalogue: &Catalogue,
    defect: Option<DefectCode>,
) -> Row {
    let category = tick.category(kind);
    let purposes = category.map_or(PurposeSet::EMPTY, |category| catalogue.purposes_of(category));
    let attributes = category.map(|category| {
        let alone = CategorySet::EMPTY.with(category);
        attributes_of(alone, tick.other_data.as_deref(), catalogue)
    });
    let part = tick.part(kind).filter(|_| tick.optional);
    Row {
        module: part.and_then(|part| modules.iter().position(|module| *module == part)),
        optional: tick.optional,
        purposes: purposes.intersection(listed),
        attributes: for_kind(kind, attributes),
        rests_on_consent: false,
        defect,
    }
}

const fn for_kind(kind: PersonKind, value: Option<AttributeSet>) -> PerKind<Option<AttributeSet>> {
    match kind {
        PersonKind::Pupil => PerKind {
            pupils: value,
            staff: None,
        },
        PersonKind::Staff => PerKind {
            pupils: None,
            staff: value,
        },
    }
}

/// The attributes of the categories of one kind of person; `None` when the row lists no category of that kind.
fn attributes(row: &RowDocument, kind: PersonKind, catalogue: &Catalogue) -> Option<AttributeSet> {
    let categories: CategorySet = row.categories(kind).collect();
    (!categories.is_empty()).then(|| attributes_of(categories, row.other_data.as_deref(), catalogue))
}

/// Other data are meant by name.
fn attributes_of(categories: CategorySet, named: Option<&[Attribute]>, catalogue: &Catalogue) -> AttributeSet {
    let named = named.unwrap_or_default().iter().copied().collect();
    let is_other = CategorySet::EMPTY.with(DataCategory::Other);
    let known = catalogue.attributes_of(categories.difference(is_other));
    let other = catalogue
        .attributes_of(categories.intersection(is_other))
        .intersection(named);
    known.union(other)
}

/// Where the model has a rule on the ECK iD, that always goes with a login, and so does what deviates from the rule with a
/// motivation. Elsewhere nothing does but what the document lists.
fn login(document: &AnnexDocument) -> PerKind<AttributeSet> {
    let rule = Clause::ChainIdOnly.article(document.model);
    let always = rule.map_or(AttributeSet::EMPTY, |rule| {
        let deviations = document.deviations.iter();
        let deviations = deviations.filter(|deviation| deviation.article == rule.number);
        let motivated = deviations.flat_map(|deviation| &deviation.attributes).copied();
        motivated.collect::<AttributeSet>().with(Attribute::EckId)
    });
    let with = |attributes: &[Attribute]| always.union(attributes.iter().copied().collect());
    PerKind {
        pupils: with(&document.login.pupil),
        staff: with(&document.login.staff),
    }
}

fn hands(document: &AnnexDocument) -> Hands {
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
    let mentions = document.particulars.iter().flat_map(|of| &of.mentions);
    let mentioned = mentions
        .filter(|mention| mention.processes)
        .map(|mention| mention.party.as_str());
    let unlisted = document
        .places
        .iter()
        .map(|place| place.party.as_str())
        .chain(mentioned)
        .filter(|party| !document.lists(party));
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
