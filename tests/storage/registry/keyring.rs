//! Calls of the keyring's statements.

use sluis::storage::params;

use super::Example;

pub(super) fn examples() -> Vec<Example> {
    let school = [1_u8; 16];
    let key = |id: u8| params![school, b"", "seal", [id; 16], [id; 60], 5_i64];
    let of_year = |id: u8, year: &str| params![school, b"", format!("subject-{year}"), [id; 16], [id; 60], 5_i64];
    let all_years = || params![school, b"", "subject-0000", "subject-9999"];
    vec![
        Example::of("keyring_find_fingerprint", params![]),
        Example::of("keyring_claim_fingerprint", params![[1_u8; 32], 5_i64]),
        Example::of("keyring_claim_fingerprint", params![[2_u8; 32], 5_i64]),
        Example::of("keyring_find_fingerprint", params![]),
        Example::of("keyring_add_key", key(1)),
        Example::of("keyring_add_key", key(2)),
        Example::of("keyring_find_key", params![school, b"", "seal"]),
        Example::of("keyring_guard_key", params![[1_u8; 16]]),
        Example::of("keyring_add_key", of_year(3, "2026")),
        Example::of("keyring_add_key", of_year(4, "2027")),
        Example::of("keyring_subject_keys", all_years()),
        Example::of(
            "keyring_subject_keys_until",
            params!["subject-0000", "subject-2026", 10_i64],
        ),
        Example::of("keyring_end_subject_key", params![school, 2_026_i64, 5_i64]),
        Example::of("keyring_end_subject_key", params![school, 2_026_i64, 6_i64]),
        Example::of("keyring_subject_key_destroyed", params![school, 2_026_i64]),
        Example::of("keyring_subject_key_destroyed", params![school, 2_027_i64]),
        Example::of("keyring_destroy_key", params![school, b"", "subject-2026"]),
        Example::of("keyring_subject_keys", all_years()),
        Example::of("keyring_destroy_key", params![school, b"", "seal"]),
        Example::of("keyring_guard_key", params![[1_u8; 16]]),
    ]
}
