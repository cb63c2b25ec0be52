//! What each room is told, from the settings of the operator.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret;
use sluis_core::identifier::EckIdRules;
use url::Url;

use crate::{
    app::{AppSettings, intake::ShrinkGuard},
    cli::{error::CliError, file::FileFault},
    config::{
        Settings,
        fault::{ConfigError, Fault},
        keys,
        period::Period,
    },
    federation::{
        assertion::AssertionTerms,
        kennisnet::{AttributeAliases, IssuerUrl, KennisnetSettings},
        token::Terms,
    },
    http::{
        openapi,
        server::Listening,
        settings::{Rate, Settings as HttpSettings},
    },
    storage::{
        Database,
        keyring::MasterKeySource,
        postgres::{Postgres, PostgresOptions},
        sqlite::{Room, Sqlite, SqliteOptions},
    },
    worker::Timetable,
};

/// How many persons of opened rosters stay in memory: about a hundred bytes each and their names.
const PERSONS: u64 = 500_000;

/// How the outside world reaches this service, without a slash at the end: issuer of its tokens, base of its links.
pub fn base(settings: &Settings) -> String {
    settings.server.public_url.origin().ascii_serialization()
}

/// How the HTTP side behaves.
pub fn http(settings: &Settings) -> HttpSettings {
    let server = &settings.server;
    HttpSettings {
        base: base(settings),
        allowed_origins: settings.cors.origins().collect(),
        trusted_proxies: server.trusted_proxies.iter().map(|network| network.net()).collect(),
        body_limit: server.body_limit.get(),
        timeout: server.request_timeout.as_duration(),
        client_rate: Some(Rate {
            per_second: server.rate_per_second,
            burst: server.rate_burst,
        }),
        address_rate: Some(Rate {
            per_second: server.address_rate_per_second,
            burst: server.address_rate_burst,
        }),
    }
}

/// Where the HTTP side listens.
pub fn listening(settings: &Settings) -> Listening {
    let server = &settings.server;
    Listening {
        address: server.listen,
        operations: settings.telemetry.metrics_listen,
        workers: server.workers.map(Into::into),
        head_timeout: server.head_timeout.as_duration(),
        keep_alive: server.keep_alive.as_duration(),
        stop_timeout: server.stop_timeout.as_duration(),
    }
}

/// Opens the database.
///
/// # Errors
/// When it does not answer, is in use, or its schema is newer than this program.
pub async fn database(settings: &Settings) -> Result<Database, CliError> {
    let storage = &settings.storage;
    if let Some(address) = storage.postgres.get() {
        let mut options = PostgresOptions::parse(address.expose_secret())?;
        options.connections = storage.connections;
        options.statement_timeout = storage.statement_timeout.as_duration();
        return Ok(Database::Postgres(Postgres::open(options).await?));
    }
    private_folder(&storage.sqlite).map_err(|error| FileFault::Unwritable(error).of(&storage.sqlite))?;
    let mut options = SqliteOptions::new(&storage.sqlite);
    options.readers = storage.connections;
    let bytes = |mebibytes: u32| u64::from(mebibytes) << 20;
    options.room = Room {
        reserve: bytes(storage.reserve_mib),
        alarm: bytes(storage.alarm_mib),
    };
    Ok(Database::Sqlite(
        Sqlite::open(options)
            .await
            .map_err(|error| FileFault::from(error).of(&storage.sqlite))?,
    ))
}

/// Where the master key is.
pub fn master_key(settings: &Settings) -> MasterKeySource {
    match settings.keys.source() {
        keys::MasterKeySource::File(path) => MasterKeySource::File(path.to_owned()),
        keys::MasterKeySource::Env(name) => MasterKeySource::Environment(name.to_owned()),
        keys::MasterKeySource::Command(command) => MasterKeySource::Command {
            program: command.first().map(PathBuf::from).unwrap_or_default(),
            arguments: command.get(1..).unwrap_or_default().to_vec(),
        },
    }
}

/// How the use cases behave.
pub fn app(settings: &Settings) -> AppSettings {
    AppSettings {
        eck_ids: eck_ids(settings),
        login_secs: secs(settings.kennisnet.login_timeout),
        code_secs: secs(settings.issuer.code_lifetime),
        shrink_guard: ShrinkGuard {
            minimum: usize::try_from(settings.synchronisation.shrink_guard_minimum).unwrap_or(usize::MAX),
            percent: settings.synchronisation.shrink_guard_percent,
        },
        pulls_at_once: settings.synchronisation.at_once.get().into(),
        subject_retention_years: settings.evidence.subject_retention_years,
        persons_in_memory: PERSONS,
    }
}

/// What access tokens have in common; they are for our own API.
pub fn access_terms(settings: &Settings) -> Terms {
    let base = base(settings);
    Terms {
        lifetime_secs: secs(settings.issuer.token_lifetime),
        ..Terms::new(base.clone(), base)
    }
}

/// What assertions of clients must be like.
pub fn assertion_terms(settings: &Settings) -> AssertionTerms {
    let base = base(settings);
    let token_endpoint = format!("{base}{}", openapi::TOKEN_PATH);
    AssertionTerms {
        lifetime_secs: secs(settings.issuer.assertion_lifetime),
        ..AssertionTerms::new(base, token_endpoint)
    }
}

/// When connections are pulled.
pub fn timetable(settings: &Settings) -> Timetable {
    let quiet = settings.synchronisation.quiet_hours;
    Timetable {
        every_secs: secs(settings.synchronisation.every),
        retry_secs: secs(settings.synchronisation.retry),
        is_quiet: Box::new(move |time| quiet.is_some_and(|hours| hours.hold(time))),
    }
}

/// The name of the log of evidence.
pub fn origin(settings: &Settings) -> String {
    let host = settings.server.public_url.host_str().unwrap_or_default();
    settings.evidence.origin.clone().unwrap_or_else(|| host.to_owned())
}

/// Which ECK iDs are taken in.
pub fn eck_ids(settings: &Settings) -> EckIdRules {
    EckIdRules::new(settings.kennisnet.eck_id_segments.iter().cloned())
}

/// The connection to Kennisnet, if there is one; the browser comes back at this path unless it is set otherwise.
///
/// # Errors
/// When an alias is given for an attribute that nobody knows.
pub fn kennisnet(settings: &Settings, callback: &str) -> Result<Option<KennisnetSettings>, ConfigError> {
    let kennisnet = &settings.kennisnet;
    let (Some(client_id), Some(client_secret)) = (&kennisnet.client_id, kennisnet.client_secret.get()) else {
        return Ok(None);
    };
    let invalid = |key: &str, reason: String| ConfigError {
        faults: vec![Fault::Invalid {
            key: key.to_owned(),
            reason,
            place: "all places together".to_owned(),
        }],
    };
    let issuer = IssuerUrl::new(kennisnet.issuer.clone()).map_err(|e| invalid("kennisnet.issuer", e.to_string()))?;
    let redirect_uri = match &kennisnet.redirect_url {
        Some(address) => address.clone(),
        None => Url::parse(&format!("{}{callback}", base(settings)))
            .map_err(|error| invalid("server.public_url", error.to_string()))?,
    };
    let aliases = serde_json::to_value(&kennisnet.aliases)
        .and_then(serde_json::from_value::<AttributeAliases>)
        .map_err(|error| invalid("kennisnet.aliases", error.to_string()))?;
    Ok(Some(KennisnetSettings {
        scopes: kennisnet.scopes.clone(),
        aliases,
        eck_id: eck_ids(settings),
        second_factor: kennisnet.second_factor.iter().cloned().collect(),
        acr_values: kennisnet.known_acr_values().into_iter().collect(),
        select_account: kennisnet.select_account,
        clock_skew_secs: secs(kennisnet.clock_skew),
        login_secs: secs(kennisnet.login_timeout),
        timeout: kennisnet.timeout.as_duration(),
        ..KennisnetSettings::new(issuer, client_id.clone(), client_secret.clone(), redirect_uri)
    }))
}

fn secs(period: Period) -> i64 {
    i64::try_from(period.as_secs()).unwrap_or(i64::MAX)
}

/// A folder that only its owner can look into, if it is not there yet.
fn private_folder(of: &Path) -> io::Result<()> {
    match of.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => DirBuilder::new().recursive(true).mode(0o700).create(folder),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::source::Sources;

    fn settings<const N: usize>(pairs: [(&str, &str); N]) -> Settings {
        let variables = pairs.map(|(name, value)| (format!("SLUIS_{name}"), value.to_owned()));
        Settings::load(&Sources::new().with_environment(variables)).unwrap()
    }

    #[test]
    fn addresses_follow_from_the_public_one() {
        let settings = settings([("SERVER__PUBLIC_URL", "https://sluis.example")]);
        assert_eq!(http(&settings).base, "https://sluis.example");
        assert_eq!(access_terms(&settings).issuer, "https://sluis.example");
        assert_eq!(access_terms(&settings).lifetime_secs, 300);
        assert!(
            assertion_terms(&settings)
                .audiences
                .contains(&"https://sluis.example/oidc/token".to_owned())
        );
        assert_eq!(origin(&settings), "sluis.example");
    }

    #[test]
    fn without_a_client_at_kennisnet_there_is_no_login() {
        assert!(kennisnet(&settings([]), "/callback").unwrap().is_none());
    }

    #[test]
    fn the_connection_to_kennisnet_keeps_the_issuer_as_it_was_written() {
        let client = [
            ("KENNISNET__CLIENT_ID", "sluis.example"),
            ("KENNISNET__CLIENT_SECRET", "secret"),
            ("KENNISNET__ALIASES", "{ eck_id = ['keten'] }"),
            ("KENNISNET__SECOND_FACTOR", "['mfa']"),
        ];
        let connection = kennisnet(&settings(client), "/login/callback").unwrap().unwrap();
        assert_eq!(connection.issuer.as_str(), "https://oidcng.entree.kennisnet.nl");
        assert_eq!(connection.redirect_uri.as_str(), "http://localhost:8080/login/callback");
        assert_eq!(connection.aliases.eck_id, ["keten"]);
        assert_eq!(connection.aliases.email, AttributeAliases::default().email);
        assert!(connection.second_factor.contains("mfa"));

        let unknown = [client[0], client[1], ("KENNISNET__ALIASES", "{ shoe_size = ['s'] }")];
        let told = kennisnet(&settings(unknown), "/").unwrap_err().to_string();
        assert!(
            told.contains("kennisnet.aliases") && told.contains("shoe_size"),
            "{told}"
        );
    }

    #[test]
    fn a_master_key_can_come_from_a_command() {
        let settings = settings([("KEYS__MASTER_KEY_COMMAND", "['vault', 'read', 'key']")]);
        let expected = MasterKeySource::Command {
            program: "vault".into(),
            arguments: vec!["read".to_owned(), "key".to_owned()],
        };
        assert_eq!(master_key(&settings), expected);
    }

    #[actix_web::test]
    async fn the_first_start_makes_the_folder_of_the_database_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt;
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("data/sluis.db");
        let settings = settings([("STORAGE__SQLITE", file.to_str().unwrap())]);
        drop(database(&settings).await.unwrap());
        let folder = std::fs::metadata(file.parent().unwrap()).unwrap();
        assert_eq!(folder.permissions().mode() & 0o777, 0o700);
        assert!(file.exists());
    }
}
