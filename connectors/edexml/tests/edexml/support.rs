//! What the tests of this crate share.

use std::{io::Write, path::PathBuf, process::Command};

use sluis_connector_port::{ReadError, roster::Snapshot};
use sluis_core::identifier::{Brin6, EckIdRules};
use sluis_edexml::{ReadOptions, read, xml::Limits};

pub(crate) const FIXTURE: &str = include_str!("fixtures/primary-school.xml");

pub(crate) fn options() -> ReadOptions {
    ReadOptions {
        school: Brin6::parse("99ZZ00").unwrap(),
        school_year: None,
        eck_id_rules: EckIdRules::new(["pilot".to_owned()]),
        limits: Limits::default(),
    }
}

/// Reads a document of the test school.
pub(crate) fn read_text(text: &str) -> Result<Snapshot, ReadError> {
    read(text.as_bytes(), &options())
}

/// Reads the fixture after one place in it was changed.
pub(crate) fn read_changed(from: &str, to: &str) -> Result<Snapshot, ReadError> {
    assert!(FIXTURE.contains(from), "`{from}` is not in the fixture");
    read_text(&FIXTURE.replacen(from, to, 1))
}

/// A document with one pupil made of these elements.
pub(crate) fn one_pupil(attributes: &str, elements: &str) -> String {
    format!(
        "<EDEX><school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode></school>\
         <leerlingen><leerling {attributes}>{elements}</leerling></leerlingen></EDEX>"
    )
}

/// A published file, where it is at hand; else says so.
pub(crate) fn published(file: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/samples/exchange");
    let file = Some(folder.join(file)).filter(|file| file.exists());
    if file.is_none() {
        writeln!(std::io::stderr(), "SKIPPED: the published files are not at ../shared").unwrap();
    }
    file
}

/// Validates a document against a published schema. Where schema or validator are absent, says so and passes.
pub(crate) fn validate(document: &str, schema: &str) {
    let Some(schema) = published(schema) else { return };
    let file = std::env::temp_dir().join(format!("sluis-edexml-{}.xml", std::process::id()));
    std::fs::write(&file, document).unwrap();
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg(&file)
        .output();
    std::fs::remove_file(&file).unwrap();
    match output {
        Err(error) => {
            let required = std::env::var("SLUIS_TEST_INTEROP").is_ok_and(|value| value == "required");
            assert!(
                !required,
                "the interop tests are required: xmllint cannot be run: {error}"
            );
            writeln!(std::io::stderr(), "SKIPPED: xmllint cannot be run: {error}").unwrap();
        }
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr)),
    }
}
