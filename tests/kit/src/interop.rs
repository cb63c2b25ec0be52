//! Programs of others that tests run.
#![expect(
    clippy::panic,
    reason = "a program that is required stops the test when it is missing"
)]

use std::{env, process::Command};

use crate::skipped;

/// Whether `python3` and `openssl` are here. With `SLUIS_TEST_INTEROP=required` they have to be.
pub fn python_and_openssl() -> bool {
    let here = |program: &str, argument: &str| {
        let ran = Command::new(program).arg(argument).output();
        ran.is_ok_and(|output| output.status.success())
    };
    let here = here("python3", "--version") && here("openssl", "version");
    if !here {
        if env::var("SLUIS_TEST_INTEROP").is_ok_and(|value| value == "required") {
            panic!("SLUIS_TEST_INTEROP=required, but python3 or openssl is missing");
        }
        skipped("the check of an export by another program, because python3 or openssl is missing");
    }
    here
}
