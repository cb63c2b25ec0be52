//! The files of the repository.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// A file with its text.
pub(super) struct Source {
    /// Where it is, from the root of the repository, with `/`.
    pub(super) path: String,
    /// What it says.
    pub(super) text: String,
}

/// The files of the repository; what is built, installed or stored is left out.
pub(super) struct Tree {
    root: PathBuf,
    paths: BTreeSet<String>,
}

const LEFT_OUT: [&str; 6] = [".git", "target", "data", "node_modules", ".venv", "__pycache__"];

impl Tree {
    /// The tree that this test stands in.
    pub(super) fn here() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut paths = BTreeSet::new();
        gather(&root, &root, &mut paths);
        assert!(paths.contains("src/lib.rs"), "the root of the repository is at hand");
        Self { root, paths }
    }

    /// The Rust files under a folder.
    pub(super) fn rust_files(&self, under: &str) -> impl Iterator<Item = Source> {
        self.texts()
            .filter(move |source| source.path.starts_with(under) && source.path.ends_with(".rs"))
    }

    /// All files that are text.
    pub(super) fn texts(&self) -> impl Iterator<Item = Source> {
        self.paths.iter().filter_map(|path| {
            let text = fs::read_to_string(self.root.join(path)).ok()?;
            let path = path.clone();
            Some(Source { path, text })
        })
    }

    /// The names of the files in a folder.
    pub(super) fn names_in(&self, folder: &str) -> BTreeSet<&str> {
        self.paths.iter().filter_map(|path| path.strip_prefix(folder)).collect()
    }
}

fn gather(root: &Path, folder: &Path, paths: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        let path = entry.path();
        if LEFT_OUT.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if kind.is_dir() {
            gather(root, &path, paths);
        } else if kind.is_file() {
            let path = path.strip_prefix(root).unwrap();
            paths.insert(path.to_str().unwrap().replace('\\', "/"));
        }
    }
}
