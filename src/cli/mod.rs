//! The commands. This room puts the parts together.
