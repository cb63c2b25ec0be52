//! Calls of the repository's statements, room by room.

use sluis::storage::{Value, params};

use super::Example;

const NOW: i64 = 1_700_000_000_000;

fn id(number: u8) -> [u8; 16] {
    [number; 16]
}

fn hash(number: u8) -> [u8; 32] {
    [number; 32]
}

pub(super) fn examples() -> Vec<Example> {
    [
        organisations(),
        clients(),
        agreements(),
        activations(),
        rosters(),
        logins(),
    ]
    .into_iter()
    .flatten()
    .map(|(name, params)| Example::of(name, params))
    .collect()
}

type Calls = Vec<(&'static str, Vec<Value>)>;

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
        ("client", params![id(1)]),
        ("client_revoke", params![id(2), NOW]),
        ("client_revoke", params![id(2), NOW]),
        ("client", params![id(2)]),
        ("single_use", params![hash(1), NOW]),
        ("single_use_forget", params![NOW]),
        ("single_use_forget", params![NOW + 1]),
    ]
}

fn agreements() -> Calls {
    let add =
        |number: u8, until: Option<i64>| params![id(number), id(1), id(1), id(1), b"annex", hash(1), NOW, until, NOW];
    vec![
        ("agreement_add", add(1, None)),
        ("agreement_add", add(2, Some(NOW + 1))),
        ("acceptance_add", params![id(1), "supplier", id(1), NOW]),
        ("acceptance_add", params![id(1), "board", id(2), NOW]),
        ("agreement", params![id(1)]),
        ("agreements_of_board", params![id(1), id(0), i64::MAX]),
        ("agreements_of_board", params![id(1), id(1), 1]),
        ("agreements_of_product", params![id(1), id(0), 10]),
        ("acceptances", params![id(1)]),
        ("acceptances_of_board", params![id(1)]),
        ("acceptances_of_product", params![id(1)]),
        (
            "approval_add",
            params![id(1), id(1), id(1), "oefenen", NOW, None::<i64>],
        ),
        ("approvals", params![id(1)]),
        ("approvals_open", params![id(1), id(1), "berichten"]),
        ("approval_end", params![id(1), id(1), NOW + 5]),
        ("approval_end", params![id(1), id(1), NOW + 6]),
        ("approvals", params![id(1)]),
        ("mandate_add", params![id(1), id(1), id(1), NOW, None::<i64>]),
        ("mandates_open", params![id(1), id(1), NOW]),
        ("mandate_end", params![id(1), id(1), NOW + 5]),
        ("mandates", params![id(1)]),
    ]
}

fn activations() -> Calls {
    vec![
        (
            "activation_add",
            params![id(1), id(1), id(1), "{}", NOW, None::<i64>, None::<i64>],
        ),
        ("activations_open", params![id(1), id(1), NOW]),
        ("activation_accept", params![id(1), id(1), NOW + 1]),
        ("activation_accept", params![id(1), id(1), NOW + 2]),
        ("activations", params![id(1)]),
        ("activation_end", params![id(1), id(1), NOW + 9]),
        ("activation_end", params![id(1), id(1), NOW + 9]),
        ("activations", params![id(1)]),
        ("activations_of_product", params![id(1)]),
        ("schools_of_product", params![id(1)]),
    ]
}

fn rosters() -> Calls {
    let person = |number: u8, content: u8| {
        params![
            id(1),
            id(number),
            hash(number),
            None::<[u8; 32]>,
            hash(content),
            b"sealed"
        ]
    };
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
        ("connections_due", params![NOW]),
        ("connection_end", params![id(1), id(1), NOW]),
        ("connections", params![id(1)]),
        ("runs_open", params![id(1), 0]),
        ("run_start", params![id(1), id(1), id(1), "uwlr-2.2", NOW]),
        ("run_start", params![id(2), id(1), None::<[u8; 16]>, "edexml", NOW]),
        ("run_end", params![id(1), id(1), NOW, "applied", None::<&str>, "{}"]),
        ("runs_since", params![id(1), id(1), 0]),
        ("runs", params![id(1), 1]),
        ("run", params![id(1), id(1)]),
        ("group_keep", params![id(1), id(1), hash(1), "Groep 5"]),
        ("group_keep", params![id(1), id(1), hash(1), "Groep 6"]),
        ("group_keep", params![id(1), id(2), hash(2), "Groep 7"]),
        ("groups", params![id(1)]),
        ("group_remove", params![id(1), id(2)]),
        ("groups", params![id(1)]),
        ("person_keep", person(1, 1)),
        ("person_keep", person(1, 2)),
        ("person_keep", person(2, 2)),
        ("persons", params![id(1)]),
        ("person_remove", params![id(1), id(2)]),
        ("persons", params![id(1)]),
    ]
}

fn logins() -> Calls {
    vec![
        ("account_open", params![id(1), hash(1), id(1), NOW]),
        ("account_open", params![id(1), hash(1), id(2), NOW]),
        ("account_by_id", params![id(1), id(1)]),
        ("account", params![id(1), hash(1)]),
        ("login_start", params![id(1), hash(1), id(1), b"sealed", NOW]),
        ("login_start", params![id(2), hash(2), id(1), b"sealed", NOW + 9]),
        ("login", params![hash(1)]),
        ("login_end", params![id(2)]),
        ("logins_forget", params![NOW + 1]),
        ("login", params![hash(1)]),
        ("code_add", params![hash(1), id(1), id(1), b"sealed", NOW]),
        ("codes_forget", params![0]),
        ("code_use", params![hash(1), NOW]),
        ("code_use", params![hash(1), NOW]),
        ("code", params![hash(1)]),
        ("service_secret_add", params!["signing key", b"sealed", NOW]),
        ("service_secret_add", params!["signing key", b"another", NOW]),
        ("service_secret", params!["signing key"]),
    ]
}
