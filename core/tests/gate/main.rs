//! The gate against its table of reasons, against a slow model of itself, and against what must always hold.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]
#![expect(clippy::indexing_slicing, reason = "a test stops at what it did not expect")]
#![expect(
    clippy::semicolon_if_nothing_returned,
    reason = "a change to the world is one expression"
)]

mod cases;
mod consent;
mod difference;
mod documents;
mod grants;
mod life;
mod models;
mod naive;
mod narrowing;
mod needed;
mod properties;
mod reasons;
mod repairs;
mod scenes;
mod ticks;
mod visibility;
mod world;
