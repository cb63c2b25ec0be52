//! What would change in practice when one annex takes the place of another.
//!
//! Promises: equal documents differ in nothing; the difference is the same the other way round, with what is added and removed
//! changed about; whatever attribute the gate would give out for a purpose by one annex and not by the other is named.
//! Deliberately absent: words that change nothing in practice, like descriptions, names of modules and motivations.

mod words;

use std::collections::BTreeSet;

use super::{Annex, DefectCode, Model, ModuleCode, Need, Row, Terms};
use crate::{
    catalogue::{Attribute, AttributeSet, Catalogue, CategorySet, DataCategory, Label, Purpose},
    id::SupplierId,
    person::PersonKind,
};

/// Whether something comes in or goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Turn {
    /// It holds by the newer annex and not by the older.
    Added,
    /// It holds by the older annex and not by the newer.
    Removed,
}

impl Turn {
    /// The word in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }
}

/// What has to be there before a row permits something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Way {
    /// The optional parts that a school has to approve, all of them.
    pub parts: BTreeSet<ModuleCode>,
    /// Whether the person has to consent.
    pub consent: bool,
}

impl Way {
    /// Whether whoever can go the other way can go this one.
    fn is_as_wide_as(&self, other: &Self) -> bool {
        self.parts.is_subset(&other.parts) && (!self.consent || other.consent)
    }
}

/// One thing that holds by an annex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Item {
    /// It follows this model, and articles have its numbers.
    Model(Model),
    /// This part belongs to it.
    Module {
        /// Its code.
        code: ModuleCode,
        /// Whether a school has to approve it.
        optional: bool,
    },
    /// Data of this kind of person are processed for this purpose.
    Purpose {
        /// Of whom.
        kind: PersonKind,
        /// Why.
        purpose: Purpose,
    },
    /// Data of this category are processed.
    Category {
        /// Of whom.
        kind: PersonKind,
        /// Which.
        category: DataCategory,
    },
    /// These attributes are processed for this purpose.
    Use {
        /// Of whom.
        kind: PersonKind,
        /// Why.
        purpose: Purpose,
        /// What has to be there first.
        way: Way,
        /// Which: all of them in one point.
        attributes: Vec<Attribute>,
    },
    /// These attributes may go with a login.
    Login {
        /// Of whom.
        kind: PersonKind,
        /// Which.
        attributes: Vec<Attribute>,
    },
    /// A login needs a second factor.
    SecondFactor,
    /// How many days security and continuity go on after somebody left; `None` is not at all.
    DaysAfterLeaving(Option<u32>),
    /// Within how many days after the end data are returned and destroyed.
    DaysAfterEnd(u32),
    /// The processor has this name.
    Processor(String),
    /// Somebody processes here.
    Place {
        /// Who.
        party: String,
        /// In which country.
        country: String,
        /// Where the back-ups are.
        back_up_country: Option<String>,
    },
    /// Somebody works for the processor.
    SubProcessor {
        /// Who.
        name: String,
        /// In which country.
        country: String,
        /// Codes of the categories that it sees.
        categories: BTreeSet<String>,
        /// The day on which it was announced as a change.
        announced: Option<String>,
    },
    /// Somebody may receive data.
    Receiver {
        /// Who.
        name: String,
        /// As whom it is known here.
        supplier: Option<SupplierId>,
        /// For what.
        purpose: Purpose,
    },
    /// The annex has a defect, and its row permits nothing.
    Defect {
        /// What is wrong.
        code: DefectCode,
        /// Where, as a JSON pointer.
        place: String,
    },
}

impl Item {
    /// The word in answers.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Model(_) => "model",
            Self::Module { .. } => "module",
            Self::Purpose { .. } => "purpose",
            Self::Category { .. } => "category",
            Self::Use { .. } => "use",
            Self::Login { .. } => "login",
            Self::SecondFactor => "second_factor",
            Self::DaysAfterLeaving(_) => "days_after_leaving",
            Self::DaysAfterEnd(_) => "days_after_end",
            Self::Processor(_) => "processor",
            Self::Place { .. } => "place",
            Self::SubProcessor { .. } => "sub_processor",
            Self::Receiver { .. } => "receiver",
            Self::Defect { .. } => "defect",
        }
    }
}

/// One point in which two annexes differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Whether it comes in or goes.
    pub turn: Turn,
    /// What.
    pub item: Item,
    /// What it means, in a sentence.
    pub sentence: Label,
}

/// In what two annexes differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The points, in the order of the annex; of each kind what goes after what comes in.
    pub points: Vec<Point>,
}

impl Difference {
    /// What changes when one annex takes the place of another; of nothing, when there was none before.
    pub fn between(from: Option<&Annex>, to: &Annex, catalogue: &Catalogue) -> Self {
        let before = from.map_or_else(BTreeSet::new, |annex| items(annex, catalogue));
        let after = items(to, catalogue);
        let turned = |turn, these: &BTreeSet<Item>, others: &BTreeSet<Item>| {
            let changed = these.difference(others).cloned();
            gathered(changed)
                .into_iter()
                .map(move |item| (turn, item))
                .collect::<Vec<_>>()
        };
        let mut points = turned(Turn::Added, &after, &before);
        points.extend(turned(Turn::Removed, &before, &after));
        points.sort_by(|(turn, item), (other_turn, other)| (place(item), turn).cmp(&(place(other), other_turn)));
        let annexes = words::Annexes { from, to };
        let point = |(turn, item)| Point {
            turn,
            sentence: annexes.sentence(turn, &item, catalogue),
            item,
        };
        Self {
            points: points.into_iter().map(point).collect(),
        }
    }

    /// Whether nothing would change.
    pub const fn is_empty(&self) -> bool {
        self.points.is_empty()
    }
}

/// The order in which people read about it.
const fn place(item: &Item) -> u8 {
    match item {
        Item::Model(_) => 0,
        Item::Module { .. } => 1,
        Item::Purpose { .. } => 2,
        Item::Category { .. } => 3,
        Item::Use { .. } => 4,
        Item::Login { .. } => 5,
        Item::SecondFactor => 6,
        Item::DaysAfterLeaving(_) => 7,
        Item::DaysAfterEnd(_) => 8,
        Item::Processor(_) => 9,
        Item::Place { .. } => 10,
        Item::SubProcessor { .. } => 11,
        Item::Receiver { .. } => 12,
        Item::Defect { .. } => 13,
    }
}

/// Attributes that change in the same way are one point.
fn gathered(items: impl Iterator<Item = Item>) -> Vec<Item> {
    let mut found: Vec<Item> = Vec::new();
    for item in items {
        let same = found.iter_mut().find_map(|other| match (other, &item) {
            (
                Item::Use {
                    kind,
                    purpose,
                    way,
                    attributes,
                },
                Item::Use {
                    kind: of,
                    purpose: for_what,
                    way: how,
                    attributes: more,
                },
            ) if (&*kind, &*purpose, &*way) == (of, for_what, how) => Some((attributes, more)),
            (
                Item::Login { kind, attributes },
                Item::Login {
                    kind: of,
                    attributes: more,
                },
            ) if kind == of => Some((attributes, more)),
            _ => None,
        });
        match same {
            Some((attributes, more)) => attributes.extend(more),
            None => found.push(item),
        }
    }
    found
}

/// Everything that holds by an annex, each attribute by itself.
fn items(annex: &Annex, catalogue: &Catalogue) -> BTreeSet<Item> {
    let (document, terms) = (annex.document(), annex.terms(catalogue));
    let mut items = BTreeSet::from([
        Item::Model(document.model),
        Item::DaysAfterLeaving(document.retention.days_after_leaving),
        Item::Processor(document.parties.processor.name.clone()),
    ]);
    items.extend(document.retention.days_after_end.map(Item::DaysAfterEnd));
    items.extend(terms.second_factor.then_some(Item::SecondFactor));
    items.extend(terms.modules.iter().map(|code| Item::Module {
        code: code.clone(),
        optional: document.need_of(code.as_str()) == Some(Need::Optional),
    }));
    for kind in PersonKind::ALL {
        items.extend(uses(terms, kind, catalogue));
        items.extend(terms.login.of(kind).iter().map(|attribute| Item::Login {
            kind,
            attributes: vec![attribute],
        }));
    }
    items.extend(document.places.iter().map(|place| {
        Item::Place {
            party: place.party.clone(),
            country: place.country.as_str().to_owned(),
            back_up_country: place
                .back_up_country
                .as_ref()
                .map(|country| country.as_str().to_owned()),
        }
    }));
    items.extend(document.sub_processors.iter().map(|party| {
        Item::SubProcessor {
            name: party.name.clone(),
            country: party.country.as_str().to_owned(),
            categories: party
                .pupil_categories
                .iter()
                .chain(&party.staff_categories)
                .cloned()
                .collect(),
            announced: party.announced.map(|day| day.to_string()),
        }
    }));
    items.extend(document.receivers.iter().flat_map(|receiver| {
        receiver.purposes.iter().map(|purpose| Item::Receiver {
            name: receiver.name.clone(),
            supplier: receiver.supplier,
            purpose: *purpose,
        })
    }));
    let defects = document.defects(catalogue).into_iter();
    items.extend(defects.map(|defect| Item::Defect {
        code: defect.code,
        place: defect.place,
    }));
    items
}

/// What has to be there before a row permits a purpose: one of these.
fn ways(terms: &Terms, purpose: Purpose, row: &Row) -> Vec<Way> {
    let condition = terms.condition(purpose);
    let own = row.module.filter(|_| row.optional);
    let way = |parts: [Option<usize>; 2]| Way {
        parts: parts
            .into_iter()
            .flatten()
            .filter_map(|place| terms.modules.get(place).cloned())
            .collect(),
        consent: condition.rests_on_consent || row.rests_on_consent,
    };
    if condition.parts.is_empty() {
        return vec![way([own, None])];
    }
    condition.parts.iter().map(|part| way([own, Some(*part)])).collect()
}

/// What is done with the data of one kind of person. A row with a defect permits nothing.
fn uses(terms: &Terms, kind: PersonKind, catalogue: &Catalogue) -> BTreeSet<Item> {
    let mut found = BTreeSet::new();
    let mut categories = CategorySet::EMPTY;
    for purpose in Purpose::ALL {
        let rows: Vec<_> = terms
            .rows_for(purpose, kind)
            .map(|(_, row)| row)
            .filter(|row| row.defect.is_none())
            .flat_map(|row| {
                let ways = ways(terms, purpose, row);
                ways.into_iter().map(move |way| (way, row.attributes_of(kind)))
            })
            .collect();
        let all = rows.iter().fold(AttributeSet::EMPTY, |all, (_, some)| all.union(*some));
        categories = categories.union(catalogue.categories_of(all));
        found.extend((!rows.is_empty()).then_some(Item::Purpose { kind, purpose }));
        for attribute in all.iter() {
            let ways: BTreeSet<&Way> = rows
                .iter()
                .filter(|(_, some)| some.contains(attribute))
                .map(|(way, _)| way)
                .collect();
            // Who need not ask is not helped by another row where one has to.
            let widest = ways
                .iter()
                .filter(|way| !ways.iter().any(|other| other != *way && other.is_as_wide_as(way)));
            found.extend(widest.map(|way| Item::Use {
                kind,
                purpose,
                way: (*way).clone(),
                attributes: vec![attribute],
            }));
        }
    }
    found.extend(categories.iter().map(|category| Item::Category { kind, category }));
    found
}
