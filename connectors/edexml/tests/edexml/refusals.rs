//! What is refused as a whole.

use rstest::rstest;
use sluis_connector_port::{
    ReadError,
    roster::{Object, SchoolYear},
};
use sluis_core::identifier::Brin6;
use sluis_edexml::{ReadOptions, read, xml::Limits};

use crate::support::{FIXTURE, one_pupil, options, read_changed, read_text};

fn code(result: Result<impl Sized, ReadError>) -> &'static str {
    result.map(|_| ()).unwrap_err().code().as_str()
}

#[rstest]
#[case("", "data_empty")]
#[case(" \n", "data_empty")]
#[case("<?xml version=\"1.0\"?>", "data_truncated")]
#[case("<?xml version=\"1.0\" encoding=\"UTF-16\"?><EDEX/>", "data_encoding")]
#[case("<?xml version=\"1.0\" encoding=\"EBCDIC-CP-NL\"?><EDEX/>", "data_encoding")]
#[case("502 Bad Gateway", "data_malformed")]
#[case("<html><body/></html>", "data_wrong_format")]
#[case("<EDEX xmlns=\"urn:x\"/>", "data_wrong_format")]
#[case("<edex/>", "data_wrong_format")]
#[case("<x:EDEX/>", "data_malformed")]
#[case("<EDEX></EDEXML>", "data_malformed")]
#[case("<EDEX/>", "data_missing_section")]
#[case("<EDEX><leerlingen/></EDEX>", "data_missing_section")]
#[case("<EDEX a=\"1\" a=\"2\"/>", "data_malformed")]
#[case("<!DOCTYPE EDEX><EDEX/>", "data_doctype")]
#[case("<!DOCTYPE EDEX [<!ENTITY a \"b\">]><EDEX>&a;</EDEX>", "data_doctype")]
#[case("<EDEX><x>&nbsp;</x></EDEX>", "data_missing_section")]
fn documents_that_are_no_roster(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(code(read_text(text)), expected);
}

#[rstest]
#[case("<roepnaam>&leerling;</roepnaam>", "data_undefined_entity")]
#[case("<vreemd>&leerling;</vreemd>", "data_undefined_entity")]
#[case("<vreemd a=\"&leerling;\"/>", "data_undefined_entity")]
#[case("<roepnaam>&#xD800;</roepnaam>", "data_malformed")]
#[case("<roepnaam>a & b</roepnaam>", "data_malformed")]
#[case("<roepnaam>a < b</roepnaam>", "data_malformed")]
fn references_that_are_not_defined(#[case] elements: &str, #[case] expected: &str) {
    assert_eq!(code(read_text(&one_pupil("key=\"1\"", elements))), expected);
}

#[test]
fn a_file_that_breaks_off_anywhere_is_refused() {
    for length in 0..FIXTURE.trim_end().len() {
        let Some(part) = FIXTURE.get(..length) else { continue };
        assert!(
            matches!(code(read_text(part)), "data_truncated" | "data_empty"),
            "after {length} bytes"
        );
    }
}

#[test]
fn something_after_the_end_is_refused() {
    assert!(read_text(&format!("{FIXTURE}<!-- end -->\n")).is_ok());
    assert_eq!(code(read_text(&format!("{FIXTURE}<EDEX/>"))), "data_malformed");
    assert_eq!(code(read_text(&format!("{FIXTURE}end"))), "data_malformed");
}

#[rstest]
#[case(Limits { bytes: 1_000, ..Limits::default() }, ReadError::TooLarge { limit: 1_000 })]
#[case(Limits { depth: 3, ..Limits::default() }, ReadError::TooDeep { limit: 3 })]
#[case(Limits { attributes: 1, ..Limits::default() }, ReadError::TooManyAttributes { limit: 1 })]
#[case(Limits { piece: 20, ..Limits::default() }, ReadError::PieceTooLong { limit: 20 })]
fn limits_hold(#[case] limits: Limits, #[case] expected: ReadError) {
    let options = ReadOptions { limits, ..options() };
    assert_eq!(read(FIXTURE.as_bytes(), &options).unwrap_err(), expected);
}

#[rstest]
#[case(format!("<EDEX a=\"{}", "a".repeat(1 << 20)))]
#[case(format!("<EDEX>{}", "a".repeat(1 << 20)))]
#[case(format!("<EDEX><!--{}", "a".repeat(1 << 20)))]
#[case(format!("<!DOCTYPE {}", "a".repeat(1 << 20)))]
#[case(one_pupil("key=\"1\"", &format!("<roepnaam>{}</roepnaam>", "a&amp;".repeat(1 << 17))))]
fn one_endless_piece_does_not_fill_the_memory(#[case] text: String) {
    assert_eq!(code(read_text(&text)), "data_piece_too_long");
}

#[test]
fn bytes_that_are_not_of_the_declared_encoding_are_refused() {
    let mut bytes = FIXTURE.as_bytes().to_vec();
    let place = FIXTURE.find("Kwirreman").unwrap();
    bytes[place] = 0xE4;
    assert_eq!(code(read(&bytes[..], &options())), "data_encoding");
    let utf16: Vec<u8> = FIXTURE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(code(read(&utf16[..], &options())), "data_encoding");
}

#[test]
fn another_school_is_refused_before_its_people_are_read() {
    let found = |text| ReadError::WrongSchool {
        found: Some(Brin6::parse(text).unwrap()),
    };
    assert_eq!(read_changed("99ZZ", "98YY").unwrap_err(), found("98YY00"));
    assert_eq!(
        read_changed("<dependancecode>00", "<dependancecode>01").unwrap_err(),
        found("99ZZ01")
    );
    assert!(read_changed("<dependancecode>00", "<dependancecode>").is_ok());
    let nameless = "<EDEX><school><schooljaar>2026-2027</schooljaar></school><leerlingen><leerl";
    assert_eq!(read_text(nameless).unwrap_err(), ReadError::WrongSchool { found: None });
}

#[test]
fn another_school_year_is_refused_when_one_was_asked() {
    let options = ReadOptions {
        school_year: Some(SchoolYear::parse("2026-2027").unwrap()),
        ..options()
    };
    assert_eq!(code(read(FIXTURE.as_bytes(), &options)), "data_wrong_school_year");
    assert_eq!(code(read_changed("2024-2025", "2024/2025")), "data_invalid_school_year");
    assert_eq!(
        code(read_changed("<schooljaar>2024-2025</schooljaar>", "")),
        "data_missing_section"
    );
}

#[rstest]
#[case("<leerling key=\"#2\">", "<leerling key=\"1001\">", "data_duplicate_key")]
#[case(
    "<samengestelde_groep key=\"plus\">",
    "<samengestelde_groep key=\"g5 \">",
    "data_duplicate_key"
)]
#[case("<groep key=\"g5\"/>", "<groep key=\"g6\"/>", "data_unknown_reference")]
#[case("<vestiging key=\"noord\"/>", "<vestiging key=\"zuid\"/>", "data_unknown_reference")]
#[case("<groep key=\"g5\">", "<groep>", "data_unusable_key")]
#[case("<groepen>", "<leerlingen/><groepen>", "data_repeated_section")]
fn data_that_does_not_hold_together_is_refused(#[case] from: &str, #[case] to: &str, #[case] expected: &str) {
    assert_eq!(code(read_changed(from, to)), expected);
}

#[test]
fn the_same_eck_id_twice_is_refused() {
    let start = FIXTURE.find("eckid=\"").unwrap();
    let attribute = &FIXTURE[start..][..161];
    let error = read_changed("<leerling key=\"#2\">", &format!("<leerling key=\"#2\" {attribute}>")).unwrap_err();
    let expected = ReadError::DuplicateEckId {
        object: Object::Pupil,
        first: 1,
        second: 2,
    };
    assert_eq!(error, expected);
}

#[test]
fn a_file_without_pupils_is_refused() {
    let text = "<EDEX><school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode></school><leerlingen/></EDEX>";
    assert_eq!(read_text(text).unwrap_err(), ReadError::NoPupils);
    assert_eq!(
        code(read_text(&text.replace("<leerlingen/>", ""))),
        "data_missing_section"
    );
}

#[test]
fn a_source_that_fails_is_not_a_short_file() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("broken"))
        }
    }
    let source = std::io::Read::chain(&FIXTURE.as_bytes()[..2_000], std::io::BufReader::new(Failing));
    assert_eq!(read(source, &options()).unwrap_err(), ReadError::Unreadable);
}
