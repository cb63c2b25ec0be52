//! Calls of the statements of the ledger.

use sluis::storage::params;

use super::Example;

pub(super) fn examples() -> Vec<Example> {
    let school = [1_u8; 16];
    vec![
        Example::of("epoch", params![school]),
        Example::of("epoch_bump", params![school, 1_790_000_000_000_i64]),
        Example::of("epoch_bump", params![school, 1_790_000_000_000_i64]),
        Example::of("epoch", params![school]),
        Example::of("evidence_probe", params![1_790_000_000_000_i64]),
        Example::of("evidence_probe", params![1_790_000_000_001_i64]),
        Example::of("epoch_is", params![school, 2_i64]),
        Example::of("epoch_is", params![school, 1_i64]),
        Example::of("ledger_streams", params![]),
        Example::of("ledger_stream_head", params![1_i64]),
        Example::of("ledger_stream_head", params![2_i64]),
        Example::of("ledger_streams_beyond", params![2_i64]),
        Example::of("ledger_streams_of_owner", params![school]),
        Example::of("ledger_chain_head", params![school, 1_i64]),
        Example::of("ledger_chain_heads", params![1_i64]),
        Example::of("ledger_records_of_owner", params![school, 1_i64, 0_i64, 10_i64, 10_i64]),
        Example::of("ledger_moment", params![school, 1_i64, 1_i64]),
        Example::of("ledger_record_of_owner", params![[9_u8; 16], school]),
        Example::of("ledger_lines_of_owner", params![school, 1_i64, 0_i64, 10_i64]),
        Example::of("ledger_records_of_stream", params![1_i64, 0_i64, 10_i64]),
        Example::of("ledger_lines_of_stream", params![1_i64, 0_i64, 10_i64]),
        Example::of("ledger_leaves", params![1_i64, 0_i64, 256_i64]),
        Example::of("ledger_nodes", params![1_i64, 1_i64, 0_i64, 256_i64]),
        Example::of("ledger_all_nodes", params![1_i64]),
        Example::of("ledger_records_about", params![school, [7_u8; 32], [0_u8; 16], 10_i64]),
        Example::of(
            "ledger_lines_about",
            params![school, [7_u8; 32], [0_u8; 16], 0_i64, 10_i64],
        ),
    ]
}
