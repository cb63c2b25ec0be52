//! The settings together: who wins, what is refused, what is not printed, and the manual.

use std::path::PathBuf;

use super::{Settings, fault::Fault, keys::MasterKeySource, source::Sources};

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> impl Iterator<Item = (String, String)> {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into_iter()
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sluis.toml");
    std::fs::write(&path, text).unwrap();
    (folder, path)
}

fn faults(sources: &Sources) -> Vec<Fault> {
    Settings::load(sources).unwrap_err().faults
}

#[test]
fn without_anything_all_defaults_hold() {
    let settings = Settings::load(&Sources::new()).unwrap();
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.kennisnet.eck_id_segments, ["201703"]);
    assert_eq!(settings.issuer.token_lifetime.as_secs(), 300);
    assert!(settings.cors.allowed_origins.is_empty());
}

#[test]
fn flags_win_from_the_environment_which_wins_from_the_file() {
    let (_folder, path) = file("[server]\nlisten = '127.0.0.1:1'\nworkers = 1\nrate_burst = 1\nbody_limit = 10");
    let sources = Sources::new()
        .with_environment(pairs([
            ("SLUIS_CONFIG", path.to_str().unwrap()),
            ("SLUIS_SERVER__WORKERS", "2"),
            ("SLUIS_SERVER__RATE_BURST", "2"),
            ("SLUIS_SERVER__TRUSTED_PROXIES", "['10.0.0.0/8', '::1']"),
            ("SLUIS_TEST_POSTGRES", "required"),
            ("OTHER", "1"),
        ]))
        .with_flags(pairs([("server.rate_burst", "3")]));
    let server = Settings::load(&sources).unwrap().server;
    assert_eq!(server.listen.port(), 1);
    assert_eq!(server.body_limit.get(), 10);
    assert_eq!(server.workers.map(std::num::NonZero::get), Some(2));
    assert_eq!(server.rate_burst.get(), 3);
    let proxies: Vec<String> = server
        .trusted_proxies
        .iter()
        .map(|network| network.net().to_string())
        .collect();
    assert_eq!(proxies, ["10.0.0.0/8", "::1/128"]);
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let (_folder, path) = file("lonely = 1\n[server]\nlisen = 'x'\nlisten = 'nowhere'\n[sluice]\ngate = true");
    let place = format!("file `{}`", path.display());
    let sources = Sources::new()
        .with_file(Some(path))
        .with_environment(pairs([
            ("SLUIS_SERVER__WORKERS", "none"),
            ("SLUIS_MASTER_KEY", "abc"),
            ("SLUIS_", "abc"),
            ("SLUIS_SERVER__LISTEN__PORT", "1"),
        ]))
        .with_flags(pairs([("server", "x")]));
    let mut told = Settings::load(&sources).unwrap_err().to_string();
    assert_eq!(told.matches('\n').count(), 9, "{told}");
    for (key, place) in [
        ("lonely", place.as_str()),
        ("server.lisen", &place),
        ("server.listen", &place),
        ("sluice.gate", &place),
        ("server.workers", "environment variable `SLUIS_SERVER__WORKERS`"),
        ("master_key", "environment variable `SLUIS_MASTER_KEY`"),
        ("", "environment variable `SLUIS_`"),
        (
            "server.listen.port",
            "environment variable `SLUIS_SERVER__LISTEN__PORT`",
        ),
        ("server", "flag `--set`"),
    ] {
        let line = told
            .lines()
            .find(|line| line.starts_with(&format!("  `{key}`")))
            .unwrap_or_default();
        assert!(line.ends_with(&format!("({place})")), "`{key}` in {told}");
        told = told.replacen(&format!("\n{line}"), "", 1);
    }
}

#[test]
fn a_file_that_cannot_be_read_stops_the_start_and_is_not_quoted() {
    let missing = Sources::new().with_file(Some(PathBuf::from("/nowhere/sluis.toml")));
    assert!(matches!(faults(&missing).as_slice(), [Fault::File { path, .. }] if path == "/nowhere/sluis.toml"));

    let (_folder, path) = file("[kennisnet]\nclient_id = 'a'\nclient_secret = 'hunter2");
    let told = Settings::load(&Sources::new().with_file(Some(path)))
        .unwrap_err()
        .to_string();
    assert!(told.contains("line 3"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn a_secret_comes_from_file_or_environment_and_is_never_printed() {
    let (_folder, path) = file("0123\n");
    let path = path.to_str().unwrap();
    for (name, value) in [
        ("SLUIS_KENNISNET__CLIENT_SECRET", "0123"),
        ("SLUIS_KENNISNET__CLIENT_SECRET_FILE", path),
    ] {
        let sources =
            Sources::new().with_environment(pairs([(name, value), ("SLUIS_KENNISNET__CLIENT_ID", "sluis.example")]));
        let settings = Settings::load(&sources).unwrap();
        assert_eq!(settings.kennisnet.client_secret.expose(), Some("0123"));
        let shown = format!("{settings:?}");
        assert!(
            shown.contains("client_secret: [secret]") && !shown.contains("0123"),
            "{shown}"
        );
    }
}

#[test]
fn a_secret_is_refused_as_a_flag_twice_or_as_a_number_and_the_refusal_does_not_repeat_it() {
    let (_folder, path) = file("[storage]\npostgres = 271828");
    let other_scheme = pairs([("SLUIS_STORAGE__POSTGRES", "mysql://u:271828@h/d")]);
    for (sources, key) in [
        (Sources::new().with_file(Some(path)), "storage.postgres"),
        (
            Sources::new().with_flags(pairs([("storage.postgres", "271828")])),
            "storage.postgres",
        ),
        (Sources::new().with_environment(other_scheme), "storage.postgres"),
        (
            Sources::new().with_environment(pairs([
                ("SLUIS_STORAGE__POSTGRES", "postgres://u:271828@h/d"),
                ("SLUIS_STORAGE__POSTGRES_FILE", "/run/secrets/postgres"),
            ])),
            "storage.postgres_file",
        ),
        (
            Sources::new().with_environment(pairs([("SLUIS_STORAGE__POSTGRES_FILE", "/nowhere/secret")])),
            "storage.postgres_file",
        ),
        (
            Sources::new().with_environment(pairs([("SLUIS_STORAGE__POSTGRES_FILE", "/dev/null")])),
            "storage.postgres_file",
        ),
    ] {
        let told = faults(&sources);
        assert!(
            matches!(told.as_slice(), [Fault::Invalid { key: found, .. }] if found == key),
            "{told:?}"
        );
        assert!(!format!("{told:?}").contains("271828"), "{told:?}");
    }
}

#[test]
fn what_is_shown_has_its_place_and_no_secret() {
    let (_secret_folder, secret) = file("postgres://sluis:271828@localhost/sluis");
    let (_folder, path) = file(&format!("[storage]\npostgres_file = '{}'", secret.display()));
    let sources = Sources::new()
        .with_file(Some(path.clone()))
        .with_environment(pairs([
            ("SLUIS_KENNISNET__CLIENT_ID", "sluis.example"),
            ("SLUIS_KENNISNET__CLIENT_SECRET", "271828"),
        ]))
        .with_flags(pairs([("server.workers", "2")]));
    let shown = Settings::show(&sources).unwrap();
    for (name, value, place) in [
        ("server.workers", "2", "flag `--set`"),
        ("server.trusted_proxies", "[]", "default"),
        ("keys.master_key_env", "", "not set"),
        ("storage.postgres", "[secret]", &format!("file `{}`", path.display())),
        (
            "kennisnet.client_secret",
            "[secret]",
            "environment variable `SLUIS_KENNISNET__CLIENT_SECRET`",
        ),
    ] {
        let line = shown.iter().find(|line| line.name == name).unwrap();
        assert_eq!((line.value.as_str(), line.place.as_str()), (value, place), "`{name}`");
    }
    assert_eq!(shown.len(), Settings::keys().len());
    assert!(!format!("{shown:?}").contains("271828"));
}

#[test]
fn an_empty_text_switches_an_optional_setting_off() {
    let sources = Sources::new().with_environment(pairs([
        ("SLUIS_TELEMETRY__METRICS_LISTEN", ""),
        ("SLUIS_KENNISNET__CLIENT_ID", ""),
        ("SLUIS_KENNISNET__CLIENT_SECRET", ""),
    ]));
    let settings = Settings::load(&sources).unwrap();
    assert_eq!(settings.telemetry.metrics_listen, None);
    assert_eq!(settings.kennisnet.client_id, None);
    assert!(!settings.kennisnet.client_secret.is_set());
}

#[test]
fn a_year_at_least_stays_the_key_by_which_records_know_persons() {
    let kept = |years: &'static str| {
        let name = "SLUIS_EVIDENCE__SUBJECT_RETENTION_YEARS";
        Sources::new().with_environment(pairs([(name, years)]))
    };
    let evidence = Settings::load(&Sources::new()).unwrap().evidence;
    assert_eq!(evidence.subject_retention_years.get(), 7);
    assert_eq!(
        Settings::load(&kept("1"))
            .unwrap()
            .evidence
            .subject_retention_years
            .get(),
        1
    );
    let told = faults(&kept("0"));
    assert!(
        matches!(told.as_slice(), [Fault::Invalid { key, .. }] if key == "evidence.subject_retention_years"),
        "{told:?}"
    );
}

#[test]
fn values_that_do_not_go_together_are_refused() {
    for (key, value) in [
        ("server.public_url", "http://sluis.example"),
        ("server.public_url", "https://sluis.example/base"),
        ("server.public_url", "https://user:pass@sluis.example"),
        ("server.body_limit", "0"),
        ("server.head_timeout", "5"),
        ("server.trusted_proxies", "['10.0.0.0/33']"),
        ("keys.master_key_env", "SLUIS_MASTER_KEY"),
        ("keys.master_key_command", "[]"),
        ("kennisnet.client_id", "sluis.example"),
        ("kennisnet.eck_id_segments", "['sp201703']"),
        ("kennisnet.eck_id_segments", "[]"),
        ("kennisnet.issuer", "https://user@issuer.example"),
        ("kennisnet.issuer", "issuer.example"),
        ("issuer.token_lifetime", "2h"),
        ("issuer.code_lifetime", "11m"),
        ("evidence.origin", "two words"),
        ("kennisnet.aliases", "{ eck_id = 'eckId' }"),
        ("synchronisation.shrink_guard_percent", "101"),
        ("synchronisation.quiet_hours", "always"),
        ("telemetry.log_level", "everything"),
        ("cors.allowed_origins", "['https://app.example/path']"),
        ("cors.allowed_origins", "['data:text/plain,x']"),
    ] {
        let told = faults(&Sources::new().with_flags(pairs([(key, value)])));
        assert!(
            matches!(told.as_slice(), [Fault::Invalid { key: found, place, .. }] if found == key && place == "flag `--set`"),
            "`{key}` = `{value}`: {told:?}"
        );
    }
}

#[test]
fn the_database_and_the_master_key_have_one_source() {
    let settings = Settings::load(&Sources::new()).unwrap();
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(&settings.storage.address()),
        "sqlite:data/sluis.db"
    );
    assert_eq!(
        settings.keys.source(),
        MasterKeySource::File("data/master.key".as_ref())
    );

    let sources = Sources::new()
        .with_environment(pairs([("SLUIS_STORAGE__POSTGRES", "postgres://u:p@h/d")]))
        .with_flags(pairs([("keys.master_key_env", "MASTER_KEY")]));
    let settings = Settings::load(&sources).unwrap();
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(&settings.storage.address()),
        "postgres://u:p@h/d"
    );
    assert_eq!(settings.keys.source(), MasterKeySource::Env("MASTER_KEY"));

    let both = Sources::new().with_flags(pairs([
        ("keys.master_key_env", "A"),
        ("keys.master_key_command", "['b']"),
    ]));
    assert_eq!(faults(&both).len(), 1);
}

#[test]
fn the_manual_lists_every_setting_with_its_default() {
    let manual = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md")).unwrap();
    let rows: Vec<String> = Settings::keys().iter().map(super::key::Key::row).collect();
    let listed: Vec<&str> = manual
        .lines()
        .skip_while(|line| *line != "| setting | default | what it is for |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(listed, rows, "put this into docs/operations.md:\n{}", rows.join("\n"));
}
