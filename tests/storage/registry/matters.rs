//! Calls of the statements about matters.

use sluis::storage::params;

use super::repository::{Calls, NOW, id};

pub(super) fn matters() -> Calls {
    let add = |number: u8, kind: &str, of_board: bool| {
        let board = of_board.then(|| id(1));
        params![
            id(number),
            kind,
            id(1),
            board,
            id(1),
            id(1),
            of_board.then(|| id(7)),
            NOW
        ]
    };
    let step = |number: i64| params![id(1), number, "supplier", id(1), NOW, b"sealed"];
    let of_board = |kind: [&str; 2], open: bool, schools: [u8; 2]| {
        let closed_after = if open { i64::MAX } else { i64::MIN };
        let [first, last] = schools.map(id);
        params![id(1), id(0), 10, kind[0], kind[1], closed_after, first, last, "board"]
    };
    let of_product = |after: u8, limit: i64, kind: [&str; 2], closed_after: i64| {
        params![id(1), id(after), limit, kind[0], kind[1], closed_after]
    };
    vec![
        ("matter_add", add(1, "incident", true)),
        ("matter_add", add(2, "filing", false)),
        ("matter_add", add(3, "contract", true)),
        ("matter_school_add", params![id(1), id(1)]),
        ("matter_school_add", params![id(3), id(2)]),
        ("matter_product_add", params![id(1), id(1), id(8)]),
        ("matter_product_add", params![id(2), id(1), None::<[u8; 16]>]),
        ("matter_step_add", step(0)),
        ("matter_step_add", step(1)),
        ("matter_steps_known", params![id(1)]),
        ("matter", params![id(1)]),
        ("matter", params![id(9)]),
        ("matters_of_board", of_board(["", "~"], false, [0, 255])),
        ("matters_of_board", of_board(["", "~"], false, [1, 1])),
        ("matters_of_board", of_board(["filing", "filing"], true, [0, 255])),
        ("matters_of_product", of_product(0, 10, ["", "~"], i64::MIN)),
        ("matters_of_product", of_product(1, 1, ["filing", "filing"], i64::MAX)),
        ("matters_of_report", params![id(1)]),
        ("matter_schools", params![id(1)]),
        ("matter_products", params![id(1)]),
        ("matter_steps", params![id(1)]),
        ("matter_move", params![id(1), NOW + 5]),
        ("matter_move", params![id(1), None::<i64>]),
        ("matter_move", params![id(3), NOW]),
        ("matters_of_board", of_board(["", "~"], true, [0, 255])),
        ("matters_of_product", of_product(0, 10, ["", "~"], i64::MAX)),
    ]
}
