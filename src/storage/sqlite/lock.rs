//! The lock that keeps a second process from the file, and the rights that keep other users from it.

use std::{
    ffi::OsString,
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::storage::error::{Fault, StorageError};

/// Held as long as the file is open. The operating system takes it back when the process ends.
#[derive(Debug)]
pub(super) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Takes the lock beside this database file.
    pub(super) fn take(database: &Path) -> Result<Self, StorageError> {
        let mut name = OsString::from(database);
        name.push(".lock");
        let path = PathBuf::from(name);
        if let Some(folder) = database.parent() {
            fs::create_dir_all(folder).map_err(|error| unavailable(folder, &error))?;
        }
        let file = open_private(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StorageError::InUse {
                path: database.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(unavailable(&path, &error)),
        }
    }
}

/// Makes the database file, readable by its owner only, before the engine makes it readable by all. The engine gives
/// its log the same rights.
pub(super) fn make_private(database: &Path) -> Result<(), StorageError> {
    open_private(database).map(drop)
}

fn open_private(path: &Path) -> Result<File, StorageError> {
    File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| unavailable(path, &error))
}

fn unavailable(path: &Path, error: &io::Error) -> StorageError {
    StorageError::Unavailable {
        cause: Fault::own(format!("`{}` cannot be opened: {error}", path.display())),
    }
}
