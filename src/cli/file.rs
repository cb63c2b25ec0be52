//! Files that a command is pointed to: whatever is wrong with one is told with its name.

use std::{
    fmt, fs,
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use crate::{app::error::Invalid, storage::StorageError};

/// Something is wrong with a file.
#[derive(Debug, thiserror::Error)]
#[error("file `{}`", .path.display())]
pub struct FileError {
    path: PathBuf,
    #[source]
    cause: FileFault,
}

/// What is wrong with it.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The operating system does not let us read it.
    #[error("it cannot be read")]
    Unreadable(#[source] io::Error),
    /// The operating system does not let us write it.
    #[error("it cannot be written")]
    Unwritable(#[source] io::Error),
    /// It ends before its JSON does: a part of it is missing.
    #[error("it is cut off")]
    CutOff(#[source] serde_json::Error),
    /// There is nothing in it.
    #[error("it is empty")]
    Empty,
    /// It is not JSON, or not of the form that belongs here.
    #[error("it does not hold what it should")]
    Form(#[source] serde_json::Error),
    /// It is no roster.
    #[error("it cannot be read as EDEXML")]
    Roster(#[from] sluis_connector_port::ReadError),
    /// What it says is refused.
    #[error("what it holds is refused:{}", Listed(.0))]
    Refused(Vec<Invalid>),
    /// The database in it cannot be used.
    #[error("the database cannot be used")]
    Database(#[from] StorageError),
}

impl FileFault {
    /// The same, with the name of the file.
    pub(super) fn of(self, path: &Path) -> FileError {
        FileError {
            path: path.to_owned(),
            cause: self,
        }
    }
}

/// Reads a file with JSON of a known form.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FileError> {
    let content = fs::read(path).map_err(|error| FileFault::Unreadable(error).of(path))?;
    serde_json::from_slice(&content).map_err(|error| fault(error).of(path))
}

/// Reads a file with values of a known form one behind the other, one at a time; at least one.
pub(super) fn read_jsons<T: DeserializeOwned>(
    path: &Path,
) -> Result<impl Iterator<Item = Result<T, FileError>>, FileError> {
    let file = fs::File::open(path).map_err(|error| FileFault::Unreadable(error).of(path))?;
    let values = serde_json::Deserializer::from_reader(BufReader::new(file)).into_iter();
    let mut values = values
        .map(|value| value.map_err(|error| fault(error).of(path)))
        .peekable();
    match values.peek() {
        Some(_) => Ok(values),
        None => Err(FileFault::Empty.of(path)),
    }
}

/// Reads a file with text.
pub(super) fn read_text(path: &Path) -> Result<String, FileError> {
    fs::read_to_string(path).map_err(|error| FileFault::Unreadable(error).of(path))
}

fn fault(error: serde_json::Error) -> FileFault {
    if error.is_io() {
        FileFault::Unreadable(error.into())
    } else if error.is_eof() {
        FileFault::CutOff(error)
    } else {
        FileFault::Form(error)
    }
}

struct Listed<'a>(&'a [Invalid]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(faults) = self;
        faults
            .iter()
            .try_for_each(|fault| write!(f, "\n  `{}`: {}", fault.pointer, fault.detail))
    }
}
