//! What came back.

use reqwest::StatusCode;
use sluis_connector_port::{ConnectorError, FaultCode, Pull, ReadError};
use sluis_edexml::{ReadOptions, sections, xml::Xml};

use crate::{
    request::{PUPIL_DATA, SOAP},
    transport::Received,
};

/// The body of an envelope.
enum Content {
    Pull(Pull),
    Fault(String),
}

/// Makes of an HTTP answer what it says.
pub(crate) fn pull(received: &Received, options: &ReadOptions) -> Result<Pull, ConnectorError> {
    if received.status.is_success() {
        if received.is_page {
            return Err(ReadError::WrongFormat { expected: "SOAP 1.1" }.into());
        }
        return match envelope(&received.body, options)? {
            Content::Pull(pull) => Ok(pull),
            Content::Fault(code) => Err(fault(&code, received)),
        };
    }
    // SOAP 1.1, 6.2: a fault comes with status 500. Whatever else comes with an error status is no answer.
    let readable = !received.is_page && !received.status.is_redirection();
    match readable.then(|| envelope(&received.body, options)) {
        Some(Ok(Content::Fault(code))) => Err(fault(&code, received)),
        _ => Err(status(received)),
    }
}

fn envelope(body: &[u8], options: &ReadOptions) -> Result<Content, ReadError> {
    let mut xml = Xml::open(body, options.limits)?;
    if (xml.namespace(), xml.name()) != (Some(SOAP), "Envelope") {
        return Err(ReadError::WrongFormat { expected: "SOAP 1.1" });
    }
    let mut content = None;
    while xml.child()? {
        if (xml.namespace(), xml.name()) != (Some(SOAP), "Body") {
            xml.skip()?;
            continue;
        }
        while xml.child()? {
            let found = match (xml.namespace(), xml.name()) {
                (Some(PUPIL_DATA), "leerlinggegevens_antwoord") => Content::Pull(answer(&mut xml, options)?),
                (Some(SOAP), "Fault") => Content::Fault(fault_code(&mut xml)?),
                _ => return Err(ReadError::WrongFormat { expected: "UWLR 2.2" }),
            };
            if content.replace(found).is_some() {
                return Err(ReadError::RepeatedSection { section: "Body" });
            }
        }
    }
    xml.finish()?;
    content.ok_or(ReadError::MissingSection { section: "Body" })
}

/// Exactly one of three: the data, no change, no data.
fn answer(xml: &mut Xml<&[u8]>, options: &ReadOptions) -> Result<Pull, ReadError> {
    const SECTION: &str = "leerlinggegevens_antwoord";
    let mut pull = None;
    while xml.child()? {
        let found = match (xml.namespace(), xml.name()) {
            (Some(PUPIL_DATA), "leerlinggegevens") => {
                Pull::Snapshot(Box::new(sections::read(xml, Some(PUPIL_DATA), options)?))
            }
            (Some(PUPIL_DATA), "geenwijzigingen") => {
                xml.skip()?;
                Pull::Unchanged
            }
            (Some(PUPIL_DATA), "geengegevens") => {
                xml.skip()?;
                Pull::NoData
            }
            _ => return Err(ReadError::WrongFormat { expected: "UWLR 2.2" }),
        };
        if pull.replace(found).is_some() {
            return Err(ReadError::RepeatedSection { section: SECTION });
        }
    }
    pull.ok_or(ReadError::MissingSection { section: SECTION })
}

/// The code of a fault, without the prefix. Its text is not kept: it may name a person.
fn fault_code(xml: &mut Xml<&[u8]>) -> Result<String, ReadError> {
    let mut code = String::new();
    while xml.child()? {
        if xml.name() == "faultcode" {
            code = xml.text()?;
        } else {
            xml.skip()?;
        }
    }
    let code = code.trim();
    Ok(code.rsplit_once(':').map_or(code, |(_, local)| local).to_owned())
}

fn fault(code: &str, received: &Received) -> ConnectorError {
    match code {
        "Server.InterneFout" => ConnectorError::InternalFault,
        "Server.TijdelijkNietBeschikbaar" => ConnectorError::TemporarilyUnavailable {
            retry_after: received.retry_after,
        },
        "Client.OngeldigBericht" => ConnectorError::InvalidRequest,
        "Client.OngeldigeKlantIdentificatie" => ConnectorError::SupplierRefused,
        // A key that is wrong, and one that does not cover the school, have the same code.
        "Client.AutorisatieOngeldig" => ConnectorError::ActivationRefused,
        "Client.XsdVersieOngeldig" => ConnectorError::UnsupportedVersion,
        // The other codes of the standard are about results, which go the other way.
        code => ConnectorError::UnknownFault {
            code: FaultCode::new(code),
        },
    }
}

fn status(received: &Received) -> ConnectorError {
    match received.status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => ConnectorError::TemporarilyUnavailable {
            retry_after: received.retry_after,
        },
        status => ConnectorError::UnexpectedStatus {
            status: status.as_u16(),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sluis_connector_port::roster::SchoolYear;
    use sluis_core::identifier::{Brin6, EckIdRules};
    use sluis_edexml::xml::Limits;

    use super::*;

    const ANSWER: &str = r#"<?xml version="1.0"?>
        <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body>
        <leerlinggegevens_antwoord xmlns="http://www.edustandaard.nl/leerresultaten/2/leerlinggegevens">
        <leerlinggegevens><school><schooljaar>2026-2027</schooljaar><brincode>99ZZ</brincode></school>
        <leerlingen><leerling key="1"><roepnaam>Sanne &amp; Bram</roepnaam></leerling></leerlingen>
        </leerlinggegevens></leerlinggegevens_antwoord></s:Body></s:Envelope>"#;

    fn read(status: u16, body: &[u8]) -> Result<Pull, ConnectorError> {
        let received = Received {
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
            is_page: false,
            body: body.to_vec(),
        };
        let options = ReadOptions {
            school: Brin6::parse("99ZZ00").unwrap(),
            school_year: Some(SchoolYear::parse("2026-2027").unwrap()),
            eck_id_rules: EckIdRules::default(),
            limits: Limits::default(),
        };
        pull(&received, &options)
    }

    #[test]
    fn an_answer_that_breaks_off_anywhere_gives_no_roster() {
        assert!(matches!(read(200, ANSWER.as_bytes()), Ok(Pull::Snapshot(_))));
        for length in 0..ANSWER.len() {
            let code = read(200, &ANSWER.as_bytes()[..length]).unwrap_err().code().as_str();
            assert!(
                matches!(code, "data_truncated" | "data_empty"),
                "`{code}` after {length} bytes"
            );
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_read_or_refused(status in 200_u16..600, body in proptest::collection::vec(any::<u8>(), 0..500)) {
            let _ = read(status, &body);
        }

        #[test]
        fn a_damaged_answer_is_read_or_refused(damage in proptest::collection::vec((0..ANSWER.len(), any::<u8>()), 1..5)) {
            let mut body = ANSWER.as_bytes().to_vec();
            for (place, byte) in damage {
                body[place] = byte;
            }
            let _ = read(200, &body);
        }
    }
}
