//! Tables that a person can read: a line of words in columns for each record. What differs is told line by line.

use std::collections::BTreeMap;

use sluis::app::caller::RoleKind;

/// One line of a table: the operation, who asked it, and what was recorded.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Line(Vec<String>);

impl Line {
    pub(super) fn of(text: &str) -> Self {
        Self(text.split_whitespace().map(str::to_owned).collect())
    }

    fn operation(&self) -> String {
        self.0[0].clone()
    }

    /// As it stands in a table with columns of these widths.
    fn shown(&self, widths: &[usize]) -> String {
        let words = self.0.iter().zip(widths);
        let line: String = words.map(|(word, width)| format!("{word:width$}  ")).collect();
        line.trim_end().to_owned()
    }
}

/// Makes one line of those that differ only in who asked.
pub(super) fn gathered(lines: Vec<Line>) -> Vec<Line> {
    let mut gathered: Vec<Line> = Vec::new();
    for line in lines {
        let alike = |other: &&mut Line| (&other.0[0], &other.0[2..]) == (&line.0[0], &line.0[2..]);
        match gathered.iter_mut().find(alike) {
            Some(other) => other.0[1] += &format!(",{}", line.0[1]),
            None => gathered.push(line),
        }
    }
    let everybody = RoleKind::ALL.map(RoleKind::as_str).join(",");
    for line in gathered.iter_mut().filter(|line| line.0[1] == everybody) {
        "everybody".clone_into(&mut line.0[1]);
    }
    gathered
}

/// Asserts that a table of the repository tells what happened, in whatever order. Else it names, by operation, the lines that did
/// not happen (`-`, with their numbers) and what happened and is not in it (`+`, as it would stand there).
pub(super) fn assert_told(file: &str, table: &str, happened: &[Line]) {
    let numbered = table.lines().zip(1..).filter(|(text, _)| !text.starts_with('#'));
    let told: Vec<_> = numbered.map(|(text, number)| (Line::of(text), number)).collect();
    let mut widths = Vec::new();
    for line in told.iter().map(|(line, _)| line).chain(happened) {
        widths.resize(widths.len().max(line.0.len()), 0);
        for (width, word) in widths.iter_mut().zip(&line.0) {
            *width = word.len().max(*width);
        }
    }
    let mut unexpected = happened.to_vec();
    let mut differences = BTreeMap::<String, Vec<String>>::new();
    for (line, number) in told.into_iter().filter(|(line, _)| !line.0.is_empty()) {
        if let Some(found) = unexpected.iter().position(|other| *other == line) {
            unexpected.remove(found);
            continue;
        }
        let missing = format!("- {}  (line {number})", line.shown(&widths));
        differences.entry(line.operation()).or_default().push(missing);
    }
    for line in unexpected {
        let more = format!("+ {}", line.shown(&widths));
        differences.entry(line.operation()).or_default().push(more);
    }
    let differences: Vec<_> = differences.into_values().flatten().collect();
    assert!(
        differences.is_empty(),
        "`{file}` tells something else than what is recorded:\n{}",
        differences.join("\n")
    );
}

#[test]
fn a_table_may_be_in_any_order_with_headings() {
    let happened = ["b y log act b.make b done", "a x nothing", "a x nothing"].map(Line::of);
    assert_told(
        "t",
        "# a table\n\na x  nothing\nb y  log act b.make b done\na x  nothing\n",
        &happened,
    );
}

#[test]
#[should_panic(expected = "`t` tells something else than what is recorded:
- a   x  nothing  (line 2)
- cc  x  log      act  c.make  c  done  (line 3)
+ cc  x  log      act  c.make  c  failed")]
fn what_differs_is_told_line_by_line() {
    let happened = [Line::of("cc x log act c.make c failed")];
    assert_told("t", "# a table\na x nothing\ncc x log act c.make c done\n", &happened);
}
