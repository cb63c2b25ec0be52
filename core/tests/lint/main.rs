//! The linter against the documents of `examples/agreements`, against each of its codes, and its repairs against itself.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::indexing_slicing, reason = "a test stops at what it did not expect")]

mod documents;
mod findings;
mod repairs;

use std::{fs, path::PathBuf};

use jiff::civil::{Date, date};
use serde_json::Value;
use sluis_core::{
    agreement::{Annex, Finding},
    catalogue::Catalogue,
};

/// The documents, each as it stands and repaired.
const DOCUMENTS: [&str; 5] = ["leapo", "qubo", "qompas", "op-school", "mbo-generic"];

/// Those that were made here.
const OWN: [&str; 2] = ["rekenbaai", "sluis"];

/// The day on which they are read.
const TODAY: Date = date(2026, 11, 29);

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    let file = folder("../examples/agreements").join(format!("{name}.json"));
    fs::read_to_string(file).unwrap()
}

fn document(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

fn all() -> Vec<String> {
    let documents = DOCUMENTS
        .iter()
        .flat_map(|name| [(*name).to_owned(), format!("{name}.repaired")]);
    documents.chain(OWN.map(str::to_owned)).collect()
}

fn parse(document: &Value) -> Annex {
    Annex::parse(document.to_string().as_bytes()).unwrap()
}

fn lint(document: &Value) -> Vec<Finding> {
    parse(document).document().lint(Catalogue::built_in(), TODAY)
}
