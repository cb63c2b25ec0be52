//! The program as somebody at a terminal meets it: exit codes, and what goes where.
#![cfg(test)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

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
fn the_document_of_an_agreement_is_looked_at_by_its_exit_code() {
    let file = |name: &str| format!("{}/examples/agreements/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let sound = sluis(&["agreement", "lint", &file("leapo.repaired")], &[]);
    assert_eq!((sound.code, sound.err.as_str()), (Some(0), ""));
    assert!(
        sound.out.starts_with("Leapo (model 4.0-coded): 0 errors"),
        "{}",
        sound.out
    );

    let unsound = sluis(&["agreement", "lint", &file("leapo"), "--language", "nl"], &[]);
    assert_eq!(unsound.code, Some(1), "{}", unsound.err);
    assert!(unsound.out.contains("fout: Hier is niets ingevuld"), "{}", unsound.out);
    assert!(
        unsound.err.starts_with("error: the document has errors"),
        "{}",
        unsound.err
    );

    let json = sluis(&["agreement", "lint", "--json", &file("leapo")], &[]);
    let told: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!((json.code, &told["sound"]), (Some(1), &serde_json::json!(false)));
    assert_eq!(told["findings"][0]["code"], "row_unfilled");
    assert_eq!(told["findings"][0]["repair"][0]["op"], "remove");

    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.json");
    std::fs::write(&wrong, r#"{ "model": "5.0" }"#).unwrap();
    for path in [wrong.to_str().unwrap(), "/nowhere/at-all.json"] {
        let unreadable = sluis(&["agreement", "lint", path], &[]);
        assert_eq!((unreadable.code, unreadable.out.as_str()), (Some(2), ""), "{path}");
        assert!(
            unreadable.err.starts_with(&format!("error: file `{path}`")),
            "{}",
            unreadable.err
        );
    }
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

#[test]
fn whatever_is_wrong_with_a_file_is_told_with_its_name() {
    const KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    let absent = place("absent");
    let garbage = place("garbage");
    let cut_off = place("cut-off.json");
    let no_keys = place("no-keys.json");
    std::fs::write(&garbage, vec![b'?'; 4096]).unwrap();
    std::fs::write(&cut_off, "{").unwrap();
    std::fs::write(&no_keys, "{\"keys\": []}").unwrap();
    let database = place("sluis.db");
    let master_key = place("master.key");
    let client = |file: &str| ["client", "add", "--name", "a", "--role", "operator", "--jwks", file].map(str::to_owned);
    let export = |file: &str| ["ledger", "verify", "--key", KEY, "--export", file].map(str::to_owned);
    let import = |file: &str| ["import", "edexml", file, "--school", "99XX"].map(str::to_owned);
    let settings = |file: &str| ["config", "show", "--config", file].map(str::to_owned);
    let ledger_of = |key: &str, file: &str| ["ledger", "verify", "--set", &format!("{key}={file}")].map(str::to_owned);
    for (file, arguments, fault) in [
        (&absent, &settings(&absent)[..], "cannot be read"),
        (&garbage, &settings(&garbage), "cannot be read: line 1"),
        (&absent, &import(&absent), "it cannot be read"),
        (&garbage, &import(&garbage), "it cannot be read as EDEXML"),
        (&absent, &client(&absent), "it cannot be read"),
        (&garbage, &client(&garbage), "it does not hold what it should"),
        (&cut_off, &client(&cut_off), "it is cut off"),
        (&no_keys, &client(&no_keys), "what it holds is refused:\n  `/jwks"),
        (&absent, &export(&absent), "it cannot be read"),
        (&cut_off, &export(&cut_off), "it is cut off"),
        (&no_keys, &export(&no_keys), "it does not hold what it should"),
        (
            &garbage,
            &ledger_of("storage.sqlite", &garbage),
            "the database cannot be used",
        ),
        (
            &garbage,
            &ledger_of("keys.master_key_file", &garbage),
            "is not a master key",
        ),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let environment = [
            ("SLUIS_STORAGE__SQLITE", database.as_str()),
            ("SLUIS_KEYS__MASTER_KEY_FILE", master_key.as_str()),
        ];
        let run = sluis(&arguments, &environment);
        assert!(matches!(run.code, Some(1 | 2)), "{arguments:?}: {}", run.err);
        assert!(
            run.err.contains(&format!("file `{file}`")) && run.err.contains(fault),
            "{arguments:?}: {}",
            run.err
        );
    }
    let run = sluis(&["config", "show"], &[("SLUIS_KENNISNET__CLIENT_SECRET_FILE", &absent)]);
    assert!(
        run.code == Some(2) && run.err.contains(&format!("file `{absent}` cannot be read")),
        "{}",
        run.err
    );
    let folder = place("garbage/openapi");
    let run = sluis(&["openapi", "--write", &folder], &[]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.err.contains(&format!("file `{folder}`: it cannot be written")),
        "{}",
        run.err
    );
}

/// Nothing here takes so long, however busy the machine is.
const LONG: Duration = Duration::from_secs(120);

/// Database and key in this folder.
fn kept_in(folder: &Path) -> [(&'static str, String); 2] {
    let place = |name: &str| folder.join(name).display().to_string();
    [
        ("SLUIS_STORAGE__SQLITE", place("sluis.db")),
        ("SLUIS_KEYS__MASTER_KEY_FILE", place("master.key")),
    ]
}

/// The program of the examples that asks a token, in a folder with its key.
fn token_sh(folder: &Path, arguments: &[&str]) -> Run {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/supplier/token.sh");
    let ran = Command::new("sh")
        .arg(script)
        .args(arguments)
        .current_dir(folder)
        .output();
    let Output { status, stdout, stderr } = ran.expect("a shell starts");
    Run {
        code: status.code(),
        out: String::from_utf8_lossy(&stdout).trim().to_owned(),
        err: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

#[test]
fn a_new_program_gets_a_token_by_the_script_of_the_examples() {
    for (program, version) in [("openssl", "version"), ("curl", "--version")] {
        if Command::new(program).arg(version).output().is_err() {
            let required = std::env::var("SLUIS_TEST_INTEROP").as_deref() == Ok("required");
            assert!(!required, "interop tests are required: `{program}` is not installed");
            sluis_test_kit::skipped(&format!("the script for tokens, because `{program}` is not installed"));
            return;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let made = token_sh(folder.path(), &["key"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let kept = kept_in(folder.path());
    let kept: Vec<_> = kept.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let jwks = folder.path().join("program.jwks.json").display().to_string();
    let client = [
        "client", "add", "--name", "first", "--role", "operator", "--jwks", &jwks,
    ];
    let added = sluis(&client, &kept);
    assert_eq!(added.code, Some(0), "{}", added.err);
    let is_id = |word: &&str| word.len() == 36 && word.matches('-').count() == 4;
    let id = added
        .out
        .split_whitespace()
        .find(is_id)
        .expect("it tells the client's id");

    // The token is for the address by which the service is known, so its port is chosen beforehand.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (address, issuer) = (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}"));
    let environment = [
        ("SLUIS_SERVER__LISTEN", address.as_str()),
        ("SLUIS_SERVER__PUBLIC_URL", &issuer),
    ];
    let served = Served::start_at(folder.path(), &environment);
    served.address();
    let given = token_sh(folder.path(), &["token", &issuer, id]);
    assert_eq!(given.code, Some(0), "{}", given.err);
    let me = Command::new("curl")
        .args(["-s", "-w", "%{http_code}", "-o", "/dev/null", "-H"])
        .args([
            &format!("Authorization: Bearer {}", given.out),
            &format!("{issuer}/v1/me"),
        ])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&me.stdout), "200");

    let nobody = token_sh(
        folder.path(),
        &["token", &issuer, "01990a3e-7c00-7000-8000-000000000001"],
    );
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(1), ""));
    assert!(nobody.err.contains("invalid_client"), "{}", nobody.err);
    assert_eq!(
        token_sh(folder.path(), &["token"]).code,
        Some(2),
        "it tells how it is called"
    );
}

/// A service in a process of its own. It is killed when this is dropped.
struct Served {
    process: Child,
    log: Receiver<String>,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    fn start(folder: &Path) -> Self {
        Self::start_at(folder, &[("SLUIS_SERVER__LISTEN", "127.0.0.1:0")])
    }

    fn start_at(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_sluis"))
            .arg("serve")
            .env_clear()
            .envs(kept_in(folder))
            .envs(environment.iter().copied())
            .env("SLUIS_TELEMETRY__METRICS_LISTEN", "")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = BufReader::new(process.stderr.take().unwrap());
        let (sender, log) = channel();
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        Self { process, log }
    }

    /// Waits until it says that it listens, and where.
    fn address(&self) -> String {
        loop {
            let line = self.log.recv_timeout(LONG).expect("it says where it listens");
            let line: serde_json::Value = serde_json::from_str(&line).unwrap();
            if let Some(address) = line.get("address").and_then(serde_json::Value::as_str) {
                return address.to_owned();
            }
        }
    }

    fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.process.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    /// Waits for its end; all that it still said comes with it.
    fn end(mut self) -> (ExitStatus, String) {
        let pause = Duration::from_millis(50);
        for _ in 0..(LONG.as_millis() / pause.as_millis()) {
            if let Some(status) = self.process.try_wait().unwrap() {
                return (status, self.log.iter().collect::<Vec<_>>().join("\n"));
            }
            std::thread::sleep(pause);
        }
        panic!("it does not end");
    }
}

fn status_of(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_service_stops_when_it_is_told_starts_again_and_refuses_to_run_without_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let first = Served::start(folder.path());
    first.address();
    // As soon as it can be told: a supervisor may take back a start at once.
    first.terminate();
    let (status, log) = first.end();
    assert_eq!(status.code(), Some(0), "{log}");

    let second = Served::start(folder.path());
    let address = second.address();
    assert_eq!(status_of(&address, "/health/ready"), "HTTP/1.1 200 OK");
    second.terminate();
    let (status, log) = second.end();
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(TcpStream::connect(&address).is_err(), "nobody listens any more");

    std::fs::remove_file(folder.path().join("master.key")).unwrap();
    let (status, log) = Served::start(folder.path()).end();
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(
        log.contains("error: the keys cannot be used") && log.contains("master.key"),
        "{log}"
    );
    assert!(
        !folder.path().join("master.key").exists(),
        "a key for a database that has data is never made"
    );
}

#[cfg(feature = "demo")]
#[test]
fn the_demo_plays_its_story_to_the_end_and_logs_nothing_of_its_people() {
    use sluis_stand_ins::mark;

    let folder = tempfile::tempdir().unwrap();
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let file = |path: &Path| Stdio::from(std::fs::File::create(path).unwrap());
    let process = Command::new(env!("CARGO_BIN_EXE_sluis"))
        .args(["demo", "--once"])
        .env_clear()
        .env("TMPDIR", folder.path())
        .stdin(Stdio::null())
        .stdout(file(&out))
        .stderr(file(&err))
        .spawn()
        .unwrap();
    let (_, log) = channel();
    let (status, _) = Served { process, log }.end();
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let (told, logged) = (read(&out), read(&err));
    assert_eq!(status.code(), Some(0), "{told}{logged}");
    assert!(
        told.contains("(7)") && told.ends_with("every step came out as it must\n"),
        "{told}"
    );
    let logged = logged.to_lowercase();
    assert!(
        !logged.contains(mark::NAME) && !logged.contains(mark::ECK_ID),
        "{logged}"
    );
}
