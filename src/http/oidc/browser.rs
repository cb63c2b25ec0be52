//! The cookies by which a browser shows which logins it began: one for each login, gone when it ends.

use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, SameSite, time::Duration},
    http::header,
};
use zeroize::Zeroizing;

use crate::app::login::BrowserSecret;

/// Only this host can set such a cookie, and only by TLS: a neighbour under the same domain cannot plant one.
const PROTECTED: &str = "__Host-sluis-login-";
/// Where the service itself is reached without TLS, which is on loopback only: not every browser takes the other there.
const ON_LOOPBACK: &str = "sluis-login-";
/// How many logins one browser may have under way; a header that only grows would be refused some day.
const MOST: usize = 8;
/// Longer than any secret of ours.
const LONGEST: usize = 64;

/// How cookies are written here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cookies {
    protected: bool,
}

impl Cookies {
    /// The cookies of a service that is reached at this address.
    pub(super) fn at(base: &str) -> Self {
        Self {
            protected: base.starts_with("https://"),
        }
    }

    const fn prefix(self) -> &'static str {
        if self.protected { PROTECTED } else { ON_LOOPBACK }
    }

    /// The secrets that a browser shows, the oldest first (RFC 6265, 5.4). Cookies of others are not looked at, however
    /// they are written.
    pub(super) fn read(self, request: &HttpRequest) -> Vec<BrowserSecret> {
        let headers = request.headers().get_all(header::COOKIE);
        let pairs = headers
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'));
        pairs
            .filter_map(|pair| Cookie::parse(pair.trim()).ok())
            .filter_map(|cookie| {
                let login = cookie.name().strip_prefix(self.prefix())?;
                let ours = |text: &str| text.len() <= LONGEST && text.bytes().all(is_base64url);
                (ours(login) && ours(cookie.value())).then(|| BrowserSecret {
                    login: login.to_owned(),
                    secret: Zeroizing::new(cookie.value().to_owned()),
                })
            })
            .collect()
    }

    /// The logins that a browser has to let go of when it begins one more: the oldest.
    pub(super) fn too_many(shown: &[BrowserSecret]) -> impl Iterator<Item = String> {
        let over = (shown.len() + 1).saturating_sub(MOST);
        shown.iter().take(over).map(|shown| shown.login.clone())
    }

    /// Has the browser keep a secret.
    pub(super) fn keep(self, response: &mut HttpResponse, kept: &BrowserSecret, secs: i64) {
        self.write(response, &kept.login, &kept.secret, secs);
    }

    /// Has the browser forget the secret of a login.
    pub(super) fn forget(self, response: &mut HttpResponse, login: &str) {
        self.write(response, login, "", 0);
    }

    fn write(self, response: &mut HttpResponse, login: &str, value: &str, secs: i64) {
        // Lax: Kennisnet sends the browser back from another site, by a plain `GET` of the whole page.
        let cookie = Cookie::build(format!("{}{login}", self.prefix()), value)
            .path("/")
            .secure(self.protected)
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(Duration::seconds(secs))
            .finish();
        if response.add_cookie(&cookie).is_err() {
            tracing::error!("a cookie cannot be written");
        }
    }
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn read(cookies: Cookies, header: &str) -> Vec<(String, String)> {
        let request = TestRequest::get().insert_header(("Cookie", header)).to_http_request();
        let read = cookies.read(&request).into_iter();
        read.map(|secret| (secret.login, secret.secret.to_string())).collect()
    }

    fn written(cookies: Cookies, write: impl FnOnce(Cookies, &mut HttpResponse)) -> String {
        let mut response = HttpResponse::Ok().finish();
        write(cookies, &mut response);
        let header = response.headers().get(header::SET_COOKIE).unwrap();
        header.to_str().unwrap().to_owned()
    }

    #[test]
    fn a_cookie_is_for_this_host_by_tls_and_for_a_while() {
        let secret = BrowserSecret {
            login: "abc".to_owned(),
            secret: Zeroizing::new("x-y_z".to_owned()),
        };
        let cookies = Cookies::at("https://sluis.example");
        let kept = written(cookies, |cookies, response| cookies.keep(response, &secret, 900));
        let (pair, attributes) = kept.split_once("; ").unwrap();
        assert_eq!(pair, "__Host-sluis-login-abc=x-y_z");
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=900"] {
            assert!(attributes.split("; ").any(|found| found == attribute), "{attributes}");
        }
        assert!(!attributes.contains("Domain"));
        assert_eq!(read(cookies, pair), [("abc".to_owned(), "x-y_z".to_owned())]);
        let forgotten = written(cookies, |cookies, response| cookies.forget(response, "abc"));
        assert!(forgotten.starts_with("__Host-sluis-login-abc=; ") && forgotten.contains("Max-Age=0"));
    }

    #[test]
    fn without_tls_the_name_promises_nothing() {
        let cookies = Cookies::at("http://127.0.0.1:8480");
        let forgotten = written(cookies, |cookies, response| cookies.forget(response, "abc"));
        assert!(forgotten.starts_with("sluis-login-abc=") && !forgotten.contains("Secure"));
        assert_eq!(read(cookies, "__Host-sluis-login-abc=x"), []);
        assert_eq!(read(Cookies::at("https://sluis.example"), "sluis-login-abc=x"), []);
    }

    #[test]
    fn cookies_of_others_do_not_get_in_the_way() {
        let cookies = Cookies::at("https://sluis.example");
        let header = "=; nothing; a=%%; __Host-sluis-login-abc=x; b=\"c\"; __Host-sluis-login-d=no secret of ours";
        assert_eq!(read(cookies, header), [("abc".to_owned(), "x".to_owned())]);
    }

    #[test]
    fn the_oldest_logins_of_a_browser_make_room() {
        let cookies = Cookies::at("https://sluis.example");
        let header: Vec<_> = (0..9).map(|number| format!("__Host-sluis-login-{number}=x")).collect();
        let request = TestRequest::get()
            .insert_header(("Cookie", header.join("; ")))
            .to_http_request();
        let shown = cookies.read(&request);
        assert_eq!(Vec::from_iter(Cookies::too_many(&shown)), ["0", "1"]);
        assert_eq!(Cookies::too_many(&shown[..7]).count(), 0);
    }
}
