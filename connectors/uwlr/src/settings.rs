//! Where a system is, and with which credentials.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sluis_core::address::is_protected;
use sluis_edexml::xml::Limits;
use url::Url;

/// The connection to one administration system.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) endpoint: Url,
    pub(crate) credentials: Credentials,
    pub(crate) data_set: Option<String>,
    pub(crate) time_out: Duration,
    pub(crate) limits: Limits,
}

/// What goes into the `autorisatie` header of every call. `Debug` tells nothing.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub(crate) authorisation_key: SecretString,
    pub(crate) client_code: SecretString,
    pub(crate) client_name: SecretString,
}

/// Why settings are refused. No value is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Credentials and pupils would go over the network in clear.
    #[error("the endpoint must be an https address (http is for loopback only), without user, password or fragment")]
    Endpoint,
    /// A part of the credentials that the schema does not allow.
    #[error("`{part}` must have 1 to 64 characters, none of them a control character")]
    Part {
        /// Its name in the schema.
        part: &'static str,
    },
}

impl Settings {
    /// The longest that a pull may take when nothing else is set; a system makes the whole school's message first.
    pub const TIME_OUT: Duration = Duration::from_secs(120);

    /// What is too much in an answer, unless told otherwise: one school, and it stays in memory until it is read.
    pub const LIMITS: Limits = Limits {
        bytes: 64 * 1024 * 1024,
        ..Limits::FILE
    };

    /// Settings with the usual time-out and limits.
    ///
    /// # Errors
    /// When the endpoint is not one that credentials may be sent to.
    pub fn new(endpoint: Url, credentials: Credentials) -> Result<Self, SettingsError> {
        let plain = endpoint.username().is_empty() && endpoint.password().is_none() && endpoint.fragment().is_none();
        if !(plain && is_protected(&endpoint)) {
            return Err(SettingsError::Endpoint);
        }
        Ok(Self {
            endpoint,
            credentials,
            data_set: None,
            time_out: Self::TIME_OUT,
            limits: Self::LIMITS,
        })
    }

    /// Asks for a named selection of the data (gegevenssetid), for example a "smalle set".
    ///
    /// # Errors
    /// When the schema does not allow the name.
    pub fn with_data_set(mut self, name: impl Into<String>) -> Result<Self, SettingsError> {
        let name = name.into();
        fits("gegevenssetid", &name)?;
        self.data_set = Some(name);
        Ok(self)
    }

    /// Sets the longest time that a pull may take.
    #[must_use]
    pub const fn with_time_out(mut self, time_out: Duration) -> Self {
        self.time_out = time_out;
        self
    }

    /// Sets what is too much in an answer.
    #[must_use]
    pub const fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

impl Credentials {
    /// The name and code that the system gave to the receiving application (klantnaam, klantcode), and the key that it
    /// gave to the school (autorisatiesleutel).
    ///
    /// # Errors
    /// When the schema does not allow one of them.
    pub fn new(
        client_name: SecretString,
        client_code: SecretString,
        authorisation_key: SecretString,
    ) -> Result<Self, SettingsError> {
        fits("klantnaam", client_name.expose_secret())?;
        fits("klantcode", client_code.expose_secret())?;
        fits("autorisatiesleutel", authorisation_key.expose_secret())?;
        Ok(Self {
            authorisation_key,
            client_code,
            client_name,
        })
    }
}

fn fits(part: &'static str, text: &str) -> Result<(), SettingsError> {
    // UWLR_Autorisatie_v2p2: tpString64.
    let fits = (1..=64).contains(&text.chars().count()) && !text.contains(char::is_control);
    if fits {
        Ok(())
    } else {
        Err(SettingsError::Part { part })
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn credentials(client_name: &str) -> Result<Credentials, SettingsError> {
        Credentials::new(client_name.into(), "code".into(), "key-of-the-school".into())
    }

    #[rstest]
    #[case("https://las.example/uwlr2.2", true)]
    #[case("http://127.0.0.1:8080/", true)]
    #[case("http://[::1]:8080/", true)]
    #[case("http://localhost/", true)]
    #[case("http://las.example/", false)]
    #[case("http://localhost.example/", false)]
    #[case("ftp://127.0.0.1/", false)]
    #[case("https://user@las.example/", false)]
    #[case("https://:secret@las.example/", false)]
    #[case("https://las.example/#part", false)]
    fn credentials_go_only_to_safe_places(#[case] endpoint: &str, #[case] allowed: bool) {
        let settings = Settings::new(Url::parse(endpoint).unwrap(), credentials("name").unwrap());
        assert_eq!(settings.is_ok(), allowed);
    }

    #[test]
    fn parts_are_as_the_schema_has_them() {
        let part = "klantnaam";
        for text in ["", "a\nb", &"é".repeat(65)] {
            assert_eq!(credentials(text).unwrap_err(), SettingsError::Part { part });
        }
        assert!(credentials(&"é".repeat(64)).is_ok());
    }

    #[test]
    fn credentials_cannot_be_printed() {
        assert!(!format!("{:?}", credentials("name")).contains("key-of-the-school"));
    }
}
