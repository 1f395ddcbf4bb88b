//! Groups that are too small to be shown, and those by which they could be found out: no figure of them stays.
//!
//! The rule is that of cells in public statistics (CMS cell size suppression policy): nothing between 1 and
//! `min_group_size` − 1 is shown, 0 is, and no sum or difference of what is shown gives what is not.

use super::rows::{Cell, Rows};
use serde::Deserialize;

/// What the rows of a figure are groups of.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Groups {
    /// The column that counts them.
    count: String,
    /// How the groups stand to each other.
    kind: Kind,
    /// Columns within whose values the groups are parts of one whole; by default all rows are.
    #[serde(default)]
    within: Vec<String>,
    /// Columns that count a part of each group; only their own values are hidden.
    #[serde(default)]
    cells: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// No customer stands in two of them, and their sum may be known.
    Parts,
    /// Each holds the next, or the one before.
    Nested,
    /// Neither.
    Alone,
}

/// Hides what `groups` says of `rows`, but never the `labels`, the columns that say which group it is.
pub(super) fn hide(rows: &mut Rows, groups: &Groups, labels: &[&str], least: u32) {
    let least = f64::from(least);
    let counts = numbers(rows, &groups.count);
    let hidden = match groups.kind {
        Kind::Parts => parts(&counts, &wholes(rows, &groups.within), least),
        Kind::Nested => nested(&counts, least),
        Kind::Alone => counts.iter().map(|count| is_small(*count, least)).collect(),
    };
    let is_label: Vec<bool> = rows
        .columns
        .iter()
        .map(|name| labels.contains(&name.as_str()))
        .collect();
    for (row, _) in rows
        .cells
        .iter_mut()
        .zip(&hidden)
        .filter(|(_, hidden)| **hidden)
    {
        for (cell, _) in row
            .iter_mut()
            .zip(&is_label)
            .filter(|(_, is_label)| !**is_label)
        {
            *cell = Cell::Hidden;
        }
    }
    for column in &groups.cells {
        let whole = [(0..rows.cells.len()).collect()];
        let hidden = parts(&numbers(rows, column), &whole, least);
        let Some(place) = rows.place(column) else {
            continue;
        };
        for (row, _) in rows
            .cells
            .iter_mut()
            .zip(hidden)
            .filter(|(_, hidden)| *hidden)
        {
            row[place] = Cell::Hidden;
        }
    }
}

fn numbers(rows: &Rows, column: &str) -> Vec<f64> {
    let cells = rows.column(column).into_iter();
    cells.map(|cell| cell.number().unwrap_or(0.0)).collect()
}

fn is_small(count: f64, least: f64) -> bool {
    count > 0.0 && count < least
}

/// The rows that make up each whole.
fn wholes(rows: &Rows, within: &[String]) -> Vec<Vec<usize>> {
    if within.is_empty() {
        return vec![(0..rows.cells.len()).collect()];
    }
    let mut wholes = Vec::new();
    for column in within {
        let mut values: Vec<(&Cell, Vec<usize>)> = Vec::new();
        for (row, value) in rows.column(column).into_iter().enumerate() {
            match values.iter_mut().find(|(known, _)| *known == value) {
                Some((_, members)) => members.push(row),
                None => values.push((value, vec![row])),
            }
        }
        wholes.extend(values.into_iter().map(|(_, members)| members));
    }
    wholes
}

/// Small parts, and the next smallest until those of each whole are at least two and together not small.
fn parts(counts: &[f64], wholes: &[Vec<usize>], least: f64) -> Vec<bool> {
    let mut hidden: Vec<bool> = counts.iter().map(|count| is_small(*count, least)).collect();
    loop {
        let mut more = None;
        for whole in wholes {
            let of_whole: Vec<f64> = whole
                .iter()
                .filter(|row| hidden[**row])
                .map(|row| counts[*row])
                .collect();
            let is_safe = of_whole.is_empty()
                || (of_whole.len() > 1 && of_whole.iter().sum::<f64>() >= least);
            if !is_safe {
                let shown = whole
                    .iter()
                    .filter(|row| !hidden[**row] && counts[**row] > 0.0);
                more =
                    more.or(shown.min_by(|left, right| counts[**left].total_cmp(&counts[**right])));
            }
        }
        match more {
            Some(row) => hidden[*row] = true,
            None => return hidden,
        }
    }
}

/// Groups that are small, or differ little from the next larger one that is shown.
fn nested(counts: &[f64], least: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by(|left, right| counts[*right].total_cmp(&counts[*left]));
    let mut hidden = vec![false; counts.len()];
    let mut larger = f64::INFINITY;
    for row in order {
        hidden[row] = is_small(counts[row], least) || is_small(larger - counts[row], least);
        if !hidden[row] {
            larger = counts[row];
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_one(counts: &[f64]) -> Vec<bool> {
        parts(counts, &[(0..counts.len()).collect()], 11.0)
    }

    #[test]
    fn a_small_part_takes_the_next_smallest_with_it() {
        assert_eq!(of_one(&[100.0, 5.0, 40.0]), [false, true, true]);
        assert_eq!(of_one(&[100.0, 5.0, 4.0, 40.0]), [false, true, true, true]);
        assert_eq!(of_one(&[100.0, 9.0, 8.0, 40.0]), [false, true, true, false]);
    }

    #[test]
    fn no_one_at_all_is_no_secret() {
        assert_eq!(of_one(&[100.0, 0.0, 40.0]), [false; 3]);
    }

    #[test]
    fn nothing_is_found_out_from_the_sums_of_columns_either() {
        let counts = [5.0, 50.0, 60.0, 70.0];
        let wholes = [vec![0, 1], vec![2, 3], vec![0, 2], vec![1, 3]];
        assert_eq!(parts(&counts, &wholes, 11.0), [true; 4]);
    }

    #[test]
    fn nested_groups_differ_by_no_small_group() {
        assert_eq!(
            nested(&[100.0, 95.0, 60.0, 5.0], 11.0),
            [false, true, false, true]
        );
        assert_eq!(
            nested(&[0.0, 30.0, 94.0, 100.0], 11.0),
            [false, false, true, false]
        );
    }
}
