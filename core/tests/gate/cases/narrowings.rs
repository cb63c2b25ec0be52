//! Random narrowings: a school takes a category from a purpose.

use proptest::{prelude::*, sample::select};
use sluis_core::{
    agreement::NarrowingRecord,
    catalogue::{DataCategory, Purpose},
};

use super::{id, window};

pub(super) fn narrowing() -> impl Strategy<Value = NarrowingRecord> {
    let purposes = select(vec!["D1", "D3", "D5", "D7", "D12", "D13", "D14", "D22"]);
    let categories = select(vec![
        "CD1", "CD3", "CD12", "CD14", "CD18", "CD20", "CD29", "CM1", "CM10",
    ]);
    (0u128..3, purposes, categories, window()).prop_map(|(agreement, purpose, code, window)| {
        let (kind, category) = DataCategory::parse(code).unwrap();
        NarrowingRecord {
            id: id(960),
            agreement: id(500 + agreement),
            purpose: Purpose::parse(purpose).unwrap(),
            kind,
            category,
            window,
        }
    })
}
