//! Use cases, and the ports they need. Knows neither SQL nor HTTP.

pub mod caller;
