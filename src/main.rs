//! The start of the program.

fn main() {}
