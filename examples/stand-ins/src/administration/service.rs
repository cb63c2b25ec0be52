//! The endpoint: checks in the order of the standard, then answers.

use std::{io, sync::atomic::Ordering};

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, post, web};
use quick_xml::{
    Writer,
    events::{BytesDecl, Event},
};

use super::{
    BRANCH, BRIN, Behaviour, School,
    fault::Fault,
    message::{EckIds, Extent, sections},
    request::{PUPIL_DATA, Request},
};

const ACTION: &str = "HaalLeerlinggegevens";
const VERSIONS: [&str; 3] = ["2.0", "2.1", "2.2"];

#[post("/uwlr2.2")]
pub(super) async fn pupil_data(school: web::Data<School>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    school.requests.fetch_add(1, Ordering::SeqCst);
    let action = request
        .headers()
        .get("SOAPAction")
        .and_then(|action| action.to_str().ok());
    let checked = match action.map(|action| action.trim_matches('"')) {
        Some(ACTION) => school.check(&body),
        _ => Err(Fault::InvalidMessage),
    };
    match checked {
        Ok(request) => school.answer(&request).await,
        Err(fault) => refused(fault),
    }
}

impl School {
    /// The form of the request, then the receiving application, then the key and the school that it covers.
    fn check(&self, body: &[u8]) -> Result<Request, Fault> {
        let request = Request::read(body)?;
        if !VERSIONS.contains(&request.version.as_str()) {
            return Err(Fault::InvalidVersion);
        }
        let parts = [&request.authorisation_key, &request.client_code, &request.client_name];
        if parts.iter().any(|part| part.is_empty()) {
            return Err(Fault::InvalidAuthorisation);
        }
        let options = &self.options;
        if (&request.client_name, &request.client_code) != (&options.client_name, &options.client_code) {
            return Err(Fault::InvalidClient);
        }
        let covered = request
            .brin
            .as_ref()
            .is_some_and(|(brin, branch)| (brin.as_str(), branch.as_str()) == (BRIN, BRANCH));
        if request.authorisation_key != options.authorisation_key || !covered {
            return Err(Fault::InvalidAuthorisation);
        }
        Ok(request)
    }

    async fn answer(&self, request: &Request) -> HttpResponse {
        let pupils = self.options.pupils;
        match self.behaviour() {
            Behaviour::Unchanged if request.names_a_moment => answered(|out| empty(out, "geenwijzigingen")),
            Behaviour::NoData => answered(|out| empty(out, "geengegevens")),
            Behaviour::Fault(fault) => refused(fault),
            Behaviour::Normal | Behaviour::Unchanged => answered(|out| data(out, request, pupils, EckIds::All)),
            Behaviour::Only(kept) => answered(|out| data(out, request, kept.min(pupils), EckIds::All)),
            Behaviour::EckIdsOf(known) => answered(|out| data(out, request, pupils, EckIds::Pupils(known))),
            Behaviour::Slow(time) => {
                tokio::time::sleep(time).await;
                answered(|out| data(out, request, pupils, EckIds::All))
            }
            Behaviour::Truncated => {
                let whole = envelope(|out| answer_element(out, |out| data(out, request, pupils, EckIds::All)));
                let half = whole.map(|mut whole| {
                    whole.truncate(whole.len() / 2);
                    whole
                });
                xml(StatusCode::OK, half)
            }
        }
    }
}

fn data(out: &mut Writer<Vec<u8>>, request: &Request, pupils: u32, eck_ids: EckIds) -> io::Result<()> {
    let extent = Extent {
        school_year: &request.school_year,
        pupils,
        eck_ids: if request.version == "2.2" {
            eck_ids
        } else {
            EckIds::Pupils(0)
        },
    };
    out.create_element("leerlinggegevens")
        .write_inner_content(|out| sections(out, extent))
        .map(|_| ())
}

fn empty(out: &mut Writer<Vec<u8>>, element: &str) -> io::Result<()> {
    out.create_element(element).write_empty().map(|_| ())
}

fn answer_element(
    out: &mut Writer<Vec<u8>>,
    content: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>,
) -> io::Result<()> {
    let element = out
        .create_element("leerlinggegevens_antwoord")
        .with_attribute(("xmlns", PUPIL_DATA));
    element.write_inner_content(content).map(|_| ())
}

fn answered(content: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> HttpResponse {
    xml(StatusCode::OK, envelope(|out| answer_element(out, content)))
}

/// SOAP 1.1, 6.2: a fault comes with status 500, whoever is to blame.
fn refused(fault: Fault) -> HttpResponse {
    xml(StatusCode::INTERNAL_SERVER_ERROR, envelope(|out| fault.write(out)))
}

fn envelope(content: impl FnOnce(&mut Writer<Vec<u8>>) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut out = Writer::new(Vec::new());
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let soap = ("xmlns:soap", "http://schemas.xmlsoap.org/soap/envelope/");
    out.create_element("soap:Envelope")
        .with_attribute(soap)
        .write_inner_content(|out| out.create_element("soap:Body").write_inner_content(content).map(|_| ()))?;
    Ok(out.into_inner())
}

fn xml(status: StatusCode, body: io::Result<Vec<u8>>) -> HttpResponse {
    match body {
        Ok(body) => HttpResponse::build(status)
            .content_type("text/xml; charset=utf-8")
            .body(body),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}
