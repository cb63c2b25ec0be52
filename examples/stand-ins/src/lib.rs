//! Stand-ins for demonstrations: a Kennisnet OpenID provider, a UWLR administration system, and a supplier with the
//! programs that call Sluis.

pub mod administration;
pub mod kennisnet;
pub mod program;
pub mod supplier;
