//! The one door for connectors: trait, roster vocabulary, errors and contract suite.
