//! What can go wrong with keys and sealed values.

use crate::storage::error::StorageError;

/// Why a key or a sealed value is not to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The database did not do its part.
    #[error("the keys cannot be read from the database")]
    Storage(#[from] StorageError),
    /// There is no master key where it should be.
    #[error("there is no master key in {place}; without it nothing in this database can be read")]
    MasterKeyMissing {
        /// Where it should be.
        place: String,
    },
    /// What is there cannot be read.
    #[error("the master key in {place} cannot be read: {reason}")]
    MasterKeyUnreadable {
        /// Where it should be.
        place: String,
        /// What the operating system said.
        reason: String,
    },
    /// What is there is not a master key.
    #[error("what is in {place} is not a master key: 64 hexadecimal digits")]
    MasterKeyMalformed {
        /// Where it should be.
        place: String,
    },
    /// It is a master key, but not that of this database.
    #[error("the master key in {place} is not the one that this database was first started with")]
    MasterKeyDiffers {
        /// Where the wrong one is.
        place: String,
    },
    /// A data key was destroyed at this very moment.
    #[error("the key was destroyed")]
    Destroyed,
    /// A sealed value was sealed with another key or for another row, or it was changed.
    #[error("a sealed value cannot be opened with this key and in this row")]
    Unreadable,
    /// A value is too long to be sealed.
    #[error("the value is too long to be sealed")]
    TooLong,
}
