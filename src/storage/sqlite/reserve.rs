//! Room kept in reserve beside the database, and the alarm before the disk is full.
//!
//! Promises: while the disk fills up, an alarm comes first; when it is full, acts still find room, so that a school can
//! withdraw to the last, and everything else is refused: decisions, logins, rosters. What was kept in reserve is made again as
//! soon as there is room. The room is a file of zeros, written out: a file with holes would keep nothing.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::storage::error::{Fault, StorageError};

/// How much is written at once.
const PIECE: usize = 1 << 20;

/// How much room is kept, and when the alarm goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Room {
    /// Bytes kept in reserve; 0 keeps nothing.
    pub reserve: u64,
    /// With fewer bytes free on the disk the alarm goes.
    pub alarm: u64,
}

/// The reserve of one database file.
#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    room: Room,
    /// Given away to acts and not made again yet.
    spent: AtomicBool,
}

impl Reserve {
    /// The reserve beside this file, made if there is room for it.
    pub(super) fn beside(database: &Path, room: Room) -> Self {
        let mut name = OsString::from(database);
        name.push(".reserve");
        let reserve = Self {
            path: PathBuf::from(name),
            room,
            spent: AtomicBool::new(room.reserve > 0),
        };
        reserve.tend();
        reserve
    }

    /// Whether everything but acts must be refused, since the room that is left is for them.
    pub(super) fn is_spent(&self) -> bool {
        self.spent.load(Ordering::SeqCst)
    }

    /// Gives the room away, if a write failed for want of it; whether trying again may help.
    pub(super) fn give_away(&self, error: &StorageError) -> bool {
        if self.room.reserve == 0 || !is_want_of_room(error) {
            return false;
        }
        self.spent.store(true, Ordering::SeqCst);
        tracing::error!("the disk is full: acts go on by the room kept in reserve, all else is refused");
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::error!(%error, "the room kept in reserve cannot be given away");
                false
            }
            _ => true,
        }
    }

    /// Looks how much room there is: tells it, raises the alarm, and makes the reserve again.
    pub(super) fn tend(&self) {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        match rustix::fs::statvfs(folder.unwrap_or(Path::new("."))) {
            Ok(disk) => {
                let free = disk.f_bavail.saturating_mul(disk.f_frsize);
                #[expect(clippy::cast_precision_loss, reason = "a gauge; exact to a few bytes in petabytes")]
                metrics::gauge!("sluis_storage_available_bytes").set(free as f64);
                if free < self.room.alarm {
                    tracing::warn!(storage.available_bytes = free, "the disk is nearly full");
                }
            }
            Err(error) => tracing::warn!(%error, "how much room there is cannot be read"),
        }
        if self.is_spent() {
            match self.make() {
                Ok(()) => self.spent.store(false, Ordering::SeqCst),
                Err(error) => {
                    // Half a reserve takes room from acts.
                    let _ = fs::remove_file(&self.path);
                    tracing::error!(%error, "there is no room for the reserve: decisions are refused");
                }
            }
        }
    }

    fn make(&self) -> io::Result<()> {
        let has_it = fs::metadata(&self.path).is_ok_and(|file| file.len() == self.room.reserve);
        if has_it {
            return Ok(());
        }
        let mut file = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&self.path)?;
        let piece = vec![0; PIECE];
        let mut left = self.room.reserve;
        while left > 0 {
            let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            file.write_all(piece.get(..length).unwrap_or_default())?;
            left = left.saturating_sub(length as u64);
        }
        file.sync_all()
    }
}

/// The answer to everything else while the room that is left is for acts.
pub(super) fn refused() -> StorageError {
    StorageError::Unavailable {
        cause: Fault::own("the disk is full"),
    }
}

fn is_want_of_room(error: &StorageError) -> bool {
    let full = rusqlite::ffi::SQLITE_FULL.to_string();
    matches!(error, StorageError::Unavailable { cause } if cause.code == full)
}
