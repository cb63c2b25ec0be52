//! UWLR 2.2 against HTTP servers that behave, and that do not.

#[cfg(test)]
mod contract;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod wire;
