//! Counts: how many, and never how many where there are few.

use std::collections::BTreeMap;

use super::Limits;

/// One count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// So many.
    Counted(u64),
    /// Too few, or it would tell of another cell that has too few.
    Suppressed,
}

/// Counts by the values of one attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How many in each class.
    pub cells: BTreeMap<String, Cell>,
    /// How many in all.
    pub total: Cell,
}

/// The counts that go. A cell with too few is suppressed; where the total would give it away, so are the smallest of the others,
/// until those that are suppressed are two at least and count enough together (complementary suppression).
///
/// A table is by one attribute: two tables have no more in common than their total, which this takes for known.
pub fn publish(counts: &BTreeMap<String, u64>, limits: Limits) -> Table {
    let total: u64 = counts.values().sum();
    let mut by_size: Vec<(&String, u64)> = counts.iter().map(|(class, count)| (class, *count)).collect();
    by_size.sort_by_key(|(class, count)| (*count, *class));
    // An empty class hides nobody, and helps nobody to hide.
    by_size.retain(|(_, count)| *count > 0);
    let few = by_size.iter().take_while(|(_, count)| *count < limits.cells()).count();
    let mut hidden = few;
    if few > 0 {
        let sum = |hidden: usize| by_size.iter().take(hidden).map(|(_, count)| count).sum::<u64>();
        while hidden < by_size.len() && (hidden < 2 || sum(hidden) < limits.cells()) {
            hidden += 1;
        }
    }
    let hidden: Vec<&String> = by_size.iter().take(hidden).map(|(class, _)| *class).collect();
    let cell = |class: &String, count: u64| match hidden.contains(&class) {
        true => Cell::Suppressed,
        false => Cell::Counted(count),
    };
    Table {
        cells: counts
            .iter()
            .map(|(class, count)| (class.clone(), cell(class, *count)))
            .collect(),
        total: match total < limits.cells() && total > 0 {
            true => Cell::Suppressed,
            false => Cell::Counted(total),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(counts: &[(&str, u64)]) -> Table {
        let counts = counts.iter().map(|(class, count)| ((*class).to_owned(), *count));
        publish(&counts.collect(), Limits::DEFAULT)
    }

    fn hidden(table: &Table) -> Vec<&str> {
        let cells = table.cells.iter();
        let hidden = cells.filter(|(_, cell)| **cell == Cell::Suppressed);
        hidden.map(|(class, _)| class.as_str()).collect()
    }

    #[test]
    fn what_has_too_few_is_hidden_with_the_smallest_that_would_tell_it() {
        let table = of(&[("5", 40), ("6", 3), ("7", 25), ("8", 30)]);
        assert_eq!(hidden(&table), ["6", "7"]);
        assert_eq!(table.total, Cell::Counted(98));
        // Two that are few hide each other only if they count enough together.
        assert_eq!(hidden(&of(&[("a", 6), ("b", 7), ("c", 50)])), ["a", "b"]);
        assert_eq!(
            hidden(&of(&[("a", 2), ("b", 3), ("c", 50), ("d", 60)])),
            ["a", "b", "c"]
        );
        assert_eq!(hidden(&of(&[("a", 12), ("b", 13)])), Vec::<&str>::new());
    }

    #[test]
    fn a_school_with_too_few_has_no_count_at_all() {
        let table = of(&[("a", 4), ("b", 0)]);
        assert_eq!((hidden(&table), table.total), (vec!["a"], Cell::Suppressed));
        assert_eq!(of(&[]).total, Cell::Counted(0));
    }

    proptest! {
        /// Whoever knows the total and everything that goes cannot tell one hidden cell: another total of the hidden ones is split in
        /// more than one way, and they are enough together.
        #[test]
        fn no_hidden_cell_follows_from_the_others(counts in prop::collection::vec(0_u64..30, 0..6)) {
            let named: BTreeMap<_, _> = (0..).zip(&counts).map(|(n, count): (u8, _)| (n.to_string(), *count)).collect();
            let table = publish(&named, Limits::DEFAULT);
            let total: u64 = counts.iter().sum();
            let mut hidden = Vec::new();
            for (class, cell) in &table.cells {
                match cell {
                    Cell::Counted(count) => {
                        prop_assert_eq!(*count, named[class]);
                        prop_assert!(*count == 0 || *count >= Limits::DEFAULT.cells());
                    }
                    Cell::Suppressed => hidden.push(named[class]),
                }
            }
            if table.total == Cell::Suppressed {
                prop_assert!(total < Limits::DEFAULT.cells());
            } else if !hidden.is_empty() {
                prop_assert!(hidden.len() >= 2);
                prop_assert!(hidden.iter().sum::<u64>() >= Limits::DEFAULT.cells());
                // No more is hidden than the largest that was needed.
                prop_assert!(hidden.iter().any(|count| *count < Limits::DEFAULT.cells()));
            }
        }
    }
}
