//! The master key: where it comes from, and what it wraps.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, LessSafeKey, UnboundKey},
    constant_time,
    hkdf::{HKDF_SHA256, Salt},
    hmac,
};
use sluis_core::random::{self, Random};
use zeroize::Zeroizing;

use super::{cipher, error::KeyringError};

/// Where the master key comes from: 64 hexadecimal digits, white space around them is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MasterKeySource {
    /// A file. The first start makes it, readable by its owner only.
    File(PathBuf),
    /// A variable of the environment, by its name.
    Environment(String),
    /// What a program prints, for example one that asks a key management service. No shell is between.
    Command {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
    },
}

impl fmt::Display for MasterKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the file `{}`", path.display()),
            Self::Environment(name) => write!(f, "the environment variable `{name}`"),
            Self::Command { program, .. } => write!(f, "the output of `{}`", program.display()),
        }
    }
}

impl MasterKeySource {
    /// Reads the key.
    pub(super) async fn load(&self) -> Result<MasterKey, KeyringError> {
        let source = self.clone();
        let text = tokio::task::spawn_blocking(move || source.read())
            .await
            .map_err(|_| self.unreadable("reading it was broken off"))??;
        MasterKey::parse(&text).ok_or_else(|| KeyringError::MasterKeyMalformed {
            place: self.to_string(),
        })
    }

    /// Makes a key and writes it to the file, or reads the key that somebody else wrote there just now.
    pub(super) async fn create(&self, random: &dyn Random) -> Result<(MasterKey, Option<PathBuf>), KeyringError> {
        let Self::File(path) = self else {
            return Err(KeyringError::MasterKeyMissing {
                place: self.to_string(),
            });
        };
        let bytes = Zeroizing::new(random::bytes::<32>(random));
        let text = Zeroizing::new(format!("{}\n", hex::encode(bytes.as_slice())));
        match write_new(path, text.as_bytes(), random) {
            Ok(()) => Ok((MasterKey::new(&bytes)?, Some(path.clone()))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok((self.load().await?, None)),
            Err(error) => Err(self.unreadable(&error.to_string())),
        }
    }

    fn read(&self) -> Result<Zeroizing<String>, KeyringError> {
        let missing = || KeyringError::MasterKeyMissing {
            place: self.to_string(),
        };
        match self {
            Self::File(path) => match fs::read_to_string(path) {
                Ok(text) => {
                    warn_when_readable_by_others(path);
                    Ok(Zeroizing::new(text))
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Err(missing()),
                Err(error) => Err(self.unreadable(&error.to_string())),
            },
            Self::Environment(name) => std::env::var(name).map(Zeroizing::new).map_err(|_| missing()),
            Self::Command { program, arguments } => {
                let output = Command::new(program)
                    .args(arguments)
                    .stdin(Stdio::null())
                    .stderr(Stdio::null())
                    .output()
                    .map_err(|error| self.unreadable(&error.to_string()))?;
                let text = Zeroizing::new(output.stdout);
                if !output.status.success() {
                    return Err(self.unreadable(&output.status.to_string()));
                }
                Ok(Zeroizing::new(String::from_utf8_lossy(&text).into_owned()))
            }
        }
    }

    fn unreadable(&self, reason: &str) -> KeyringError {
        KeyringError::MasterKeyUnreadable {
            place: self.to_string(),
            reason: reason.to_owned(),
        }
    }
}

/// Writes a file that nobody else may read, durably and whole or not at all; never over one that exists.
fn write_new(path: &Path, content: &[u8], random: &dyn Random) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    let draft = folder.join(format!(".key-{}", hex::encode(random::bytes::<8>(random))));
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(&draft)?;
    let written = file
        .write_all(content)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    written?;
    File::open(folder)?.sync_all()
}

fn warn_when_readable_by_others(path: &Path) {
    let mode = fs::metadata(path).map_or(0, |about| about.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "the master key can be read by other users of this machine");
    }
}

/// The key that wraps the data keys.
pub(super) struct MasterKey {
    wrapping: LessSafeKey,
    fingerprint: hmac::Tag,
}

impl MasterKey {
    fn parse(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), bytes.as_mut_slice()).ok()?;
        Self::new(&bytes).ok()
    }

    fn new(bytes: &[u8; 32]) -> Result<Self, KeyringError> {
        // Two keys from one, so that what is shown of the one says nothing about the other.
        let secret = Salt::new(HKDF_SHA256, b"sluis master key").extract(bytes);
        let wrapping = secret
            .expand(&[b"wrap data keys"], &AES_256_GCM)
            .map(|key| LessSafeKey::new(UnboundKey::from(key)))
            .map_err(|_| KeyringError::Unreadable)?;
        let naming = secret
            .expand(&[b"fingerprint"], hmac::HMAC_SHA256)
            .map(hmac::Key::from)
            .map_err(|_| KeyringError::Unreadable)?;
        Ok(Self {
            wrapping,
            fingerprint: hmac::sign(&naming, b"sluis master key"),
        })
    }

    /// What the database knows the key by.
    pub(super) fn fingerprint(&self) -> Vec<u8> {
        self.fingerprint.as_ref().to_vec()
    }

    /// Whether this is the fingerprint of the key.
    pub(super) fn has_fingerprint(&self, known: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(self.fingerprint.as_ref(), known).is_ok()
    }

    /// Wraps a data key for its row.
    pub(super) fn wrap(&self, random: &dyn Random, place: &[u8], key: &[u8; 32]) -> Result<Vec<u8>, KeyringError> {
        cipher::seal(&self.wrapping, random, WRAPPED.to_vec(), place, key)
    }

    /// Unwraps a data key in its row.
    pub(super) fn unwrap(&self, place: &[u8], wrapped: &[u8]) -> Result<Zeroizing<[u8; 32]>, KeyringError> {
        let plain = cipher::open(&self.wrapping, WRAPPED, place, wrapped)?;
        <[u8; 32]>::try_from(plain.as_slice())
            .map(Zeroizing::new)
            .map_err(|_| KeyringError::Unreadable)
    }
}

/// The first byte of a wrapped key: how it is made.
const WRAPPED: &[u8] = &[1];

#[cfg(test)]
mod tests {
    use sluis_core::random::SeededRandom;
    use tempfile::TempDir;

    use super::*;

    fn command(script: &str) -> MasterKeySource {
        MasterKeySource::Command {
            program: PathBuf::from("/bin/sh"),
            arguments: vec!["-c".to_owned(), script.to_owned()],
        }
    }

    #[tokio::test]
    async fn a_new_key_file_is_its_owners_only_and_never_replaced() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("keys/master.key");
        let source = MasterKeySource::File(path.clone());
        assert!(matches!(
            source.load().await,
            Err(KeyringError::MasterKeyMissing { .. })
        ));
        let (made, file) = source.create(&SeededRandom::new(1)).await.unwrap();
        assert_eq!(file.as_deref(), Some(path.as_path()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no draft stays"
        );
        let loaded = source.load().await.unwrap();
        assert!(loaded.has_fingerprint(&made.fingerprint()));
        let (again, file) = source.create(&SeededRandom::new(2)).await.unwrap();
        assert_eq!(file, None);
        assert!(again.has_fingerprint(&made.fingerprint()));
    }

    #[tokio::test]
    async fn a_program_can_print_the_key() {
        let digits = "ab".repeat(32);
        let printed = command(&format!("echo ' {digits} '")).load().await.unwrap();
        let known = MasterKey::new(&[0xab; 32]).unwrap().fingerprint();
        assert!(printed.has_fingerprint(&known));
    }

    #[tokio::test]
    async fn what_is_no_key_is_refused_without_repeating_it() {
        for (source, expected) in [
            (command("echo abc123"), "is not a master key"),
            (command("exit 3"), "cannot be read"),
            (command("true"), "is not a master key"),
            (MasterKeySource::Environment("PATH".to_owned()), "is not a master key"),
            (
                MasterKeySource::Environment("SLUIS_NOT_SET".to_owned()),
                "no master key",
            ),
            (MasterKeySource::File(PathBuf::from("/")), "cannot be read"),
        ] {
            let error = source.load().await.err().unwrap().to_string();
            assert!(error.contains(expected) && !error.contains("abc123"), "{error}");
        }
    }

    #[tokio::test]
    async fn only_a_file_can_be_made() {
        let source = MasterKeySource::Environment("SLUIS_NOT_SET".to_owned());
        let made = source.create(&SeededRandom::new(1)).await;
        assert!(matches!(made, Err(KeyringError::MasterKeyMissing { .. })));
    }

    #[test]
    fn a_wrapped_key_opens_in_its_place_and_with_its_master_only() {
        let master = MasterKey::new(&[1; 32]).unwrap();
        let wrapped = master.wrap(&SeededRandom::new(1), b"here", &[7; 32]).unwrap();
        assert_eq!(*master.unwrap(b"here", &wrapped).unwrap(), [7; 32]);
        assert!(master.unwrap(b"there", &wrapped).is_err());
        assert!(MasterKey::new(&[2; 32]).unwrap().unwrap(b"here", &wrapped).is_err());
    }
}
