//! Lists of exceptions only shrink.

use std::collections::BTreeMap;

use super::tree::{Source, Tree};

/// How many exceptions there are by now, by file and name of the list. A smaller number is written down here when a list shrinks;
/// what would make one longer is mended instead.
const LISTS: [(&str, &str, usize); 6] = [
    ("src/http/tests/document.rs", "PUBLIC", 6),
    ("tests/api/operator.rs", "REACHES_NOBODY", 9),
    ("tests/kit/src/trail/search.rs", "KNOWN", 1),
    ("tests/resources/inputs.rs", "NOTHING_REQUIRED", 3),
    ("tests/resources/inputs.rs", "NO_BODY", 15),
    ("tests/resources/reach.rs", "OPEN_TO_ALL", 6),
];

/// The lists that say of themselves that they only shrink, with their lengths.
fn shrinking(source: &Source) -> Vec<(String, Option<usize>)> {
    let mut found = Vec::new();
    let mut comment = String::new();
    let mut says_so = false;
    for line in source.text.lines() {
        let line = line.trim_start();
        if let Some(text) = line.strip_prefix("///") {
            comment.push_str(text);
            continue;
        }
        let comment = std::mem::take(&mut comment);
        says_so |= comment.contains("list only shrinks") || comment.contains("list may only shrink");
        if says_so && let Some((name, kind)) = line.strip_prefix("const ").and_then(|list| list.split_once(':')) {
            let length = kind.split_once(';').and_then(|(_, rest)| rest.split_once(']'));
            found.push((
                name.to_owned(),
                length.and_then(|(length, _)| length.trim().parse().ok()),
            ));
            says_so = false;
        }
    }
    found
}

#[test]
fn lists_of_exceptions_only_shrink() {
    let mut wrong = Vec::new();
    let mut pinned: BTreeMap<_, _> = LISTS
        .iter()
        .map(|(file, name, length)| (format!("{file}: `{name}`"), *length))
        .collect();
    for source in Tree::here().rust_files("") {
        for (name, length) in shrinking(&source) {
            let list = format!("{}: `{name}`", source.path);
            match (length, pinned.remove(&list)) {
                (Some(length), Some(was)) if length == was => {}
                (Some(length), Some(was)) if length < was => {
                    wrong.push(format!(
                        "{list} shrank from {was} to {length}: write that down in `LISTS`"
                    ));
                }
                (Some(length), Some(was)) => wrong.push(format!(
                    "{list} grew from {was} to {length}: mend what is new instead of excepting it"
                )),
                (Some(length), None) => wrong.push(format!("{list} has {length}: write that down in `LISTS`")),
                (None, _) => wrong.push(format!("{list} does not have its length in its type")),
            }
        }
    }
    let gone = pinned.keys();
    wrong.extend(gone.map(|list| format!("{list} says no more that it only shrinks")));
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn a_list_is_found_by_what_it_says_of_itself() {
    let text = "/// Odd ones. This list\n/// may only shrink.\nconst ODD: [&str; 2] = [\"a\", \"b\"];\n\
                const EVEN: [&str; 1] = [\"c\"];\n/// Others. This list only shrinks.\nconst OTHER: &[&str] = &[];\n";
    let (path, text) = ("a.rs".to_owned(), text.to_owned());
    let found = shrinking(&Source { path, text });
    assert_eq!(found, [("ODD".to_owned(), Some(2)), ("OTHER".to_owned(), None)]);
}
