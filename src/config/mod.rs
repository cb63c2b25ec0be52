//! Settings: from file, environment and flags. Unknown keys stop the start.
