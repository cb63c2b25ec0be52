//! Every statement runs on both engines, with equal answers.
//!
//! A room adds its examples to [`script`], in an order in which they work (parents before children). One call of each
//! statement is the least; more may follow.

mod agreements;
mod evidence;
mod keyring;
mod matters;
mod repository;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use sluis::storage::{Executor, Expect, Priority, REGISTRY, Statement, Value, WriteSet};
use sluis_test_kit::databases;

/// A call of a registered statement with parameters that fit the rows before it.
pub(crate) struct Example {
    statement: &'static Statement,
    params: Vec<Value>,
}

impl Example {
    /// A call of the statement of this name.
    pub(crate) fn of(name: &str, params: Vec<Value>) -> Self {
        let statement = statements().find(|statement| statement.name == name);
        let statement = statement.unwrap_or_else(|| panic!("`{name}` is not registered"));
        Self { statement, params }
    }
}

fn statements() -> impl Iterator<Item = &'static Statement> {
    REGISTRY.iter().copied().flatten().copied()
}

/// All examples, run in this order on each engine.
fn script() -> Vec<Example> {
    [
        vec![Example::of("executor_ping", vec![])],
        keyring::examples(),
        repository::examples(),
        evidence::examples(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What a call answered, as both engines must answer it.
#[derive(PartialEq, Eq)]
enum Answer {
    Rows(Vec<Vec<Value>>),
    Touched(u64),
}

async fn call(executor: &dyn Executor, example: &Example) -> Answer {
    let Example { statement, params } = example;
    if statement.reads() {
        let rows = executor.read(statement, params.clone()).await;
        let rows = rows.unwrap_or_else(|error| panic!("`{}`: {error:?}", statement.name));
        return Answer::Rows(rows.iter().map(|row| row.values().to_vec()).collect());
    }
    let mut writes = WriteSet::new();
    writes.push(statement, params.clone(), Expect::Any);
    let touched = executor.write(writes, Priority::Interactive).await;
    let touched = touched.unwrap_or_else(|error| panic!("`{}`: {error:?}", statement.name));
    Answer::Touched(touched[0])
}

#[tokio::test]
async fn every_statement_answers_the_same_on_both_engines() {
    let mut first: Option<Vec<Answer>> = None;
    for database in databases::both().await {
        let executor = database.database.executor();
        let mut answers = Vec::new();
        for example in &script() {
            answers.push(call(executor.as_ref(), example).await);
        }
        let Some(first) = &first else {
            first = Some(answers);
            continue;
        };
        for (position, example) in script().iter().enumerate() {
            let (left, right) = (&first[position], &answers[position]);
            assert!(
                left == right,
                "call {position}, `{}`, answers differently",
                example.statement.name
            );
        }
    }
}

#[test]
fn every_statement_has_a_name_of_its_own_and_an_example() {
    let mut names = BTreeSet::new();
    for statement in statements() {
        assert!(
            names.insert(statement.name),
            "two statements are called `{}`",
            statement.name
        );
    }
    let shown: BTreeSet<_> = script().iter().map(|example| example.statement.name).collect();
    assert_eq!(names, shown, "registered and shown statements differ");
}

#[test]
fn every_statement_of_the_rooms_is_registered() {
    let registered: BTreeSet<_> = statements().map(|statement| statement.name).collect();
    let storage = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/storage");
    let mut written = 0;
    for file in rust_files(&storage) {
        let text = std::fs::read_to_string(&file).unwrap();
        for (_, rest) in text
            .match_indices(": Statement = Statement {")
            .map(|(at, found)| text.split_at(at + found.len()))
        {
            let name = rest.split('"').nth(1).unwrap();
            assert!(
                registered.contains(name),
                "`{name}` of `{}` is not registered",
                file.display()
            );
            written += 1;
        }
    }
    assert_eq!(
        written,
        registered.len(),
        "statements are written in a way that this test does not see"
    );
}

/// The files of the rooms: what the engines have of their own is their own affair.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("sqlite") || path.ends_with("postgres") {
            continue;
        }
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn statements_keep_to_what_both_engines_understand() {
    for statement in statements() {
        let sql = statement.sql.to_uppercase();
        for word in [
            "::",
            " LIKE ",
            " ILIKE ",
            "SELECT *",
            "NOW()",
            "CURRENT_TIMESTAMP",
            "RANDOM(",
            "RETURNING",
            "?",
        ] {
            assert!(!sql.contains(word), "`{word}` in `{}`", statement.name);
        }
        assert_eq!(
            statement.sql.matches('\'').count(),
            0,
            "a literal text in `{}`: bind it",
            statement.name
        );
    }
}
