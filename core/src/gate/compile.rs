//! From records and documents to masks and windows.

use jiff::{Span, civil::Date};

use super::policy::{
    CompiledActivation, CompiledAgreement, CompiledRow, Hands, Needed, PendingAgreement, PolicyInputs, ProductPolicy,
};
use crate::{
    agreement::{AgreementRecord, AnnexDocument, DefectCode, Need, ProductRecord, RowDocument},
    catalogue::{Attribute, AttributeSet, Catalogue, CategorySet, DataCategory, Purpose},
    person::PersonKind,
    time::Timestamp,
};

const DAY: i64 = 24 * 60 * 60;

pub(super) fn product(record: &ProductRecord, inputs: &PolicyInputs, catalogue: &Catalogue) -> ProductPolicy {
    let own = || {
        inputs
            .agreements
            .iter()
            .filter(|agreement| agreement.product == record.product)
    };
    let mut agreements: Vec<_> = own()
        .filter_map(|agreement| accepted(agreement, inputs, catalogue))
        .collect();
    agreements.sort_by_key(|agreement| (agreement.from, agreement.id));
    ProductPolicy {
        supplier: record.supplier,
        agreements: agreements.into(),
        pending: own().filter_map(pending).collect(),
        mandates: inputs
            .mandates
            .iter()
            .filter(|mandate| mandate.supplier == record.supplier)
            .map(|mandate| mandate.window)
            .collect(),
        activations: inputs
            .activations
            .iter()
            .filter(|activation| activation.product == record.product)
            .map(|activation| CompiledActivation {
                window: activation.window,
                accepted_by_school_at: activation.accepted_by_school_at,
                accepted_by_supplier_at: activation.accepted_by_supplier_at,
                scope: activation.scope.clone(),
            })
            .collect(),
    }
}

fn pending(record: &AgreementRecord) -> Option<PendingAgreement> {
    let pending = PendingAgreement {
        id: record.id,
        model: record.annex.document().model,
        window: record.window,
        accepted_by_board: record.accepted_by_board_at.is_some(),
        accepted_by_supplier: record.accepted_by_supplier_at.is_some(),
    };
    (!pending.accepted_by_board || !pending.accepted_by_supplier).then_some(pending)
}

fn accepted(record: &AgreementRecord, inputs: &PolicyInputs, catalogue: &Catalogue) -> Option<CompiledAgreement> {
    let (board, supplier) = record.accepted_by_board_at.zip(record.accepted_by_supplier_at)?;
    let document = record.annex.document();
    Some(CompiledAgreement {
        id: record.id,
        annex_hash: record.annex.hash(),
        model: document.model,
        from: record.window.from.max(board).max(supplier),
        until: record.window.until,
        suspensions: record.suspensions.clone().into(),
        rows: rows(record, inputs, catalogue),
        modules: document.modules.iter().map(|module| module.code.clone()).collect(),
        login: login(document),
        second_factor: document.second_factor,
        seconds_after_leaving: document.retention.days_after_leaving.map(|days| i64::from(days) * DAY),
        receivers: document
            .receivers
            .iter()
            .filter_map(|receiver| Some((receiver.supplier?, receiver.purposes.iter().copied().collect())))
            .collect(),
        hands: hands(document),
    })
}

fn rows(record: &AgreementRecord, inputs: &PolicyInputs, catalogue: &Catalogue) -> Box<[CompiledRow]> {
    let document = record.annex.document();
    let defects = document.defects(catalogue);
    let compiled = document.rows.iter().enumerate().map(|(index, row)| {
        let module = document.modules.iter().position(|module| module.code == row.module);
        let need = module
            .and_then(|place| document.modules.get(place))
            .map(|module| module.need);
        let approvals = || {
            let own = inputs.approvals.iter();
            let own = own.filter(|approval| approval.agreement == record.id && approval.module == row.module);
            own.map(|approval| approval.window).collect()
        };
        let mut codes = defects
            .iter()
            .filter(|defect| defect.row.is_none_or(|place| place == index));
        // A missing ground has a reason of its own, unless the row is wrong in another way too.
        let other = codes
            .clone()
            .find(|defect| defect.code != DefectCode::SpecialGroundMissing);
        CompiledRow {
            module,
            approvals: (need == Some(Need::Optional)).then(approvals),
            purposes: row
                .purposes
                .iter()
                .filter_map(|code| Purpose::parse(code).ok())
                .collect(),
            pupils: attributes(row, PersonKind::Pupil, catalogue),
            staff: attributes(row, PersonKind::Staff, catalogue),
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

fn login(document: &AnnexDocument) -> Needed {
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
    Needed {
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
