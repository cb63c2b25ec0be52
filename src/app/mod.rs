//! Use cases, and the ports they need. Knows neither SQL nor HTTP.

pub mod action;
pub mod activation;
pub mod agreement;
pub mod authentication;
pub mod caller;
pub mod client;
pub mod connection;
pub mod error;
pub mod evidence;
pub mod organisation;
pub mod sealing;
pub mod store;
pub mod trace;
