//! Stand-ins for demonstrations: a Kennisnet OpenID provider, a UWLR administration system, and a supplier with the
//! programs that call Sluis.

pub mod administration;
pub mod kennisnet;
pub mod mark;
pub mod program;
mod seen;
pub mod supplier;
