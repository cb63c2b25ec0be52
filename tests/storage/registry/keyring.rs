//! Calls of the keyring's statements.

use sluis::storage::params;

use super::Example;

pub(super) fn examples() -> Vec<Example> {
    let school = [1_u8; 16];
    let key = |id: u8| params![school, b"", "seal", [id; 16], [id; 60], 5_i64];
    vec![
        Example::of("keyring_find_fingerprint", params![]),
        Example::of("keyring_claim_fingerprint", params![[1_u8; 32], 5_i64]),
        Example::of("keyring_claim_fingerprint", params![[2_u8; 32], 5_i64]),
        Example::of("keyring_find_fingerprint", params![]),
        Example::of("keyring_add_key", key(1)),
        Example::of("keyring_add_key", key(2)),
        Example::of("keyring_find_key", params![school, b"", "seal"]),
        Example::of("keyring_guard_key", params![[1_u8; 16]]),
        Example::of("keyring_destroy_key", params![school, b"", "seal"]),
        Example::of("keyring_guard_key", params![[1_u8; 16]]),
    ]
}
