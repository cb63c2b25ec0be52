//! What a person reads when a login did not work: what happened, what is missing, who can fix it. In Dutch, then in
//! English. Nothing on it is about anybody else, and of the person only that the school's settings do not allow it.

use actix_web::{HttpResponse, http::StatusCode};
use sluis_core::gate::Reason;

use crate::{
    app::{
        error::{AppError, Refusal},
        login::{LoginCode, LoginError},
        openid::{LoginPage, LoginProblem, WayBack},
    },
    http::{
        pages::{attribute, escape, html},
        reason::{self, Words},
    },
};

/// What a page says, apart from what only some pages have.
struct Texts {
    status: StatusCode,
    title: Words,
    what: Words,
    who: Words,
}

/// The page of a problem.
pub(super) fn of(LoginPage { problem, back }: &LoginPage) -> HttpResponse {
    let code = problem.code();
    let texts = texts(code);
    let (mut dutch, mut english) = (String::new(), String::new());
    match problem {
        LoginProblem::Login(LoginError::App(AppError::Refused(refusal))) => {
            dutch = reasons(refusal, |words| words.nl, ["Dit ontbreekt:", "wie dit kan verhelpen"]);
            english = reasons(refusal, |words| words.en, ["This is missing:", "who can fix it"]);
            dutch += &record(refusal, "Noem dit nummer als u hulp vraagt");
            english += &record(refusal, "Quote this number when you ask for help");
        }
        LoginProblem::Request(detail) => {
            english = format!("<p>Details for the supplier: {}.</p>\n", escape(detail));
        }
        LoginProblem::Login(_) => {}
    }
    let back = |lead, anything| back.as_ref().map(|back| link(back, lead, anything)).unwrap_or_default();
    let body = format!(
        "<main>\n{}{}<hr>\n<section lang=\"en\">\n{}{}</section>\n<p><small><code>{}</code></small></p>\n</main>\n",
        section("h1", &texts, |words| words.nl, &dutch),
        back("Terug naar", "het leermateriaal"),
        section("h2", &texts, |words| words.en, &english),
        back("Back to", "the learning material"),
        code.as_str(),
    );
    html(texts.status, "nl", texts.title.nl, &body)
}

fn section(heading: &str, texts: &Texts, language: impl Fn(&Words) -> &'static str, more: &str) -> String {
    format!(
        "<{heading}>{}</{heading}>\n<p>{}</p>\n{more}<p>{}</p>\n",
        escape(language(&texts.title)),
        escape(language(&texts.what)),
        escape(language(&texts.who)),
    )
}

fn reasons(refusal: &Refusal, language: impl Fn(&Words) -> &'static str, [missing, fix]: [&str; 2]) -> String {
    let item = |reason: &Reason| {
        let named = reason
            .missing
            .name()
            .map(|name| format!(" (<code>{}</code>)", escape(&name)));
        format!(
            "<li>{}{}<br>{fix}: {}</li>\n",
            escape(language(&reason::sentence(reason.code))),
            named.unwrap_or_default(),
            escape(language(&reason::fixer(reason.fixer()))),
        )
    };
    let items: String = refusal.reasons.iter().map(item).collect();
    format!("<p>{missing}</p>\n<ul>\n{items}</ul>\n")
}

fn record(refusal: &Refusal, quote: &str) -> String {
    format!("<p>{quote}: <code>{}</code></p>\n", refusal.record)
}

fn link(back: &WayBack, lead: &str, anything: &str) -> String {
    format!(
        "<p><a href=\"{}\">{lead} {}</a></p>\n",
        attribute(back.address.as_str()),
        attribute(back.product.as_deref().unwrap_or(anything)),
    )
}

const fn words(nl: &'static str, en: &'static str) -> Words {
    Words { nl, en }
}

const AGAIN: Words = words(
    "Ga terug naar het leermateriaal en log opnieuw in.",
    "Go back to the learning material and log in again.",
);
const LATER: Words = words(
    "U hoeft niets te doen. Probeer het over een paar minuten opnieuw.",
    "There is nothing you need to do. Try again in a few minutes.",
);
const ASK_SCHOOL: Words = words(
    "Vraag uw leraar of de ICT-coördinator van de school om dit te laten verhelpen.",
    "Ask your teacher or the ICT coordinator of the school to have this fixed.",
);
const ASK_SUPPLIER: Words = words(
    "Alleen de leverancier van het leermateriaal kan dit verhelpen. Laat weten dat deze pagina verscheen.",
    "Only the supplier of the learning material can fix this. Let them know that this page appeared.",
);

const fn texts(code: LoginCode) -> Texts {
    const fn page(status: StatusCode, title: Words, what: Words, who: Words) -> Texts {
        Texts {
            status,
            title,
            what,
            who,
        }
    }
    match code {
        LoginCode::RequestInvalid => page(
            StatusCode::BAD_REQUEST,
            words(
                "Het leermateriaal vroeg iets dat niet kan",
                "The learning material asked something impossible",
            ),
            words(
                "De vraag om in te loggen klopt niet. Er is niets over u doorgegeven.",
                "The request to log in is not in order. Nothing about you was passed on.",
            ),
            ASK_SUPPLIER,
        ),
        LoginCode::OtherBrowser => page(
            StatusCode::FORBIDDEN,
            words(
                "Dit inloggen begon in een andere browser",
                "This login began in another browser",
            ),
            words(
                "Alleen de browser waarin het inloggen begon, kan het afmaken. U bent niet ingelogd. Gebeurt dit vaker, kijk dan of uw browser cookies toestaat.",
                "Only the browser in which a login began can finish it. You are not logged in. If this happens more often, see whether your browser allows cookies.",
            ),
            AGAIN,
        ),
        LoginCode::Expired => page(
            StatusCode::BAD_REQUEST,
            words("Deze aanmelding is verlopen", "This login has expired"),
            words(
                "Het inloggen duurde te lang, of deze pagina is al eerder gebruikt.",
                "Logging in took too long, or this page was used before.",
            ),
            AGAIN,
        ),
        LoginCode::Declined => page(
            StatusCode::FORBIDDEN,
            words("Het inloggen is niet afgemaakt", "The login was not completed"),
            words(
                "Het inloggen bij uw school is afgebroken of geweigerd.",
                "Logging in at your school was stopped or refused.",
            ),
            AGAIN,
        ),
        LoginCode::NotRecent => page(
            StatusCode::FORBIDDEN,
            words("U moet opnieuw inloggen", "You have to log in again"),
            words(
                "Dit leermateriaal vraagt dat u kort geleden bent ingelogd, en dat is niet gebleken.",
                "This learning material asks that you logged in a short while ago, and that was not shown.",
            ),
            AGAIN,
        ),
        LoginCode::AnswerRefused => page(
            StatusCode::FORBIDDEN,
            words(
                "Het antwoord van Kennisnet klopt niet",
                "The answer of Kennisnet is not in order",
            ),
            words(
                "Het antwoord op deze aanmelding is niet te vertrouwen en daarom niet gebruikt.",
                "The answer to this login cannot be trusted and was not used.",
            ),
            AGAIN,
        ),
        LoginCode::IdentifierForbidden => page(
            StatusCode::FORBIDDEN,
            words(
                "De school geeft een nummer door dat niet mag",
                "The school passes on a number that it may not",
            ),
            words(
                "Bij het inloggen kwam een nummer mee dat de school niet mag verlaten. Het is niet bewaard.",
                "With the login came a number that must not leave the school. It was not kept.",
            ),
            ASK_SCHOOL,
        ),
        LoginCode::SchoolUnknown => page(
            StatusCode::FORBIDDEN,
            words("Uw school is hier niet bekend", "Your school is not known here"),
            words(
                "Bij het inloggen is geen school genoemd die deze dienst gebruikt.",
                "The login names no school that uses this service.",
            ),
            ASK_SCHOOL,
        ),
        LoginCode::RoleUnknown => page(
            StatusCode::FORBIDDEN,
            words(
                "U bent hier geen leerling of medewerker",
                "You are neither a pupil nor staff here",
            ),
            words(
                "Uw school geeft niet door dat u er leerling of medewerker bent. Alleen zij kunnen op leermateriaal inloggen.",
                "Your school does not say that you are a pupil or work there. Only they can log in to learning material.",
            ),
            ASK_SCHOOL,
        ),
        LoginCode::SchoolAmbiguous => page(
            StatusCode::FORBIDDEN,
            words("De vestiging is niet duidelijk", "The location is not clear"),
            words(
                "Uw school heeft meer vestigingen, en het is niet te zien bij welke u hoort.",
                "Your school has several locations, and it cannot be told which one is yours.",
            ),
            ASK_SCHOOL,
        ),
        LoginCode::Refused => page(
            StatusCode::FORBIDDEN,
            words(
                "U kunt niet inloggen op dit leermateriaal",
                "You cannot log in to this learning material",
            ),
            words(
                "De afspraken van de school staan dit nu niet toe. Er is niets over u doorgegeven.",
                "The arrangements of the school do not allow this now. Nothing about you was passed on.",
            ),
            ASK_SCHOOL,
        ),
        LoginCode::Unavailable => page(
            StatusCode::SERVICE_UNAVAILABLE,
            words("Inloggen lukt nu even niet", "Logging in does not work right now"),
            words(
                "Een onderdeel dat nodig is, geeft geen antwoord. Er is niets over u doorgegeven.",
                "A part that is needed does not answer. Nothing about you was passed on.",
            ),
            LATER,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_has_every_code_with_its_status_and_title() {
        let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/errors.md")).unwrap();
        let listed: Vec<_> = manual.lines().filter(|line| line.starts_with("| `login_")).collect();
        assert_eq!(listed.len(), LoginCode::ALL.len());
        for (code, row) in LoginCode::ALL.into_iter().zip(listed) {
            let texts = texts(code);
            let start = format!(
                "| `{}` | {} | {} |",
                code.as_str(),
                texts.status.as_u16(),
                texts.title.en
            );
            assert!(row.starts_with(&start), "`{row}` begins with `{start}`");
        }
    }

    #[actix_web::test]
    async fn the_name_of_a_product_and_the_address_of_its_supplier_stay_what_they_are() {
        let page = of(&LoginPage {
            problem: LoginProblem::Login(LoginError::SchoolUnknown),
            back: Some(WayBack {
                product: Some("<b>\"Reken\" & 'meer'".to_owned()),
                address: "https://supplier.example/?a=`b`&c='d'".parse().unwrap(),
            }),
        });
        let body = actix_web::body::to_bytes(page.into_body()).await.unwrap();
        let body = std::str::from_utf8(&body).unwrap();
        let link = "<a href=\"https://supplier.example/?a=`b`&amp;c=%27d%27\">Terug naar \
                    &lt;b&gt;&quot;Reken&quot; &amp; &#39;meer&#39;</a>";
        assert!(body.contains(link), "{body}");
    }
}
