//! Both engines have the same steps, and their tables are what the house rules ask.

use std::collections::BTreeSet;

use sluis::storage::{Database, migrate::STEPS};
use sluis_test_kit::databases;

fn files(engine: &str) -> BTreeSet<String> {
    let folder = format!("{}/src/storage/{engine}/migrations", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn both_folders_have_just_the_listed_files() {
    let listed: BTreeSet<String> = STEPS.iter().map(|step| format!("{}.sql", step.name)).collect();
    assert_eq!(files("sqlite"), listed);
    assert_eq!(files("postgres"), listed);
}

#[test]
fn both_engines_make_the_same_tables_with_the_same_columns() {
    for step in STEPS {
        assert_eq!(columns(step.sqlite), columns(step.postgres), "in `{}`", step.name);
    }
}

/// The table and column names of `CREATE TABLE`s that have a column per line.
fn columns(sql: &str) -> Vec<String> {
    let mut table = None;
    let mut found = Vec::new();
    for line in sql.lines() {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        match &table {
            _ if first == "CREATE" && words.next() == Some("TABLE") => table = words.next().map(str::to_owned),
            Some(_) if first.starts_with(')') => table = None,
            Some(table) if is_name(first) => found.push(format!("{table}.{first}")),
            _ => {}
        }
    }
    found
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '_'))
}

#[test]
fn tables_keep_the_house_rules() {
    for step in STEPS {
        let tables = step.sqlite.matches("CREATE TABLE").count();
        assert_eq!(
            step.sqlite.matches("STRICT").count(),
            tables,
            "a table of `{}` is not STRICT",
            step.name
        );
        for line in step.postgres.lines().filter(|line| line.contains(" TEXT")) {
            assert!(
                line.contains("COLLATE \"C\""),
                "`{line}` sorts by the locale of the server"
            );
        }
        for word in [
            "DEFERRABLE",
            "TIMESTAMP",
            "SERIAL",
            "AUTOINCREMENT",
            "BOOLEAN",
            "JSONB",
            " INT ",
        ] {
            assert!(
                !step.sqlite.contains(word) && !step.postgres.contains(word),
                "`{word}` in `{}`",
                step.name
            );
        }
    }
}

#[tokio::test]
async fn replicas_that_start_together_all_find_the_schema() {
    let Some(schema) = databases::Schema::create().await else {
        return;
    };
    let replicas = (0..4).map(|_| {
        let address = schema.address.clone();
        tokio::spawn(async move { Database::open(&address).await.map(drop) })
    });
    for replica in replicas.collect::<Vec<_>>() {
        replica.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_database_opens_again_with_its_schema() {
    for database in databases::both().await {
        let again = database.reopen().await;
        assert!(!again.address.is_empty());
    }
}
