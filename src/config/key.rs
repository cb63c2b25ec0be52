//! One declaration per setting: its type, its text and its default.

use std::{fs, path::PathBuf};

use figment::{
    Figment,
    value::{Empty, Value},
};
use serde::de::DeserializeOwned;

use super::{fault::Fault, secret::Secret, source::Sources};

/// A setting, as the manual shows it.
#[derive(Debug, Clone)]
pub struct Key {
    /// The name, dotted: `server.listen`.
    pub name: &'static str,
    /// What it is for.
    pub about: String,
    /// The value when nothing is set.
    pub default: Option<Value>,
    /// Whether it is never printed. A secret can also be given as a file: its name with `_file` behind it.
    pub secret: bool,
}

impl Key {
    /// Describes a setting of one type.
    pub(super) fn of<T: Setting>(name: &'static str, about: &[&str], default: Option<Value>) -> Self {
        let about = about.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
        Self {
            name,
            about,
            default,
            secret: T::SECRET,
        }
    }

    /// The line of this setting in the manual.
    pub fn row(&self) -> String {
        let default = match &self.default {
            Some(value) => format!("`{}`", text(value)),
            None if self.secret => "secret".to_owned(),
            None => String::new(),
        };
        format!("| `{}` | {default} | {} |", self.name, self.about)
    }

    /// Whether a name is that of this setting.
    pub(super) fn covers(&self, name: &str) -> bool {
        name == self.name || self.secret && name.strip_suffix("_file") == Some(self.name)
    }
}

/// A setting with its value, fit to be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The name, dotted.
    pub name: &'static str,
    /// The value as one would write it in an environment variable; `[secret]` for what is not printed.
    pub value: String,
    /// Where it came from.
    pub place: String,
}

/// A value as one would write it in an environment variable.
fn text(value: &Value) -> String {
    match value {
        Value::String(_, text) => text.clone(),
        other => serde_json::to_string(other).unwrap_or_default(),
    }
}

/// Settings that belong together; the first half of their names.
pub(super) trait Section: Sized {
    /// The settings of this section.
    fn keys() -> Vec<Key>;
    /// Reads them; `None` when one of them cannot be read.
    fn read(reader: &mut Reader) -> Option<Self>;
    /// What is wrong with values that are well formed by themselves: the name of the setting, and why.
    fn disagreements(&self) -> Vec<(&'static str, &'static str)>;
}

/// The value of a setting.
pub(super) trait Setting: Sized {
    /// Whether it is never printed.
    const SECRET: bool;
    /// Reads it.
    fn read(reader: &mut Reader, key: &str) -> Option<Self>;
}

impl<T: DeserializeOwned> Setting for T {
    const SECRET: bool = false;
    fn read(reader: &mut Reader, key: &str) -> Option<Self> {
        let value = reader.value(key).unwrap_or_else(|| Value::from(Empty::None));
        match parse(&value) {
            Ok(value) => Some(value),
            Err(reason) => {
                reader.fault(key, reason);
                None
            }
        }
    }
}

impl Setting for Secret {
    const SECRET: bool = true;
    fn read(reader: &mut Reader, key: &str) -> Option<Self> {
        let file_key = format!("{key}_file");
        match (reader.value(key), reader.value(&file_key)) {
            (None, None) => Some(Self::default()),
            (Some(_), Some(_)) => {
                reader.fault(&file_key, format!("`{key}` is set too; keep one of the two"));
                None
            }
            (Some(value), None) => {
                let text = value.into_string();
                if text.is_none() {
                    reader.fault(key, "this is not a text".to_owned());
                }
                text.map(|text| {
                    if text.is_empty() {
                        Self::default()
                    } else {
                        Self::new(text)
                    }
                })
            }
            (None, Some(path)) => {
                let path = PathBuf::from(path.into_string().unwrap_or_default());
                let read = fs::read_to_string(&path).map_err(|error| error.to_string());
                match read.as_deref().map(|text| text.trim_end_matches(['\r', '\n'])) {
                    Ok("") => reader.fault(&file_key, format!("file `{}` is empty", path.display())),
                    Ok(text) => return Some(Self::new(text)),
                    Err(reason) => {
                        reader.fault(&file_key, format!("file `{}` cannot be read: {reason}", path.display()));
                    }
                }
                None
            }
        }
    }
}

/// A text is taken as it stands where the setting is a text; else it is read as a TOML value, so that numbers and lists
/// can come from the environment and from flags. An empty text switches an optional setting off.
fn parse<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    let read = |value: &Value| value.deserialize().map_err(|error| error.kind.to_string());
    if value.as_str() == Some("")
        && let Ok(none) = read(&Value::from(Empty::None))
    {
        return Ok(none);
    }
    read(value).or_else(|reason| {
        let table = value
            .as_str()
            .and_then(|text| toml::from_str::<toml::Table>(&format!("value = {text}")).ok())
            .filter(|table| table.len() == 1);
        let parsed = table.and_then(|mut table| Value::serialize(table.remove("value")?).ok());
        parsed.map_or(Err(reason), |parsed| read(&parsed))
    })
}

/// Reads settings and gathers what is wrong.
pub(super) struct Reader {
    figment: Figment,
    faults: Vec<Fault>,
}

impl Reader {
    /// Puts the sources together.
    pub(super) fn open(sources: &Sources, keys: &[Key]) -> Self {
        let mut faults = Vec::new();
        let figment = sources.merge(keys, &mut faults);
        Self { figment, faults }
    }

    /// The value of a setting.
    pub(super) fn value(&self, key: &str) -> Option<Value> {
        self.figment.find_value(key).ok()
    }

    /// Where the value of a setting came from.
    fn place(&self, key: &str) -> String {
        self.figment
            .find_metadata(key)
            .map_or_else(|| "not set".to_owned(), |metadata| metadata.name.to_string())
    }

    /// The value of a setting, fit to be printed.
    pub(super) fn show(&self, key: &Key) -> Shown {
        let by_file = format!("{}_file", key.name);
        let (name, value) = match self.value(key.name) {
            None if key.secret && self.value(&by_file).is_some() => (by_file.as_str(), Some("[secret]".to_owned())),
            Some(_) if key.secret => (key.name, Some("[secret]".to_owned())),
            value => (key.name, value.as_ref().map(text)),
        };
        Shown {
            name: key.name,
            value: value.unwrap_or_default(),
            place: self.place(name),
        }
    }

    /// Reads a section and lets it look at its values together.
    pub(super) fn section<S: Section>(&mut self) -> Option<S> {
        let section = S::read(self)?;
        for (key, reason) in section.disagreements() {
            self.fault(key, reason.to_owned());
        }
        Some(section)
    }

    /// What was wrong.
    pub(super) fn into_faults(self) -> Vec<Fault> {
        self.faults
    }

    fn fault(&mut self, key: &str, reason: String) {
        self.faults.push(Fault::Invalid {
            key: key.to_owned(),
            reason,
            place: self.place(key),
        });
    }
}

/// Declares a section: the struct, the rows of the manual and the reading come from the same lines.
macro_rules! section {
    (
        $(#[doc = $doc:literal])+
        $section:ident = $prefix:literal {
            $($(#[doc = $about:literal])+ $key:ident: $type:ty $(= $default:expr)?,)+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        pub struct $section {
            $($(#[doc = $about])+ pub $key: $type,)+
        }

        impl $crate::config::key::Section for $section {
            fn keys() -> Vec<$crate::config::key::Key> {
                vec![$(
                    $crate::config::key::Key::of::<$type>(
                        concat!($prefix, ".", stringify!($key)),
                        &[$($about),+],
                        None$(.or(figment::value::Value::serialize($default).ok()))?,
                    ),
                )+]
            }

            fn read(reader: &mut $crate::config::key::Reader) -> Option<Self> {
                use $crate::config::key::Setting;
                $(let $key = <$type>::read(reader, concat!($prefix, ".", stringify!($key)));)+
                Some(Self { $($key: $key?,)+ })
            }

            fn disagreements(&self) -> Vec<(&'static str, &'static str)> {
                self.check()
            }
        }
    };
}
pub(super) use section;
