//! The numbers and pseudonyms of Dutch education, parsed at the edge.
//!
//! A value of one of these types has passed its check; nothing here repairs what it reads.

mod brin;
mod digi_delivery_id;
mod eck_id;
pub mod leak_guard;
mod oin;
mod rio;

pub use brin::{Branch, Brin4, Brin6, BrinError};
pub use digi_delivery_id::{DigiDeliveryId, DigiDeliveryIdError};
pub use eck_id::{EckId, EckIdError, EckIdRules};
pub use oin::{Oin, OinError};
pub use rio::{RioId, RioIdError};
