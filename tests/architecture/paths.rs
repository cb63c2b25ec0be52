//! The paths that a Rust file names, resolved to the crate or to the outside.

use std::collections::BTreeSet;

use syn::{
    Attribute, File, ItemMod, ItemUse, Meta, Path, UseTree,
    visit::{self, Visit},
};

use super::tree::Source;

/// The paths that a file of this crate names: `crate::...` and `super::...` from the root of the crate, others as
/// they stand.
pub(super) struct Paths {
    /// The module that is being read.
    module: Vec<String>,
    /// What is named, from the root of this crate.
    inside: BTreeSet<Vec<String>>,
    /// The same for what is not for tests only.
    served: BTreeSet<Vec<String>>,
    /// First parts of all other paths.
    outside: BTreeSet<String>,
    in_tests: bool,
    allows: bool,
}

impl Paths {
    /// Reads a file.
    pub(super) fn of(source: &Source) -> Self {
        let file: File = syn::parse_file(&source.text).unwrap_or_else(|error| panic!("{}: {error}", source.path));
        let module = source.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut module: Vec<String> = module.split('/').map(str::to_owned).collect();
        if module
            .last()
            .is_some_and(|name| ["mod", "lib", "main"].contains(&name.as_str()))
        {
            module.pop();
        }
        let mut paths = Self {
            module,
            inside: BTreeSet::new(),
            served: BTreeSet::new(),
            outside: BTreeSet::new(),
            in_tests: source.path.ends_with("/tests.rs") || source.path.contains("/tests/"),
            allows: false,
        };
        paths.visit_file(&file);
        paths
    }

    /// The rooms of this crate that are named.
    pub(super) fn rooms(&self) -> BTreeSet<String> {
        self.inside.iter().filter_map(|path| path.first().cloned()).collect()
    }

    /// The modules of a room that are named outside of tests.
    pub(super) fn modules_of(&self, room: &str) -> BTreeSet<String> {
        self.served
            .iter()
            .filter(|path| path.first().is_some_and(|first| first == room))
            .filter_map(|path| path.get(1).cloned())
            .collect()
    }

    /// Whether a crate of the outside is named.
    pub(super) fn names_crate(&self, name: &str) -> bool {
        self.outside.contains(name)
    }

    /// Whether a lint is switched off without a reason.
    pub(super) fn allows_a_lint(&self) -> bool {
        self.allows
    }

    fn note(&mut self, path: &[String]) {
        let supers = path.iter().take_while(|part| *part == "super").count();
        let base = match path.first().map(String::as_str) {
            Some("crate") => Some((0, 1)),
            Some("self") => Some((self.module.len(), 1)),
            Some("super") => self.module.len().checked_sub(supers).map(|length| (length, supers)),
            Some(other) => {
                self.outside.insert(other.to_owned());
                None
            }
            None => None,
        };
        if let Some((length, skipped)) = base {
            let resolved: Vec<String> = self.module[..length].iter().chain(&path[skipped..]).cloned().collect();
            if !self.in_tests {
                self.served.insert(resolved.clone());
            }
            self.inside.insert(resolved);
        }
    }

    fn note_tree(&mut self, tree: &UseTree, before: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.note_tree(&path.tree, before);
                before.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_tree(tree, before)),
            UseTree::Name(name) => self.note_leaf(name.ident.to_string(), before),
            UseTree::Rename(rename) => self.note_leaf(rename.ident.to_string(), before),
            UseTree::Glob(_) => self.note(before),
        }
    }

    fn note_leaf(&mut self, name: String, before: &[String]) {
        let mut path = before.to_vec();
        path.extend((name != "self").then_some(name));
        self.note(&path);
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.note_tree(&item.tree, &mut Vec::new());
        visit::visit_item_use(self, item);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if path.segments.len() > 1 {
            let parts: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.note(&parts);
        }
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let in_tests = self.in_tests;
        self.in_tests |= item
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("cfg") && names_test(attribute));
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
        self.in_tests = in_tests;
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        self.allows |= attribute.path().is_ident("allow");
        if let (true, Meta::List(list)) = (attribute.path().is_ident("cfg_attr"), &attribute.meta) {
            let tokens = list.tokens.to_string();
            self.allows |= tokens
                .split(|sign: char| !sign.is_alphanumeric() && sign != '_')
                .any(|word| word == "allow");
        }
        visit::visit_attribute(self, attribute);
    }
}

fn names_test(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::List(list) if list.tokens.to_string() == "test")
}
