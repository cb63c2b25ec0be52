//! Sluis: the gate between Dutch schools and the suppliers of their digital learning materials.
//!
//! | room | what is in it |
//! |---|---|
//! | [`config`] | settings, one file per section |
//! | [`app`] | use cases, and the ports they need |
//! | [`federation`] | Kennisnet login, our own issuer, tokens and keys |
//! | [`storage`] | statements, rows, repositories, write-sets, sealing; SQLite and PostgreSQL |
//! | [`http`] | the API by resource, OpenID endpoints, problems, the OpenAPI document |
//! | [`worker`] | work that goes on without a request |
//! | [`cli`] | the commands; puts the parts together |
//!
//! Arrows: `cli -> {http, worker, federation, storage} -> app -> sluis_core`.

pub mod app;
pub mod cli;
pub mod config;
pub mod federation;
pub mod http;
pub mod storage;
pub mod worker;
