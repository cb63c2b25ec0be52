//! The one door for connectors: what a roster is, how it is pulled, and what can go wrong.
//!
//! | module | promises |
//! |---|---|
//! | [`roster`] | the vocabulary: only fields that have a data category; personal values cannot be printed |
//! | [`connector`] | the trait that every dialect stands behind |
//! | [`error`] | one error per thing that somebody can do something about |
//! | [`code`] | the stable code of each |
//! | `contract` (feature `contract`) | the suite that every pull connector passes |
//!
//! Deliberately absent: fields without a category (ethnicity, parents' countries, weights, national numbers, free
//! blocks). They have no type here, so no connector can hand them on.

pub mod code;
pub mod connector;
#[cfg(feature = "contract")]
pub mod contract;
pub mod error;
pub mod roster;

pub use code::ErrorCode;
pub use connector::{Connector, Dialect, Pull, PullRequest};
pub use error::{ConnectorError, FaultCode, ReadError};
