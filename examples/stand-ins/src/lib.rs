//! Stand-ins for demonstrations: a Kennisnet OpenID provider and a UWLR administration system.

pub mod administration;
pub mod kennisnet;
