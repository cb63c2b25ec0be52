//! The request, read as strictly as the standard has it.

use std::collections::HashMap;

use quick_xml::{
    NsReader,
    events::Event,
    name::{Namespace, ResolveResult},
};

use super::fault::Fault;

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const AUTHORISATION: &str = "http://www.edustandaard.nl/leerresultaten/2/autorisatie";
pub(super) const PUPIL_DATA: &str = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens";

/// The order of the schema.
const FIELDS: [&str; 7] = [
    "schooljaar",
    "brincode",
    "dependancecode",
    "schoolkey",
    "xsdversie",
    "gegevenssetid",
    "laatstontvangengegevens",
];

/// What a caller says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) authorisation_key: String,
    pub(super) client_code: String,
    pub(super) client_name: String,
    pub(super) school_year: String,
    /// The BRIN and the branch; nothing when the school is named by a key.
    pub(super) brin: Option<(String, String)>,
    pub(super) version: String,
    pub(super) names_a_moment: bool,
}

impl Request {
    /// Reads a request whose form is in order.
    pub(super) fn read(body: &[u8]) -> Result<Self, Fault> {
        let elements = elements(body).ok_or(Fault::InvalidMessage)?;
        let mut header = HashMap::new();
        let mut fields: Vec<(&str, &str)> = Vec::new();
        for Element { path, text } in &elements {
            match path.as_slice() {
                [envelope, part, parent, own] if envelope == "soap:Envelope" => {
                    match (part.as_str(), parent.as_str()) {
                        ("soap:Header", "au:autorisatie") => {
                            header.insert(own.as_str(), text.as_str());
                        }
                        ("soap:Body", "lg:leerlinggegevens_verzoek") => {
                            fields.push((own.strip_prefix("lg:").ok_or(Fault::InvalidMessage)?, text));
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        let places: Option<Vec<usize>> = fields
            .iter()
            .map(|(name, _)| FIELDS.iter().position(|field| field == name))
            .collect();
        if !places.is_some_and(|places| places.is_sorted_by(|one, next| one < next)) {
            return Err(Fault::InvalidMessage);
        }
        let fields: HashMap<&str, &str> = fields.into_iter().collect();
        let field = |name: &str| fields.get(name).copied();
        let school_year = field("schooljaar")
            .filter(|year| fits(year, "0000-0000"))
            .ok_or(Fault::InvalidMessage)?;
        let brin = match (
            field("brincode"),
            field("dependancecode").unwrap_or("00"),
            field("schoolkey"),
        ) {
            (Some(brin), branch, None) if fits(brin, "00AA") && fits(branch, "00") => Some((brin, branch)),
            (None, "00", Some(_)) => None,
            _ => return Err(Fault::InvalidMessage),
        };
        let version = field("xsdversie").ok_or(Fault::InvalidMessage)?;
        // A missing or empty part of the header is no fault of form: it authorises nothing.
        let part = |name: &str| header.get(name).map(|text| (*text).to_owned()).unwrap_or_default();
        Ok(Self {
            authorisation_key: part("au:autorisatiesleutel"),
            client_code: part("au:klantcode"),
            client_name: part("au:klantnaam"),
            school_year: school_year.to_owned(),
            brin: brin.map(|(brin, branch)| (brin.to_owned(), branch.to_owned())),
            version: version.to_owned(),
            names_a_moment: fields.contains_key("laatstontvangengegevens"),
        })
    }
}

/// Whether a text has a digit for each `0` of the pattern, a capital for each `A`, and else the same characters.
fn fits(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && std::iter::zip(text.bytes(), pattern.bytes()).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            b'A' => byte.is_ascii_uppercase(),
            other => byte == other,
        })
}

struct Element {
    path: Vec<String>,
    text: String,
}

/// Every element with the names of those around it, each with the usual prefix of its namespace.
fn elements(body: &[u8]) -> Option<Vec<Element>> {
    let mut reader = NsReader::from_reader(body);
    reader.config_mut().expand_empty_elements = true;
    let mut buffer = Vec::new();
    let mut open: Vec<(String, String)> = Vec::new();
    let mut elements = Vec::new();
    loop {
        buffer.clear();
        let (namespace, event) = reader.read_resolved_event_into(&mut buffer).ok()?;
        match event {
            Event::Start(element) => {
                let prefix = match namespace {
                    ResolveResult::Bound(Namespace(SOAP)) => "soap:",
                    ResolveResult::Bound(Namespace(AUTHORISATION)) => "au:",
                    ResolveResult::Bound(Namespace(PUPIL_DATA)) => "lg:",
                    _ => "",
                };
                let local = element.local_name();
                open.push((format!("{prefix}{}", local.as_ref()), String::new()));
            }
            Event::End(_) => {
                let path = open.iter().map(|(name, _)| name.clone()).collect();
                let (_, text) = open.pop()?;
                elements.push(Element { path, text });
            }
            Event::Text(text) => {
                if let Some((_, own)) = open.last_mut() {
                    own.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().ok()? {
                    Some(character) => character.to_string(),
                    None => quick_xml::escape::resolve_predefined_entity(&reference)?.to_owned(),
                };
                open.last_mut()?.1.push_str(&character);
            }
            Event::DocType(_) => return None,
            Event::Eof => return open.is_empty().then_some(elements),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(header: &str, fields: &str) -> String {
        format!(
            "<e:Envelope xmlns:e='{SOAP}'><e:Header><autorisatie xmlns='{AUTHORISATION}'>{header}</autorisatie></e:Header>\
             <e:Body><v:leerlinggegevens_verzoek xmlns:v='{PUPIL_DATA}'>{fields}</v:leerlinggegevens_verzoek></e:Body>\
             </e:Envelope>"
        )
    }

    fn read(fields: &str) -> Result<Request, Fault> {
        Request::read(message("<klantnaam>A &amp; B</klantnaam>", fields).as_bytes())
    }

    const YEAR: &str = "<v:schooljaar>2026-2027</v:schooljaar>";
    const BRIN: &str = "<v:brincode>99ZZ</v:brincode>";
    const VERSION: &str = "<v:xsdversie>2.2</v:xsdversie>";

    #[test]
    fn a_request_in_order_is_read() {
        let moment = "<v:laatstontvangengegevens>2026-09-01T08:00:00Z</v:laatstontvangengegevens>";
        let request = read(&format!(
            "{YEAR}{BRIN}<v:dependancecode>01</v:dependancecode>{VERSION}{moment}"
        ))
        .unwrap();
        assert_eq!(request.brin, Some(("99ZZ".to_owned(), "01".to_owned())));
        assert_eq!(
            (request.client_name.as_str(), request.client_code.as_str()),
            ("A & B", "")
        );
        assert!(request.names_a_moment);
        assert_eq!(
            read(&format!("{YEAR}<v:schoolkey>1</v:schoolkey>{VERSION}"))
                .unwrap()
                .brin,
            None
        );
    }

    #[test]
    fn a_request_out_of_form_is_refused() {
        for fields in [
            String::new(),
            format!("{YEAR}{BRIN}"),
            format!("{YEAR}{VERSION}"),
            format!("{BRIN}{YEAR}{VERSION}"),
            format!("{YEAR}{BRIN}{VERSION}<v:dependancecode>00</v:dependancecode>"),
            format!("{YEAR}{BRIN}<v:schoolkey>1</v:schoolkey>{VERSION}"),
            format!("{YEAR}{BRIN}{VERSION}<v:onbekend/>"),
            format!("{YEAR}<v:brincode>99zz</v:brincode>{VERSION}"),
            format!("<v:schooljaar></v:schooljaar>{BRIN}{VERSION}"),
            format!("<schooljaar>2026-2027</schooljaar>{BRIN}{VERSION}"),
            format!("{YEAR}{BRIN}{VERSION}</v:x>"),
        ] {
            assert_eq!(read(&fields), Err(Fault::InvalidMessage), "`{fields}`");
        }
    }
}
