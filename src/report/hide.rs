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
    let of_rows = rows.of_rows().into_iter();
    let told: Vec<usize> = of_rows
        .filter(|place| !labels.contains(&rows.columns[*place].as_str()))
        .collect();
    for (row, _) in rows
        .cells
        .iter_mut()
        .zip(&hidden)
        .filter(|(_, hidden)| **hidden)
    {
        for place in &told {
            row[*place] = Cell::Hidden;
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
