//! Work that goes on without a request: synchronisation.
