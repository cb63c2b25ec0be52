//! The pages that problem links lead to: plain HTML in English and Dutch, without scripts.

use actix_web::{HttpResponse, get, web::Path};

use crate::http::{
    code::{Code, Texts},
    problem::Problem,
};

/// What a code means and what to do.
#[get("/problems/{code}")]
pub(super) async fn problem_page(code: Path<String>) -> Result<HttpResponse, Problem> {
    let code = Code::find(&code).ok_or_else(|| Problem::new(Code::NotFound))?;
    let status = code.status();
    Ok(page(code.as_str(), &format!("HTTP {}", status.as_u16()), &code.texts()))
}

/// All codes.
#[get("/problems")]
pub(super) async fn problem_list() -> HttpResponse {
    let items: String = Code::ALL
        .iter()
        .map(|code| {
            let (name, texts) = (code.as_str(), code.texts());
            format!(
                "<li><a href=\"/problems/{name}\"><code>{name}</code></a>: {}.</li>\n",
                escape(texts.title)
            )
        })
        .collect();
    html("Problems", &format!("<h1>Problems</h1>\n<ul>\n{items}</ul>\n"))
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
    html(texts.title, &body)
}

fn html(title: &str, body: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n</head>\n<body>\n{body}</body>\n</html>\n",
            escape(title)
        ))
}

/// Our own texts, with the words between backticks as code.
fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.split('`')
        .enumerate()
        .map(|(index, part)| match index % 2 {
            0 => part.to_owned(),
            _ => format!("<code>{part}</code>"),
        })
        .collect()
}
