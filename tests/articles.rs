//! The page on the articles: every paragraph of every model stands on it once, in the row in which the gate cites it, with one
//! of five words, and each test that it names is there.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use sluis_core::agreement::{Clause, Model};

/// What a row may say that is done.
const WORDS: [&str; 5] = ["enforces", "carries out", "records", "cannot", "not yet"];

/// The columns of numbers, each with its model. The variant with codes has the articles of 4.0.
const MODELS: [Model; 3] = [Model::V4_0, Model::V3_0, Model::Mbo3_0];

/// How many paragraphs the articles of a model have, and the parts of paragraphs that fare otherwise than the rest. Article 1
/// says what words mean, and is one row.
struct Articles {
    paragraphs: &'static [(u8, u8)],
    parts: &'static [&'static str],
}

const fn articles(model: Model) -> Articles {
    match model {
        Model::V4_0 | Model::V4_0Coded => Articles {
            paragraphs: &[
                (2, 5),
                (3, 5),
                (4, 1),
                (5, 5),
                (6, 4),
                (7, 7),
                (8, 8),
                (9, 3),
                (10, 3),
                (11, 3),
                (12, 4),
                (13, 5),
                (14, 5),
                (15, 2),
                (16, 2),
            ],
            parts: &["5.5b", "5.5c", "5.5d", "7.2c", "7.7e", "9.1b", "9.1c", "9.1d", "9.1e"],
        },
        Model::V3_0 => Articles {
            paragraphs: &[
                (2, 3),
                (3, 6),
                (4, 1),
                (5, 6),
                (6, 4),
                (7, 6),
                (8, 9),
                (9, 3),
                (10, 2),
                (11, 3),
                (12, 4),
                (13, 3),
                (14, 5),
                (15, 2),
            ],
            parts: &[
                "5.6a", "5.6c", "5.6d", "5.6e", "7.2c", "7.6e", "9.1b", "9.1c", "9.1d", "9.1e",
            ],
        },
        Model::Mbo3_0 => Articles {
            paragraphs: &[
                (2, 3),
                (3, 6),
                (4, 4),
                (5, 4),
                (6, 6),
                (7, 9),
                (8, 3),
                (9, 2),
                (10, 3),
                (11, 4),
                (12, 3),
                (13, 5),
                (14, 2),
                (15, 2),
            ],
            parts: &["6.2c", "6.6e", "8.1b", "8.1c", "8.1d", "8.1e"],
        },
    }
}

/// A row of the page.
struct Row {
    /// What the paragraph says.
    says: String,
    /// Its numbers, in the order of [`MODELS`].
    numbers: [Option<String>; 3],
    /// What is done.
    word: String,
    /// How, or what is missing.
    how: String,
    /// Tests, or why not.
    shown: String,
}

impl Row {
    /// The rows of the page, without its table of words.
    fn all() -> Vec<Self> {
        let page = fs::read_to_string(root().join("docs/articles.md")).unwrap();
        page.lines().filter_map(Self::read).collect()
    }

    fn read(line: &str) -> Option<Self> {
        let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
        let cells: Vec<_> = cells.split(" | ").map(str::trim).collect();
        let [says, v4, v3, mbo, does, shown] = cells.try_into().ok()?;
        if v4 == "4.0" {
            return None;
        }
        let number = |cell: &str| (cell != "–").then(|| cell.to_owned());
        let (word, how) = does
            .strip_prefix("**")
            .and_then(|does| does.split_once("**: "))
            .unwrap_or_default();
        Some(Self {
            says: says.to_owned(),
            numbers: [v4, v3, mbo].map(number),
            word: word.to_owned(),
            how: how.to_owned(),
            shown: shown.to_owned(),
        })
    }

    /// The tests that it names.
    fn tests(&self) -> Vec<&str> {
        let in_quotes = self.shown.split('`').skip(1).step_by(2);
        in_quotes.filter(|quoted| quoted.contains("::")).collect()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The number of a cell at each row, in one column.
fn column(rows: &[Row], at: usize) -> BTreeMap<&str, Vec<usize>> {
    let mut found: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        if let Some(number) = row.numbers.get(at).unwrap() {
            found.entry(number.as_str()).or_default().push(index);
        }
    }
    found
}

#[test]
fn every_paragraph_of_every_model_stands_there_once_and_nothing_else() {
    let rows = Row::all();
    for (at, model) in MODELS.into_iter().enumerate() {
        let Articles { paragraphs, parts } = articles(model);
        let of_article = |(article, count): &(u8, u8)| {
            let article = *article;
            (1..=*count).map(move |paragraph| format!("{article}.{paragraph}"))
        };
        let mut expected: BTreeSet<_> = paragraphs.iter().flat_map(of_article).collect();
        expected.extend(parts.iter().map(|part| (*part).to_owned()));
        expected.insert("1".to_owned());
        let found = column(&rows, at);
        let twice: Vec<_> = found.iter().filter(|(_, rows)| rows.len() > 1).collect();
        assert!(twice.is_empty(), "{}: {twice:?}", model.as_str());
        let found: BTreeSet<_> = found.into_keys().map(str::to_owned).collect();
        let missing: Vec<_> = expected.difference(&found).collect();
        let unknown: Vec<_> = found.difference(&expected).collect();
        assert!(
            missing.is_empty() && unknown.is_empty(),
            "{}: missing {missing:?}, unknown {unknown:?}",
            model.as_str()
        );
    }
}

#[test]
fn what_the_gate_cites_stands_in_one_row_for_all_models() {
    let rows = Row::all();
    for clause in Clause::ALL {
        let mut in_rows: BTreeSet<usize> = BTreeSet::new();
        for (at, model) in MODELS.into_iter().enumerate() {
            let Some(article) = clause.article(model) else {
                continue;
            };
            let found = column(&rows, at);
            let here = found.get(article.number);
            in_rows.extend(here.unwrap_or_else(|| panic!("{clause:?}: {article} is not there")));
        }
        assert_eq!(in_rows.len(), 1, "{clause:?} stands in other rows for other models");
        assert_eq!(
            clause.article(Model::V4_0).map(|article| article.number),
            clause.article(Model::V4_0Coded).map(|article| article.number),
            "the column of 4.0 is that of the variant too"
        );
    }
}

#[test]
fn every_row_says_what_is_done_in_one_of_the_words() {
    let rows = Row::all();
    assert!(rows.len() > 70, "the page was not read: {} rows", rows.len());
    let mut used = BTreeSet::new();
    for row in &rows {
        let Row {
            says, word, how, shown, ..
        } = row;
        assert!(WORDS.contains(&word.as_str()), "{says}: `{word}`");
        assert!(!says.is_empty() && !how.is_empty(), "{says}: says nothing");
        used.insert(word.as_str());
        match word.as_str() {
            "cannot" => assert!(
                row.tests().is_empty() && shown.len() > 10,
                "{says}: why can it not be done?"
            ),
            "not yet" => {}
            _ => assert!(!row.tests().is_empty(), "{says}: which test shows it?"),
        }
    }
    assert_eq!(used, BTreeSet::from(WORDS));
}

#[test]
fn every_test_that_is_named_is_there() {
    let mut wrong = Vec::new();
    for row in Row::all() {
        for test in row.tests() {
            let (file, name) = test.split_once("::").unwrap();
            let text = fs::read_to_string(root().join(file)).unwrap_or_default();
            let is_there = text.match_indices(&format!("fn {name}(")).any(|(at, _)| {
                let before: Vec<_> = text.get(..at).unwrap().lines().rev().take(6).collect();
                before
                    .iter()
                    .any(|line| line.contains("test]") || line.contains("#[case"))
            });
            if !is_there {
                wrong.push(format!("{}: {test}", row.says));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
