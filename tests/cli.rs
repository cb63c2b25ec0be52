//! The program as somebody at a terminal meets it: exit codes, and what goes where.

use std::process::{Command, Output};

struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn sluis(arguments: &[&str], environment: &[(&str, &str)]) -> Run {
    let ran = Command::new(env!("CARGO_BIN_EXE_sluis"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .output();
    #[expect(clippy::expect_used, reason = "a helper of tests")]
    let Output { status, stdout, stderr } = ran.expect("the program starts");
    Run {
        code: status.code(),
        out: String::from_utf8_lossy(&stdout).into_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

#[test]
fn settings_are_shown_with_their_place_and_without_secrets() {
    let environment = [
        ("SLUIS_KENNISNET__CLIENT_ID", "sluis.example"),
        ("SLUIS_KENNISNET__CLIENT_SECRET", "hunter2"),
    ];
    let run = sluis(&["--set", "server.workers=3", "config", "show"], &environment);
    assert_eq!(run.code, Some(0), "{}", run.err);
    for line in [
        "server.workers = 3  (flag `--set`)",
        "server.listen = 127.0.0.1:8080  (default)",
        "kennisnet.client_secret = [secret]  (environment variable `SLUIS_KENNISNET__CLIENT_SECRET`)",
    ] {
        assert!(run.out.lines().any(|shown| shown == line), "`{line}` in {}", run.out);
    }
    assert!(!run.out.contains("hunter2"));
    assert_eq!(run.err, "");
}

#[test]
fn settings_that_cannot_be_used_end_it_with_two_and_all_that_is_wrong() {
    let run = sluis(
        &["config", "show", "--set", "server.listen=here"],
        &[("SLUIS_SERVER__LISEN", "x")],
    );
    assert_eq!(run.code, Some(2));
    assert_eq!(run.out, "");
    assert!(
        run.err
            .contains("`server.lisen` is not a setting (environment variable `SLUIS_SERVER__LISEN`)"),
        "{}",
        run.err
    );
    assert!(
        run.err
            .contains("`server.listen`: invalid socket address syntax (flag `--set`)"),
        "{}",
        run.err
    );
}

#[test]
fn a_call_that_cannot_be_understood_ends_it_with_two() {
    for arguments in [&["nonsense"][..], &[], &["config", "show", "--set", "novalue"]] {
        let run = sluis(arguments, &[]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(
            run.err.contains("Usage: sluis") || run.err.contains("KEY=VALUE"),
            "{}",
            run.err
        );
    }
    let help = sluis(&["--help"], &[]);
    assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
}
