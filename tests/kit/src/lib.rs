//! The harness of the tests: a real service on a free port, fixed clock, seeded random.

pub mod databases;
pub mod keys;
pub mod service;
