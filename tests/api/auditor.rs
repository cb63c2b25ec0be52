//! The commands of `docs/evidence.md`, as they stand there, against a service that runs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use sluis::app::{caller::Role, evidence::Places};
use sluis_core::ledger::Owner;
use sluis_test_kit::interop::python_and_openssl;
use tempfile::TempDir;

use crate::world::{Answer, World, caller};

const PAGE: &str = include_str!("../../docs/evidence.md");
const PROGRAMS: [&str; 2] = ["fetch_export.py", "verify_export.py"];

/// The commands on the page that begin so, in their order.
fn commands(beginning: &str) -> Vec<&'static str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in PAGE.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            command if inside && command.starts_with(beginning) => found.push(command),
            _ => {}
        }
    }
    found
}

/// An auditor, in a folder with the two programs.
struct Auditor {
    folder: TempDir,
    school: String,
    key: String,
    token: String,
}

impl Auditor {
    async fn of(world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("examples/auditor");
        fs::create_dir_all(&programs).unwrap();
        for program in PROGRAMS {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/auditor");
            fs::copy(from.join(program), programs.join(program)).unwrap();
        }
        let key = Answer::of(world.service.get("/v1/ledger/verifier-key")).await.ok();
        Self {
            folder,
            school: world.service.url(&format!("/v1/schools/{}", world.school)),
            key: key["verifierKey"].as_str().unwrap().to_owned(),
            token: world.service.token(&world.school_client, None).await,
        }
    }

    /// Runs a command of the page, with the school, the key and the token that it leaves open.
    async fn run(&self, command: &str) -> (bool, String) {
        let (school, key) = (
            "https://sluis.example/v1/schools/SCHOOL",
            "sluis.example+2f3a4b5c+AV...",
        );
        assert!(command.contains(school) || command.contains(key), "{command}");
        let command = command.replace(school, &self.school).replace(key, &self.key);
        let ours = Path::new(env!("CARGO_BIN_EXE_sluis")).parent().unwrap().to_owned();
        let path = format!("{}:{}", ours.display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        shell.args(["-c", &command]).current_dir(self.folder.path());
        shell.env_clear().env("PATH", path).env("SLUIS_TOKEN", &self.token);
        let output = tokio::task::spawn_blocking(move || shell.output()).await.unwrap();
        let output = output.unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    /// Runs commands that must find everything as it should be.
    async fn pass(&self, commands: &[&str]) -> String {
        let mut all = String::new();
        for command in commands {
            let (passed, said) = self.run(command).await;
            assert!(passed, "{command}: {said}");
            all += &said;
        }
        all
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// Puts so many more acts of the school on record.
async fn record(world: &World, number: usize) {
    let from_school = caller(&world.school_client, Role::School(world.school));
    let owner = Owner::School(world.school);
    let places = Places::default();
    for _ in 0..number {
        let listed = world.service.app.record_list(&from_school, owner, &places, 1).await;
        listed.unwrap();
    }
}

#[actix_web::test]
async fn the_commands_of_the_page_check_a_log_of_any_size_and_find_one_that_is_not_the_one_that_was() {
    if !python_and_openssl() {
        return;
    }
    let fetch = commands("python3 examples/auditor/fetch_export.py");
    let verify = commands("python3 examples/auditor/verify_export.py");
    let ours = commands("sluis ledger verify --export");
    let ([fetch, fetch_again], [verify, verify_again], [ours]) = (&fetch[..], &verify[..], &ours[..]) else {
        panic!("two commands for the first time and two for the next, and one of ours");
    };
    let world = World::start().await;
    let auditor = Auditor::of(&world).await;
    record(&world, 600).await;
    auditor.pass(&[fetch, verify]).await;
    let text = fs::read_to_string(auditor.file("export.jsonl")).unwrap();
    let parts: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(parts.len() > 2, "more than one export holds");
    for part in &parts {
        assert!(part["streams"][0]["records"].as_array().unwrap().len() <= 250);
    }

    // What is to be kept is not written over.
    let (passed, said) = auditor.run(fetch).await;
    assert!(!passed && said.contains("is there from before"), "{said}");

    // The next time, from the beginning, with what was kept.
    fs::rename(auditor.file("export.kept.json"), auditor.file("kept.json")).unwrap();
    fs::rename(auditor.file("export.jsonl"), auditor.file("first.jsonl")).unwrap();
    record(&world, 20).await;
    let said = auditor.pass(&[fetch_again, verify_again, ours]).await;
    assert_eq!(
        said.matches("it goes on from what was kept in 1 files").count(),
        2,
        "{said}"
    );

    // What the service tells everybody can be kept as well.
    let public = Answer::of(world.service.get("/v1/ledger/checkpoints")).await.ok();
    fs::write(auditor.file("kept.json"), public.to_string()).unwrap();
    fs::remove_file(auditor.file("export.kept.json")).unwrap();
    record(&world, 3).await;
    auditor.pass(&[fetch_again, verify_again, ours]).await;

    // A fetch that was cut off goes on where it was.
    let whole = fs::read(auditor.file("export.jsonl")).unwrap();
    fs::write(auditor.file("export.jsonl"), &whole[..whole.len() / 2]).unwrap();
    fs::remove_file(auditor.file("export.kept.json")).unwrap();
    auditor.pass(&[fetch_again, verify_again, ours]).await;

    let whole = fs::read_to_string(auditor.file("export.jsonl")).unwrap();
    fs::write(
        auditor.file("export.jsonl"),
        whole.replacen("record.list", "record.read", 1),
    )
    .unwrap();
    for command in [verify, verify_again, ours] {
        let (passed, said) = auditor.run(command).await;
        assert!(!passed && said.contains("is not in the tree"), "{said}");
    }

    // What was kept of one log is not of another, which is signed with another key.
    let other = World::start().await;
    record(&other, 5).await;
    let other = Auditor::of(&other).await;
    fs::copy(auditor.file("kept.json"), other.file("kept.json")).unwrap();
    other.pass(&[fetch, verify]).await;
    fs::remove_file(other.file("export.kept.json")).unwrap();
    other.pass(&[fetch_again]).await;
    for command in [verify_again, ours] {
        let (passed, said) = other.run(command).await;
        assert!(!passed && said.contains("not signed by the"), "{said}");
    }
}

#[actix_web::test]
async fn a_fetch_that_is_refused_says_why_and_tells_no_token() {
    if !python_and_openssl() {
        return;
    }
    let world = World::start().await;
    let mut auditor = Auditor::of(&world).await;
    let fetch = commands("python3 examples/auditor/fetch_export.py")[0];
    auditor.token = "made-up".to_owned();
    let (passed, said) = auditor.run(fetch).await;
    assert!(!passed && said.contains("the token is not good"), "{said}");
    assert!(!said.contains("made-up") && !said.contains("Traceback"), "{said}");
    auditor.token = world.supplier_token("D1").await;
    let (passed, said) = auditor.run(fetch).await;
    assert!(
        !passed && said.contains("role_not_permitted") && !said.contains("Traceback"),
        "{said}"
    );
    auditor.school = auditor.school.replace("http://127.0.0.1", "http://sluis.example");
    let (passed, said) = auditor.run(fetch).await;
    assert!(!passed && said.contains("begins with https://"), "{said}");
}

#[actix_web::test]
async fn checkpoints_that_are_no_checkpoints_are_refused_and_those_that_never_were_are_passed_over() {
    let world = World::start().await;
    let token = world.service.token(&world.school_client, None).await;
    let ask = |checkpoints: Value| {
        let body = json!({ "known": [], "checkpoints": checkpoints });
        Answer::of(
            world
                .service
                .post(&world.of_school("records/_export"))
                .bearer_auth(&token)
                .json(&body),
        )
    };
    let wrong = ask(json!([{ "stream": 0, "treeSize": -1, "root": "" }, {}])).await;
    let expected = crate::world::errors([
        ("/checkpoints/0/stream", "out_of_range"),
        ("/checkpoints/0/treeSize", "out_of_range"),
        ("/checkpoints/0/root", "unknown_field"),
        ("/checkpoints/1/stream", "missing"),
        ("/checkpoints/1/treeSize", "missing"),
    ]);
    assert_eq!(wrong.input_errors(), expected);
    let never = json!([
        { "stream": 9, "treeSize": 1 },
        { "stream": 1, "treeSize": 1_000_000 },
        { "stream": 1, "treeSize": 0 },
        { "stream": 1, "treeSize": 2 },
        { "stream": 1, "treeSize": 2 },
    ]);
    let export = ask(never).await.ok();
    let proved = export["streams"][0]["earlier"].as_array().unwrap();
    assert_eq!(proved.len(), 1, "each once, and only what there was");
    assert_eq!(proved[0]["treeSize"], 2);
}
