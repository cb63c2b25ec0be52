//! Where values come from, and who wins: defaults < file < environment < flags.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use figment::{
    Figment, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};

use super::{fault::Fault, key::Key};

/// What begins the name of an environment variable that is a setting: `SLUIS_SERVER__LISTEN` is `server.listen`.
pub const PREFIX: &str = "SLUIS_";
/// The environment variable that names the file.
pub const FILE_VARIABLE: &str = "SLUIS_CONFIG";
/// Environment variables of the tests; they are not settings.
const TEST_PREFIX: &str = "SLUIS_TEST_";
/// The place of a value that was given as a flag.
const FLAG: &str = "flag `--set`";

/// What an operator gave: a file, environment variables, and flags.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    file: Option<PathBuf>,
    environment: Vec<(String, String)>,
    flags: Vec<(String, String)>,
}

impl Sources {
    /// Nothing given: all defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// The environment of this process, and the file that it names.
    pub fn from_process() -> Self {
        let named = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            (
                name.to_string_lossy().into_owned(),
                value.to_string_lossy().into_owned(),
            )
        };
        Self::new().with_environment(env::vars_os().map(named))
    }

    /// Adds environment variables. Those of others and of the tests are left aside; `SLUIS_CONFIG` names the file.
    #[must_use]
    pub fn with_environment(mut self, variables: impl IntoIterator<Item = (String, String)>) -> Self {
        for (name, value) in variables {
            if name == FILE_VARIABLE {
                self.file = Some(PathBuf::from(value));
            } else if name.starts_with(PREFIX) && !name.starts_with(TEST_PREFIX) {
                self.environment.push((name, value));
            }
        }
        self
    }

    /// Names the file; wins from `SLUIS_CONFIG`.
    #[must_use]
    pub fn with_file(mut self, file: Option<PathBuf>) -> Self {
        self.file = file.or(self.file);
        self
    }

    /// Adds flags: a key and its value.
    #[must_use]
    pub fn with_flags(mut self, flags: impl IntoIterator<Item = (String, String)>) -> Self {
        self.flags.extend(flags);
        self
    }

    /// The known values put together, each with its place; what is not known goes to the faults.
    pub(super) fn merge(&self, keys: &[Key], faults: &mut Vec<Fault>) -> Figment {
        let mut figment = Figment::new();
        for key in keys {
            if let Some(default) = &key.default {
                figment = figment.merge(Layer::new("default", key.name, default.clone()));
            }
        }
        for (place, key, value) in self.given(faults) {
            match keys.iter().find(|known| known.covers(&key)) {
                None => faults.push(Fault::Unknown { key, place }),
                Some(known) if known.secret && place == FLAG => faults.push(Fault::Invalid {
                    key,
                    reason: "a secret is not given as a flag, where every user of the machine can read it".to_owned(),
                    place,
                }),
                Some(_) => figment = figment.merge(Layer::new(place, &key, value)),
            }
        }
        figment
    }

    /// Place, key and value of everything that was given; who comes later wins.
    fn given(&self, faults: &mut Vec<Fault>) -> Vec<(String, String, Value)> {
        let mut given = Vec::new();
        if let Some(path) = &self.file {
            match read(path) {
                Ok(values) => given.extend(values),
                Err(reason) => faults.push(Fault::File {
                    path: path.display().to_string(),
                    reason,
                }),
            }
        }
        for (name, value) in &self.environment {
            let key = name.trim_start_matches(PREFIX).replace("__", ".").to_ascii_lowercase();
            let place = format!("environment variable `{name}`");
            given.push((place, key, Value::from(value.as_str())));
        }
        for (key, value) in &self.flags {
            given.push((FLAG.to_owned(), key.clone(), Value::from(value.as_str())));
        }
        given
    }
}

/// Reads a file: its sections are tables, their entries settings.
fn read(path: &Path) -> Result<Vec<(String, String, Value)>, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    // The error's own text quotes the line, which may hold a secret: only its message and place go on.
    let table: toml::Table = toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("line {}: {}", before.matches('\n').count() + 1, error.message())
    })?;
    let place = format!("file `{}`", path.display());
    let mut values = Vec::new();
    for (section, entries) in table {
        let entries = match entries {
            toml::Value::Table(entries) => entries,
            value => toml::Table::from_iter([(String::new(), value)]),
        };
        for (name, value) in entries {
            let key = format!("{section}.{name}");
            let value = Value::serialize(value).map_err(|_| format!("`{key}` has no usable value"))?;
            values.push((place.clone(), key.trim_end_matches('.').to_owned(), value));
        }
    }
    Ok(values)
}

/// One value that comes from one place.
struct Layer {
    place: String,
    values: Dict,
}

impl Layer {
    fn new(place: impl Into<String>, key: &str, value: Value) -> Self {
        Self {
            place: place.into(),
            values: figment::util::nest(key, value).into_dict().unwrap_or_default(),
        }
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}
