//! Calls of the repository's statements, room by room.

use sluis::storage::{Value, params};

use super::{
    Example,
    agreements::{activations, agreements},
    matters::matters,
};

pub(super) const NOW: i64 = 1_700_000_000_000;

pub(super) fn id(number: u8) -> [u8; 16] {
    [number; 16]
}

pub(super) fn hash(number: u8) -> [u8; 32] {
    [number; 32]
}

pub(super) fn examples() -> Vec<Example> {
    [
        organisations(),
        clients(),
        agreements(),
        matters(),
        activations(),
        rosters(),
        staging(),
        accounts(),
        logins(),
    ]
    .into_iter()
    .flatten()
    .map(|(name, params)| Example::of(name, params))
    .collect()
}

pub(super) type Calls = Vec<(&'static str, Vec<Value>)>;

fn organisations() -> Calls {
    let school = |number: u8, branch: &str| {
        params![
            id(number),
            id(1),
            "Het Sluisje",
            "99ZZ",
            branch,
            None::<&str>,
            "B1",
            None::<&str>,
            NOW
        ]
    };
    vec![
        (
            "board_add",
            params![id(1), "Stichting De Polder", "00000001234567890000", NOW],
        ),
        ("board_add", params![id(2), "Stichting Éénoog", None::<&str>, NOW]),
        ("boards", params![id(0), 10]),
        ("boards", params![id(1), 1]),
        ("board", params![id(2)]),
        ("school_add", school(1, "00")),
        ("school_add", school(2, "01")),
        ("schools", params![id(0), 10]),
        ("schools_of_board", params![id(1), id(1), 10]),
        ("schools_of_board", params![id(2), id(0), 10]),
        ("school", params![id(1)]),
        ("schools_by_brin", params!["99ZZ"]),
        ("schools_by_brin", params!["99zz"]),
        (
            "supplier_add",
            params![id(1), "Rekenrijk", "supplier", None::<&str>, NOW],
        ),
        (
            "supplier_add",
            params![id(2), "De Boekerij", "distributor", None::<&str>, NOW],
        ),
        ("suppliers", params![id(0), 10]),
        ("supplier", params![id(1)]),
        ("product_add", params![id(1), id(1), "Sommen", NOW]),
        ("products", params![id(0), 10]),
        ("product", params![id(1)]),
    ]
}

fn clients() -> Calls {
    let none = None::<[u8; 16]>;
    vec![
        (
            "client_add",
            params![id(1), "sommen", "supplier", none, none, id(1), id(1), "{}", "[]", NOW],
        ),
        (
            "client_add",
            params![id(2), "bestuur", "board", id(1), none, none, none, "{}", "[]", NOW],
        ),
        ("clients_of", params![id(1)]),
        ("client", params![id(1)]),
        ("client_revoked", params![id(2)]),
        ("client_revoke", params![id(2), NOW]),
        ("client_revoke", params![id(2), NOW]),
        ("client_revoked", params![id(2)]),
        ("client", params![id(2)]),
        ("single_use", params![hash(1), NOW]),
        ("single_use_forget", params![NOW]),
        ("single_use_forget", params![NOW + 1]),
    ]
}

fn rosters() -> Calls {
    vec![
        (
            "connection_add",
            params![
                id(1),
                id(1),
                "uwlr-2.2",
                "https://las.example/",
                b"sealed",
                None::<i64>,
                None::<i64>,
                NOW
            ],
        ),
        ("connection_activate", params![id(1), id(1), NOW]),
        ("connection_active", params![id(1), id(1)]),
        ("connections_due", params![NOW, NOW - 60, "refused"]),
        ("connection_end", params![id(1), id(1), NOW]),
        ("connections", params![id(1)]),
        ("runs_open", params![id(1)]),
        ("run_start", params![id(1), id(1), id(1), "uwlr-2.2", NOW, NOW + 60]),
        (
            "run_start",
            params![id(2), id(1), None::<[u8; 16]>, "edexml", NOW, NOW + 60],
        ),
        ("runs_open", params![id(1)]),
        ("run_hold", params![id(1), id(1), NOW + 70]),
        ("run_hold", params![id(1), id(2), NOW + 70]),
        ("runs_touch", params![id(1), id(1)]),
        ("runs_expired", params![NOW + 69]),
        ("runs_expired", params![NOW + 70]),
        ("runs_expired_of_school", params![id(1), NOW + 70]),
        ("runs_expired_of_school", params![id(2), NOW + 70]),
        ("run_end", params![id(1), id(1), NOW, "applied", None::<&str>, "{}"]),
        ("runs_recent", params![id(1), id(1), NOW, 0, "refused"]),
        ("runs", params![id(1), 1]),
        ("run", params![id(1), id(1)]),
    ]
}

fn staging() -> Calls {
    let none = None::<[u8; 32]>;
    let eck = Some(hash(7));
    let group = |run: u8, number: u8, name: &str| params![id(1), id(run), id(number), hash(number), name];
    let person = |run: u8, number: u8, content: u8| {
        params![id(1), id(run), id(number), hash(number), eck, hash(content), b"sealed"]
    };
    let gone = |run: u8, number: u8| params![id(1), id(run), id(number), none, none, none, none];
    let replace = |run: u8, year: u16| {
        let note = ("persons_before_note", params![id(1), id(run), year, Vec::new()]);
        let replaced = ["groups_remove", "groups_keep", "persons_remove", "persons_keep"];
        let replaced = replaced.map(|name| (name, params![id(1), id(run)]));
        [vec![note], replaced.to_vec()].concat()
    };
    let mut calls = vec![
        ("group_stage", group(1, 1, "Groep 5")),
        ("group_stage", group(1, 2, "Groep 7")),
        ("person_stage", person(1, 1, 1)),
        ("person_stage", person(1, 2, 1)),
        ("groups", params![id(1)]),
        ("persons", params![id(1)]),
    ];
    calls.extend(replace(1, 2025));
    calls.extend([
        ("groups", params![id(1)]),
        ("persons", params![id(1)]),
        ("persons_by_eck", params![id(1), hash(7)]),
        ("persons_by_eck", params![id(1), hash(8)]),
        ("group_stage", group(2, 1, "Groep 6")),
        ("group_stage", params![id(1), id(2), id(2), none, None::<&str>]),
        ("person_stage", person(2, 1, 2)),
        ("person_stage", gone(2, 2)),
    ]);
    calls.extend(replace(2, 2026));
    calls.extend([
        ("groups", params![id(1)]),
        ("persons", params![id(1)]),
        ("persons_before_by_eck", params![id(1), hash(7)]),
        ("persons_before_by_key", params![id(1), hash(2), Vec::new()]),
        ("persons_before_by_key", params![id(1), hash(1), Vec::new()]),
        ("persons_before_of", params![id(1), id(2), Vec::new()]),
        ("persons_before_schools", params![2025, 10]),
        ("persons_before_schools", params![2026, 10]),
        ("persons_before_forget", params![id(1), 2025]),
        ("persons_before_forget", params![id(1), 2026]),
        ("persons_before_by_eck", params![id(1), hash(7)]),
        ("schools_with_leftovers", params![]),
        ("leftover_groups_delete", params![id(1), 1]),
        ("leftover_persons_delete", params![id(1), 1]),
        ("leftover_persons_delete", params![id(1), 10]),
        ("leftover_persons_delete", params![id(1), 10]),
        (
            "run_interrupt",
            params![id(1), id(2), NOW + 69, "refused", "interrupted", "{}"],
        ),
        (
            "run_interrupt",
            params![id(1), id(2), NOW + 70, "refused", "interrupted", "{}"],
        ),
        ("leftover_persons_delete", params![id(1), 10]),
        ("schools_with_leftovers", params![]),
    ]);
    calls
}

fn accounts() -> Calls {
    let of_key = |number: u8, account: u8, more: Vec<Value>| {
        let mut values = params![id(1), hash(number), id(account)];
        values.extend(more);
        values
    };
    let change = |number: u8, from: Option<[u8; 16]>| {
        params![
            id(number),
            id(1),
            id(1),
            "merge",
            from,
            id(1),
            None::<[u8; 16]>,
            NOW + 1
        ]
    };
    let event = |at: i64| params![id(1), "accounts_changed", id(1), id(1), at];
    let link = |number: u8, kind: &str, account: u8| params![id(1), hash(number), kind, id(account), NOW];
    vec![
        ("account_key_link", link(1, "eckId", 1)),
        ("account_key_link", link(1, "eckId", 2)),
        ("account_key_link", link(2, "sourceKey", 2)),
        ("account_key_hold", of_key(1, 1, params!["sourceKey"])),
        ("account_key_hold", of_key(1, 2, params!["eckId"])),
        ("account_seen", params![id(1), id(1), id(1)]),
        ("account_seen", params![id(1), id(1), id(1)]),
        ("account_of_key", params![id(1), hash(1), id(1)]),
        ("account_of_key", params![id(1), hash(2), id(1)]),
        ("account_of_key", params![id(1), hash(3), id(1)]),
        ("account_key_keep", of_key(2, 2, params![NOW + 1])),
        ("account_key_keep", of_key(2, 1, params![NOW + 1])),
        ("account_key_move", of_key(2, 2, params![id(1), NOW + 1])),
        ("account_key_move", of_key(2, 2, params![id(1), NOW + 2])),
        ("account_keys", params![id(1), id(1)]),
        ("account_keys", params![id(1), id(2)]),
        ("account_keys_ended", params![id(1), id(2)]),
        ("key_history", params![id(1), hash(2)]),
        ("account_schools", params![id(1), id(1)]),
        ("account_change_add", change(1, Some(id(2)))),
        ("account_change_add", change(2, None)),
        ("account_move_add", params![id(1), hash(2), "sourceKey", "moved"]),
        ("account_move_add", params![id(2), hash(1), "eckId", "linked"]),
        ("account_moves", params![id(1)]),
        ("account_change_school_add", params![id(1), id(1), id(1)]),
        ("account_change_school_add", params![id(1), id(1), id(2)]),
        ("account_changes_told", params![id(1), id(1), id(0), 10]),
        ("account_changes_told", params![id(1), id(2), id(0), 10]),
        ("account_changes", params![id(1), id(0), 10]),
        ("account_changes", params![id(1), id(1), 1]),
        ("account_built_on", params![id(1), id(1), id(2), id(1)]),
        ("account_built_on", params![id(1), id(1), id(2), id(2)]),
        ("account_change_undo", params![id(1), id(1), NOW + 3]),
        ("account_change_undo", params![id(1), id(1), NOW + 4]),
        ("account_change", params![id(1), id(1)]),
        ("account_changes_between", params![id(1), id(1), id(2), id(1)]),
        ("account_changes_between", params![id(1), id(1), id(1), id(2)]),
        ("account_key_unlink", of_key(1, 2, vec![])),
        ("account_key_unlink", of_key(1, 1, vec![])),
        ("account_keys", params![id(1), id(1)]),
        ("feed_advance", params![id(1)]),
        ("event_add", event(NOW)),
        ("feed_advance", params![id(1)]),
        ("event_add", event(NOW + 1)),
        ("events", params![id(1), 0, 10]),
        ("events", params![id(1), 1, 10]),
    ]
}

fn logins() -> Calls {
    vec![
        ("login_start", params![id(1), hash(1), id(1), b"sealed", NOW]),
        ("login_start", params![id(2), hash(2), id(1), b"sealed", NOW + 9]),
        ("login", params![hash(1)]),
        ("login_end", params![id(2)]),
        ("logins_forget", params![NOW + 1]),
        ("login", params![hash(1)]),
        ("code_add", params![hash(1), id(1), id(1), b"sealed", NOW]),
        ("codes_forget", params![0]),
        ("code_use", params![hash(1), NOW, Vec::new()]),
        ("code_use", params![hash(1), NOW, Vec::new()]),
        ("code", params![hash(1)]),
        ("service_secret_add", params!["signing key", b"sealed", NOW]),
        ("service_secret_add", params!["signing key", b"another", NOW]),
        ("service_secret", params!["signing key"]),
        (
            "idempotency_key_claim",
            params![id(1), hash(1), hash(2), id(1), NOW, NOW + 9],
        ),
        (
            "idempotency_key_claim",
            params![id(1), hash(2), hash(2), id(1), NOW, NOW + 19],
        ),
        ("idempotency_key", params![id(1), hash(1)]),
        (
            "idempotency_key_take_over",
            params![id(1), hash(1), id(1), id(2), NOW + 1],
        ),
        (
            "idempotency_key_take_over",
            params![id(1), hash(1), id(1), id(3), NOW + 1],
        ),
        ("idempotency_key_answer", params![id(1), hash(1), id(2), b"sealed"]),
        ("idempotency_key_spend", params![id(1), hash(1), id(1), NOW + 2]),
        ("idempotency_key_spend", params![id(1), hash(1), id(2), NOW + 2]),
        ("idempotency_key_release", params![id(1), hash(1), id(2)]),
        ("idempotency_key_answer", params![id(1), hash(1), id(2), b"sealed"]),
        ("idempotency_key", params![id(1), hash(1)]),
        ("idempotency_keys_forget", params![NOW + 9]),
        ("idempotency_key", params![id(1), hash(1)]),
        ("idempotency_key_release", params![id(1), hash(2), id(1)]),
        ("idempotency_key_drop", params![id(1), hash(2), id(1)]),
    ]
}
