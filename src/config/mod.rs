//! Settings: defaults, then a TOML file, then the environment, then flags; the later one wins.
//!
//! | module | promises |
//! |---|---|
//! | [`source`] | where values come from, and who wins |
//! | [`key`] | every setting is declared once, with its text and its default: the manual's table is compared with it |
//! | [`secret`] | what must not be printed is not printed, whatever asks |
//! | [`fault`] | everything that is wrong is told at once, with the place that it came from |
//!
//! Keys that nobody knows stop the start: a mistyped setting must not silently become its default.
//! Deliberately absent: reading settings anywhere but at the start, and settings that relax a rule of the gate.

pub mod cors;
pub mod evidence;
pub mod fault;
pub mod issuer;
pub mod kennisnet;
pub mod key;
pub mod keys;
pub mod period;
pub mod secret;
pub mod server;
pub mod source;
pub mod storage;
pub mod synchronisation;
pub mod telemetry;

#[cfg(test)]
mod tests;

use self::{
    cors::Cors,
    evidence::Evidence,
    fault::ConfigError,
    issuer::Issuer,
    kennisnet::Kennisnet,
    key::{Key, Reader, Section, Shown},
    keys::Keys,
    server::Server,
    source::Sources,
    storage::Storage,
    synchronisation::Synchronisation,
    telemetry::Telemetry,
};

macro_rules! settings {
    ($($(#[doc = $about:literal])+ $name:ident: $section:ty,)+) => {
        /// Everything that an operator can set.
        #[derive(Debug, Clone)]
        pub struct Settings {
            $($(#[doc = $about])+ pub $name: $section,)+
        }

        impl Settings {
            /// Every setting there is, in the order of the manual.
            pub fn keys() -> Vec<Key> {
                [$(<$section>::keys(),)+].concat()
            }

            /// Every setting as it would hold, with its place; secrets are not shown.
            ///
            /// # Errors
            /// As [`Settings::load`].
            pub fn show(sources: &Sources) -> Result<Vec<Shown>, ConfigError> {
                Self::load(sources)?;
                let keys = Self::keys();
                let reader = Reader::open(sources, &keys);
                Ok(keys.iter().map(|key| reader.show(key)).collect())
            }

            /// Reads the settings.
            ///
            /// # Errors
            /// When anything is wrong anywhere: all of it at once.
            pub fn load(sources: &Sources) -> Result<Self, ConfigError> {
                let mut reader = Reader::open(sources, &Self::keys());
                $(let $name = reader.section::<$section>();)+
                let faults = reader.into_faults();
                match ($($name,)+) {
                    ($(Some($name),)+) if faults.is_empty() => Ok(Self { $($name,)+ }),
                    _ => Err(ConfigError { faults }),
                }
            }
        }
    };
}

settings! {
    /// How the service listens and what it bears.
    server: Server,
    /// Where it keeps what it keeps.
    storage: Storage,
    /// What unlocks the data at rest.
    keys: Keys,
    /// The login by Kennisnet.
    kennisnet: Kennisnet,
    /// The tokens that Sluis itself gives out.
    issuer: Issuer,
    /// The record of every passage.
    evidence: Evidence,
    /// The pulls from administration systems.
    synchronisation: Synchronisation,
    /// Logs and metrics.
    telemetry: Telemetry,
    /// Which web pages may call.
    cors: Cors,
}
