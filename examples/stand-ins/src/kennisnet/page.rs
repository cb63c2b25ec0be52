//! The page on which somebody is picked.

use url::Url;

use super::{Person, Role};

/// The page, in Dutch and English; each name leads on with the same request and that person picked.
pub(super) fn pick(request: &Url, persons: &[Person]) -> String {
    let list = |role: Role| -> String {
        persons
            .iter()
            .filter(|person| person.role == role)
            .map(|person| {
                let address = super::Kennisnet::picked(request, &person.username);
                format!(
                    "<li><a href=\"{}\">{}</a> <small>{}</small></li>\n",
                    escape(address.as_str()),
                    escape(&person.given_name),
                    escape(&person.brin)
                )
            })
            .collect()
    };
    frame(&format!(
        "<h1>Wie logt in?</h1>\n<p lang=\"en\">Who logs in?</p>\n\
         <h2>Leerlingen <span lang=\"en\">(pupils)</span></h2>\n<ul>\n{}</ul>\n\
         <h2>Leraren <span lang=\"en\">(teachers)</span></h2>\n<ul>\n{}</ul>\n\
         <p>Dit is een nagebootst Kennisnet: iedereen hier is verzonnen.<br>\
         <span lang=\"en\">This is a stand-in for Kennisnet: everybody here is invented.</span></p>",
        list(Role::Pupil),
        list(Role::Teacher)
    ))
}

/// The page for a request that cannot be sent back, because where it came from is not known.
pub(super) fn unknown_service() -> String {
    frame(
        "<h1>Onbekende dienst</h1>\n<p>Deze dienst of het adres waarnaar zij terugwil, is hier niet bekend.<br>\
         <span lang=\"en\">This service, or the address to which it wants to return, is not known here.</span></p>",
    )
}

fn frame(body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"nl\">\n<head>\n<meta charset=\"utf-8\">\n<title>Nagebootst Kennisnet</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <style>body {{ font: 1.1rem/1.5 sans-serif; max-width: 32rem; margin: 2rem auto; padding: 0 1rem }}</style>\n\
         </head>\n<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
