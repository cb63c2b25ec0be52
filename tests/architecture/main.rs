//! The house keeps its shape: arrows between the rooms, lengths of files, equal migrations, and nothing of the
//! machine that it was built on.

#[cfg(test)]
mod exceptions;
#[cfg(test)]
mod paths;
#[cfg(test)]
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    paths::Paths,
    tree::{Source, Tree},
};

/// A room of `src`, and the rooms that it may name.
const ARROWS: [(&str, &[&str]); 7] = [
    ("cli", &["http", "worker", "federation", "storage", "app", "config"]),
    ("http", &["app"]),
    ("worker", &["app"]),
    ("federation", &["app"]),
    ("storage", &["app"]),
    ("app", &[]),
    ("config", &[]),
];

/// A crate, and the only rooms that may name it.
const CRATES: [(&str, &[&str]); 10] = [
    ("rusqlite", &["storage"]),
    ("tokio_postgres", &["storage"]),
    ("deadpool_postgres", &["storage"]),
    ("refinery", &["storage"]),
    ("actix_web", &["http", "cli"]),
    ("utoipa", &["http"]),
    ("openidconnect", &["federation"]),
    ("figment", &["config"]),
    ("clap", &["cli"]),
    ("sluis_stand_ins", &["cli"]),
];

#[test]
fn rooms_name_only_the_rooms_below_them() {
    let rooms: BTreeMap<_, _> = ARROWS.into();
    let mut wrong = Vec::new();
    for source in Tree::here().rust_files("src/") {
        let Some(room) = source.path.split('/').nth(1).filter(|room| rooms.contains_key(room)) else {
            continue;
        };
        let allowed = rooms[room];
        for named in Paths::of(&source).rooms() {
            if named != room && rooms.contains_key(named.as_str()) && !allowed.contains(&named.as_str()) {
                wrong.push(format!("{}: `{room}` does not name `{named}`", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_room_has_its_arrows() {
    let rooms: BTreeSet<String> = Tree::here()
        .rust_files("src/")
        .filter_map(|source| {
            let mut parts = source.path.split('/').skip(1);
            let room = parts.next()?.to_owned();
            parts.next().map(|_| room)
        })
        .collect();
    let known: BTreeSet<String> = ARROWS.iter().map(|(room, _)| (*room).to_owned()).collect();
    assert_eq!(rooms, known);
}

#[test]
fn crates_of_the_outside_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in Tree::here().rust_files("src/") {
        let room = source.path.split('/').nth(1).unwrap_or_default().to_owned();
        let paths = Paths::of(&source);
        for (name, rooms) in CRATES {
            if paths.names_crate(name) && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{}: `{name}` belongs in {rooms:?}", source.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn use_cases_do_not_go_round_in_circles() {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in Tree::here().rust_files("src/app/") {
        let module = source
            .path
            .split('/')
            .nth(2)
            .unwrap_or_default()
            .trim_end_matches(".rs");
        // The root of the room holds what all use cases share, and declares the modules.
        if module != "mod" {
            let named = Paths::of(&source).modules_of("app");
            let named = named.into_iter().filter(|name| name != module);
            arrows.entry(module.to_owned()).or_default().extend(named);
        }
    }
    // Whoever names nobody that is left, or is named by nobody that is left, is in no circle.
    while let Some(free) = arrows.iter().find_map(|(module, named)| {
        let names_nobody = named.iter().all(|name| !arrows.contains_key(name));
        let named_by_nobody = arrows.values().all(|named| !named.contains(module));
        (names_nobody || named_by_nobody).then(|| module.clone())
    }) {
        arrows.remove(&free);
    }
    let left: BTreeSet<String> = arrows.keys().cloned().collect();
    for named in arrows.values_mut() {
        named.retain(|name| left.contains(name));
    }
    assert!(arrows.is_empty(), "these go round in circles: {arrows:#?}");
}

#[test]
fn no_file_is_longer_than_can_be_read_in_one_go() {
    let long: Vec<String> = Tree::here()
        .rust_files("")
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, _)| *lines > 500)
        .map(|(lines, path)| format!("{path}: {lines} lines, split it by meaning"))
        .collect();
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn lints_are_expected_with_a_reason_and_never_allowed() {
    let wrong: Vec<String> = Tree::here()
        .rust_files("")
        .filter(|source| Paths::of(source).allows_a_lint())
        .map(|source| source.path)
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn migrations_have_equal_names_on_both_engines() {
    let tree = Tree::here();
    let sqlite = tree.names_in("src/storage/sqlite/migrations/");
    let postgres = tree.names_in("src/storage/postgres/migrations/");
    assert!(!sqlite.is_empty(), "there is at least one migration");
    assert_eq!(sqlite, postgres);
}

#[test]
fn nothing_names_the_machine_that_it_was_built_on() {
    // In two halves, so that this file does not name them either.
    let folders = ["home", "Users", "root", "work"].map(|folder| format!("/{folder}/"));
    let mut wrong = Vec::new();
    for file in Tree::here().texts() {
        for folder in &folders {
            // Within an address or a longer path it is somebody else's folder.
            let begins = |at: usize| {
                let before = file.text.get(..at).and_then(|text| text.chars().next_back());
                !before.is_some_and(|sign| sign.is_alphanumeric() || "._-}~)/*".contains(sign))
            };
            if file.text.match_indices(folder.as_str()).any(|(at, _)| begins(at)) {
                wrong.push(format!("{}: names `{folder}`", file.path));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_path_is_seen_in_whatever_way_it_is_written() {
    let paths = |text: &str| {
        Paths::of(&Source {
            path: "src/http/v1/school.rs".to_owned(),
            text: text.to_owned(),
        })
    };
    for text in [
        "use crate::storage::Database;",
        "use crate::{app, storage::{self, Row}};",
        "pub use super::super::super::storage as store;",
        "fn f() { crate::storage::open() }",
        "fn f(row: &crate::storage::Row) {}",
        "mod inner { use super::super::super::super::storage; }",
    ] {
        assert!(paths(text).rooms().contains("storage"), "{text}");
    }
    let own = paths("use super::storage; use self::storage::x; // crate::storage");
    assert!(!own.rooms().contains("storage"));
    assert!(paths("fn f() -> rusqlite::Result<()> {}").names_crate("rusqlite"));
    assert!(paths("#[allow(dead_code)] fn f() {}").allows_a_lint());
    assert!(paths("#![cfg_attr(test, allow(dead_code))]").allows_a_lint());
    assert!(!paths("#[expect(dead_code, reason = \"none\")] fn allow() {}").allows_a_lint());
    let tested = paths("use crate::app::a; #[cfg(test)] mod tests { use crate::app::b; }");
    assert_eq!(tested.modules_of("app").len(), 1);
}
