//! Pages for people: plain HTML in English and Dutch, without scripts.

use actix_web::{HttpResponse, get, http::StatusCode, web::Path};
use sluis_core::{agreement::Model, gate::ReasonCode};

use crate::http::{
    code::{Code, Texts},
    problem::Problem,
    reason,
};

/// What a code means and what to do: of a problem, or of a reason of the gate.
#[get("/problems/{code}")]
pub(super) async fn problem_page(code: Path<String>) -> Result<HttpResponse, Problem> {
    if let Some(reason) = ReasonCode::find(&code) {
        return Ok(reason_page(reason));
    }
    let code = Code::find(&code).ok_or_else(|| Problem::new(Code::NotFound))?;
    let status = code.status();
    Ok(page(code.as_str(), &format!("HTTP {}", status.as_u16()), &code.texts()))
}

/// All codes.
#[get("/problems")]
pub(super) async fn problem_list() -> HttpResponse {
    let item = |name: &str, text: &str| {
        format!(
            "<li><a href=\"/problems/{name}\"><code>{name}</code></a>: {}.</li>\n",
            escape(text.trim_end_matches('.'))
        )
    };
    let problems: String = Code::ALL
        .iter()
        .map(|code| item(code.as_str(), code.texts().title))
        .collect();
    let reasons: String = ReasonCode::ALL
        .into_iter()
        .map(|code| item(code.as_str(), reason::sentence(code).en))
        .collect();
    let body =
        format!("<h1>Problems</h1>\n<ul>\n{problems}</ul>\n<h2>Reasons of the gate</h2>\n<ul>\n{reasons}</ul>\n");
    html(StatusCode::OK, "en", "Problems", &body)
}

fn page(name: &str, status: &str, texts: &Texts) -> HttpResponse {
    let body = format!(
        "<p><a href=\"/problems\">Problems</a> / <code>{name}</code> ({status})</p>\n\
         <main>\n<section>\n<h1>{}</h1>\n<p>{}</p>\n</section>\n\
         <section lang=\"nl\">\n<h2>{}</h2>\n<p>{}</p>\n</section>\n</main>\n",
        escape(texts.title),
        escape(texts.explanation),
        escape(texts.title_nl),
        escape(texts.explanation_nl),
    );
    html(StatusCode::OK, "en", texts.title, &body)
}

fn reason_page(code: ReasonCode) -> HttpResponse {
    let (name, sentence) = (code.as_str(), reason::sentence(code));
    let (fixer, audience) = (reason::fixer(code.fixer()), reason::audience(code.audience()));
    let explanation = &code.text().explanation;
    let (articles, artikelen) = articles(code);
    let body = format!(
        "<p><a href=\"/problems\">Problems</a> / <code>{name}</code> (reason of the gate)</p>\n\
         <main>\n<section>\n<h1>{}</h1>\n<p>{}</p>\n<p>Who can fix it: {}.</p>\n{articles}<p>Who sees it: {}.</p>\n</section>\n\
         <section lang=\"nl\">\n<h2>{}</h2>\n<p>{}</p>\n<p>Wie dit kan verhelpen: {}.</p>\n{artikelen}<p>Wie dit ziet: {}.</p>\n\
         </section>\n</main>\n",
        escape(sentence.en),
        escape(&explanation.en),
        escape(fixer.en),
        escape(audience.en),
        escape(sentence.nl),
        escape(&explanation.nl),
        escape(fixer.nl),
        escape(audience.nl),
    );
    html(StatusCode::OK, "en", sentence.en, &body)
}

/// The article that a reason stands on, in the numbering of each model; nothing where no model has one. English and Dutch.
fn articles(code: ReasonCode) -> (String, String) {
    let Some(clause) = code.clause() else {
        return Default::default();
    };
    let numbered = Model::ALL.into_iter().filter_map(|model| clause.cited(model));
    let list = |article: &str| {
        let items: Vec<_> = numbered
            .clone()
            .map(|found| format!("{article} {} (model {})", found.number, found.model.as_str()))
            .collect();
        items.join(", ")
    };
    let english = format!("<p>In the model agreements: {}.</p>\n", list("article"));
    let dutch = format!("<p>In de modelovereenkomsten: {}.</p>\n", list("artikel"));
    (english, dutch)
}

/// A whole page in a language; the body is HTML.
pub(super) fn html(status: StatusCode, language: &str, title: &str, body: &str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .body(format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n</head>\n<body>\n{body}</body>\n</html>\n",
            escape(title)
        ))
}

/// A text as HTML just as it is, also within quotation marks.
pub(super) fn attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A text as HTML, with the words between backticks as code.
pub(super) fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => part.to_owned(),
            _ => format!("<code>{part}</code>"),
        })
        .collect()
}
