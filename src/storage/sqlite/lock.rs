//! The lock that keeps a second process from the file.

use std::{
    ffi::OsString,
    fs::{File, TryLockError},
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
        let unavailable = |error: std::io::Error| StorageError::Unavailable {
            cause: Fault::own(format!("`{}` cannot be opened: {error}", path.display())),
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StorageError::InUse {
                path: database.to_owned(),
            }),
            Err(TryLockError::Error(error)) => Err(unavailable(error)),
        }
    }
}
