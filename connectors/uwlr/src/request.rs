//! The message that is sent: strictly by the schema, in the order of the schema.

use quick_xml::escape::escape;
use secrecy::ExposeSecret;
use sluis_connector_port::PullRequest;

use crate::settings::Settings;

/// SOAP 1.1.
pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The namespace of the header.
pub(crate) const AUTHORISATION: &str = "http://www.edustandaard.nl/leerresultaten/2/autorisatie";
/// The namespace of the pupils' direction.
pub(crate) const PUPIL_DATA: &str = "http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens";
/// The action of the all-in-one exchange; SOAP 1.1, 6.1.1 has it in quotes.
pub(crate) const ACTION: &str = "\"HaalLeerlinggegevens\"";

const VERSION: &str = "2.2";

/// The request for all data of one school.
pub(crate) fn message(settings: &Settings, request: &PullRequest) -> String {
    let credentials = &settings.credentials;
    let mut out = Message::default();
    out.open("soap:Envelope", Some(("xmlns:soap", SOAP)));
    out.open("soap:Header", None);
    out.open("autorisatie", Some(("xmlns", AUTHORISATION)));
    out.text("autorisatiesleutel", credentials.authorisation_key.expose_secret());
    out.text("klantcode", credentials.client_code.expose_secret());
    out.text("klantnaam", credentials.client_name.expose_secret());
    out.close("autorisatie");
    out.close("soap:Header");
    out.open("soap:Body", None);
    out.open("leerlinggegevens_verzoek", Some(("xmlns", PUPIL_DATA)));
    out.text("schooljaar", &request.school_year.to_string());
    out.text("brincode", request.school.institution.as_str());
    out.text("dependancecode", request.school.branch.as_str());
    out.text("xsdversie", VERSION);
    if let Some(data_set) = &settings.data_set {
        out.text("gegevenssetid", data_set);
    }
    if let Some(since) = request.since {
        out.text("laatstontvangengegevens", &since.to_string());
    }
    out.close("leerlinggegevens_verzoek");
    out.close("soap:Body");
    out.close("soap:Envelope");
    out.0
}

#[derive(Default)]
struct Message(String);

impl Message {
    fn open(&mut self, name: &str, attribute: Option<(&str, &str)>) {
        self.0.push('<');
        self.0.push_str(name);
        if let Some((attribute, value)) = attribute {
            for part in [" ", attribute, "=\"", &escape(value), "\""] {
                self.0.push_str(part);
            }
        }
        self.0.push('>');
    }

    fn close(&mut self, name: &str) {
        for part in ["</", name, ">"] {
            self.0.push_str(part);
        }
    }

    fn text(&mut self, name: &str, text: &str) {
        self.open(name, None);
        self.0.push_str(&escape(text));
        self.close(name);
    }
}

#[cfg(test)]
mod tests {
    use sluis_connector_port::roster::SchoolYear;
    use sluis_core::{
        identifier::{Brin6, EckIdRules},
        time::Timestamp,
    };

    use super::*;
    use crate::settings::Credentials;

    fn settings() -> Settings {
        let credentials = Credentials::new("Sluis & Zn".into(), "<code>".into(), "\"key\"".into()).unwrap();
        Settings::new("https://las.example/".parse().unwrap(), credentials).unwrap()
    }

    fn request(since: Option<Timestamp>) -> PullRequest {
        PullRequest {
            school: Brin6::parse("99ZZ01").unwrap(),
            school_year: SchoolYear::parse("2026-2027").unwrap(),
            since,
            eck_id_rules: EckIdRules::default(),
        }
    }

    #[test]
    fn the_elements_are_in_the_order_of_the_schema() {
        let settings = settings().with_data_set("smalle set").unwrap();
        let since = Timestamp::parse("2026-09-01T08:00:00Z").unwrap();
        let message = message(&settings, &request(Some(since)));
        let expected = [
            "<autorisatiesleutel>&quot;key&quot;</autorisatiesleutel><klantcode>&lt;code&gt;</klantcode>",
            "<klantnaam>Sluis &amp; Zn</klantnaam></autorisatie>",
            "<schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode><dependancecode>01</dependancecode>",
            "<xsdversie>2.2</xsdversie><gegevenssetid>smalle set</gegevenssetid>",
            "<laatstontvangengegevens>2026-09-01T08:00:00.000Z</laatstontvangengegevens></leerlinggegevens_verzoek>",
        ];
        let mut rest = message.as_str();
        for part in expected {
            let (_, after) = rest
                .split_once(part)
                .unwrap_or_else(|| panic!("`{part}` is not in its place"));
            rest = after;
        }
    }

    #[test]
    fn what_is_not_asked_is_not_there() {
        let message = message(&settings(), &request(None));
        assert!(!message.contains("gegevenssetid") && !message.contains("laatstontvangengegevens"));
    }
}
