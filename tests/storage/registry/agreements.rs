//! Calls of the statements about agreements, what a school says of them and of its persons, and activations.

use sluis::storage::params;

use super::repository::{Calls, NOW, hash, id};

pub(super) fn agreements() -> Calls {
    let add =
        |number: u8, until: Option<i64>| params![id(number), id(1), id(1), id(1), b"annex", hash(1), NOW, until, NOW];
    let step = |number: u8, kind: &str, ends_at: Option<i64>, note: Option<&str>, schools: Option<&str>| {
        params![
            id(1),
            i64::from(number),
            id(1),
            kind,
            "board",
            id(2),
            NOW,
            ends_at,
            note,
            schools
        ]
    };
    vec![
        ("agreement_add", add(1, None)),
        ("agreement_add", add(2, Some(NOW + 1))),
        ("acceptance_add", params![id(1), "supplier", id(1), NOW, None::<&str>]),
        ("agreements_offered", params![id(1), id(1), NOW, "board"]),
        ("acceptance_add", params![id(1), "board", id(2), NOW, "\"program\""]),
        ("agreements_offered", params![id(1), id(1), NOW, "board"]),
        ("agreements_offered", params![id(1), id(1), NOW + 1, "board"]),
        ("agreement", params![id(1)]),
        ("agreements_of_board", params![id(1), id(0), i64::MAX]),
        ("agreements_of_board", params![id(1), id(1), 1]),
        ("contact_add", params![id(1), id(1), "bestuurder-1", NOW, None::<i64>]),
        ("contacts_open", params![id(1), "bestuurder-1", NOW]),
        ("contacts_open", params![id(1), "Bestuurder-1", NOW]),
        ("contact_is_open", params![id(1), id(1), NOW]),
        ("contact_end", params![id(1), id(1), NOW + 1]),
        ("contact_is_open", params![id(1), id(1), NOW + 1]),
        ("contacts", params![id(1)]),
        ("agreements_about", params![id(1), id(1)]),
        ("agreements_about", params![id(1), id(2)]),
        (
            "agreement_step_add",
            step(1, "suspended", None, Some("geen hosting"), None),
        ),
        ("agreement_step_add", step(2, "resumed", None, None, None)),
        (
            "agreement_step_add",
            step(3, "covered", None, None, Some("{\"only\":[]}")),
        ),
        ("agreement_step_add", step(4, "ended", Some(NOW + 9), None, None)),
        ("agreement_steps_known", params![id(1), id(1)]),
        ("agreement_steps", params![id(1)]),
        ("agreement_steps_of_board", params![id(1)]),
        ("agreement_steps_of_product", params![id(1)]),
        ("processors_of_board", params![id(1), "supplier"]),
        ("processors_of_board", params![id(1), "distributor"]),
        ("agreements_of_product", params![id(1), id(0), 10]),
        ("acceptances", params![id(1)]),
        ("acceptances_of_board", params![id(1)]),
        ("acceptances_of_product", params![id(1)]),
        (
            "approval_add",
            params![id(1), id(1), id(1), "oefenen", NOW, None::<i64>, "practice"],
        ),
        ("approvals", params![id(1)]),
        ("approvals_of_board", params![id(1)]),
        ("approvals_open", params![id(1), id(1), "berichten"]),
        ("approval_end", params![id(1), id(1), NOW + 5]),
        ("approval_end", params![id(1), id(1), NOW + 6]),
        ("approvals", params![id(1)]),
        (
            "restriction_add",
            params![
                id(1),
                id(1),
                id(7),
                Vec::new(),
                hash(1).to_vec(),
                "restriction",
                NOW,
                None::<i64>
            ],
        ),
        (
            "restriction_add",
            params![
                id(2),
                id(1),
                id(7),
                hash(2).to_vec(),
                Vec::new(),
                "objection",
                NOW,
                None::<i64>
            ],
        ),
        ("restrictions_open", params![id(1), id(7), "objection"]),
        ("restrictions", params![id(1)]),
        (
            "restriction_follows",
            params![id(1), id(2), hash(2).to_vec(), hash(3).to_vec()],
        ),
        ("restrictions", params![id(1)]),
        ("restriction_end", params![id(1), id(2), NOW + 5]),
        ("restriction_end", params![id(1), id(2), NOW + 6]),
        ("restrictions_open", params![id(1), id(7), "objection"]),
        ("restrictions", params![id(1)]),
        (
            "consent_add",
            params![
                id(1),
                id(1),
                id(7),
                id(1),
                "D3",
                hash(1),
                "guardian",
                "paper",
                vec![1_u8],
                NOW,
                None::<i64>
            ],
        ),
        ("consents", params![id(1)]),
        ("consent_withdrawn_since", params![id(1), id(7), id(1), "D3", NOW]),
        (
            "consent_withdraw",
            params![id(1), id(7), id(1), "D3", NOW + 5, "guardian"],
        ),
        (
            "consent_withdraw",
            params![id(1), id(7), id(1), "D3", NOW + 6, "guardian"],
        ),
        ("consents", params![id(1)]),
        (
            "disclosure_add",
            params![
                id(1),
                id(1),
                id(7),
                "00000001001234567000",
                NOW,
                None::<i64>,
                1,
                NOW,
                NOW + 9,
                vec![1_u8]
            ],
        ),
        ("disclosures", params![id(1)]),
        ("disclosure_end", params![id(1), id(1), NOW + 5, "authority"]),
        ("disclosure_end", params![id(1), id(1), NOW + 6, "school"]),
        ("disclosures", params![id(1)]),
        (
            "handover_add",
            params![
                id(1),
                id(1),
                id(7),
                "brin:98YY00",
                "request",
                vec![1_u8],
                NOW,
                NOW + 9,
                0
            ],
        ),
        ("handovers", params![id(1)]),
        ("handovers_open", params![id(1), id(7), "brin:98YY00", NOW]),
        ("handovers_open", params![id(1), id(7), "brin:98YY00", NOW + 9]),
        (
            "handover_update",
            params![
                id(1),
                id(1),
                0,
                vec![2_u8],
                NOW + 1,
                "guardian",
                1,
                NOW + 2,
                NOW + 3,
                NOW + 4,
                None::<i64>,
                None::<String>
            ],
        ),
        (
            "handover_update",
            params![
                id(1),
                id(1),
                0,
                vec![3_u8],
                None::<i64>,
                None::<String>,
                None::<i64>,
                None::<i64>,
                None::<i64>,
                None::<i64>,
                NOW + 5,
                "school"
            ],
        ),
        ("handovers", params![id(1)]),
        ("handovers_open", params![id(1), id(7), "brin:98YY00", NOW]),
        (
            "narrowing_add",
            params![id(1), id(1), id(1), "D3", "CD20", NOW, None::<i64>],
        ),
        ("narrowings_open", params![id(1), id(1), "D3", "CD20"]),
        ("narrowings_open", params![id(1), id(1), "D3", "CM20"]),
        ("narrowing_end", params![id(1), id(1), NOW + 5]),
        ("narrowing_end", params![id(1), id(1), NOW + 6]),
        ("narrowings_open", params![id(1), id(1), "D3", "CD20"]),
        ("narrowings", params![id(1)]),
        (
            "stance_add",
            params![
                id(1),
                id(1),
                id(1),
                "permission",
                "Hunze Hosting B.V.",
                NOW,
                None::<i64>
            ],
        ),
        (
            "stances_open",
            params![id(1), id(1), "permission", "Hunze Hosting B.V."],
        ),
        ("stances_open", params![id(1), id(1), "objection", "Hunze Hosting B.V."]),
        ("stance_end", params![id(1), id(1), NOW + 5]),
        ("stance_end", params![id(1), id(1), NOW + 6]),
        (
            "stances_open",
            params![id(1), id(1), "permission", "Hunze Hosting B.V."],
        ),
        ("stances", params![id(1)]),
        ("instruction_add", params![id(1), id(1), id(1), NOW, None::<i64>]),
        ("instructions_open", params![id(1), id(1), NOW]),
        ("instruction_is_open", params![id(1), id(1), NOW]),
        ("instruction_suspensions_open", params![id(1), id(1)]),
        ("instruction_suspension_add", params![id(1), id(1), id(1), NOW + 1]),
        ("instruction_suspensions_open", params![id(1), id(1)]),
        ("instruction_suspension_end", params![id(1), id(1), NOW + 2]),
        ("instruction_suspension_end", params![id(1), id(1), NOW + 3]),
        ("instruction_suspensions", params![id(1)]),
        ("instruction_end", params![id(1), id(1), NOW + 5]),
        ("instruction_end", params![id(1), id(1), NOW + 6]),
        ("instruction_is_open", params![id(1), id(1), NOW + 5]),
        ("instructions", params![id(1)]),
        ("mandate_add", params![id(1), id(1), id(1), NOW, None::<i64>]),
        ("mandates_open", params![id(1), id(1), NOW]),
        ("mandate_end", params![id(1), id(1), NOW + 5]),
        ("mandates", params![id(1)]),
    ]
}

pub(super) fn activations() -> Calls {
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
        ("schools_of_product", params![id(1), id(0), 10]),
        ("schools_of_product", params![id(1), id(1), 10]),
    ]
}
