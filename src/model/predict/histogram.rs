//! Sums of slopes per bin, and the split that they recommend.

use super::bins::{Binned, MISSING};

/// What a row asks for: first and second derivative of its loss, in whole units of a
/// [`Scale`](super::grow::Scale).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slopes {
    pub(crate) first: i32,
    pub(crate) second: i32,
}

/// What some rows ask for together. Whole numbers: a sum has no order, so a tree does not depend on
/// the order of rows or the number of threads, and the sum of one child is exactly that of the
/// parent less that of the other.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Cell {
    pub(crate) first: i64,
    pub(crate) second: i64,
    pub(crate) rows: u32,
}

impl Cell {
    pub(crate) fn add(&mut self, slopes: Slopes) {
        self.first += i64::from(slopes.first);
        self.second += i64::from(slopes.second);
        self.rows += 1;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            first: self.first + other.first,
            second: self.second + other.second,
            rows: self.rows + other.rows,
        }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            first: self.first - other.first,
            second: self.second - other.second,
            rows: self.rows - other.rows,
        }
    }
}

/// The cells of one feature's bins.
pub(crate) type Histogram = Box<[Cell; 256]>;

/// The sums of `rows` by bin of a feature; `slopes` belong to `rows`, one each.
pub(crate) fn histogram(binned: &Binned, rows: &[u32], slopes: &[Slopes]) -> Histogram {
    let mut cells: Histogram = Box::new([Cell::default(); 256]);
    for (row, slopes) in rows.iter().zip(slopes) {
        cells[usize::from(binned.bins[*row as usize])].add(*slopes);
    }
    cells
}

/// Takes a part's sums away.
pub(crate) fn subtract(whole: &mut Histogram, part: &Histogram) {
    for (whole, part) in whole.iter_mut().zip(part.iter()) {
        *whole = whole.minus(*part);
    }
}

/// A place to split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Split {
    pub(crate) feature: usize,
    /// The last bin that goes left.
    pub(crate) bin: usize,
    pub(crate) missing_left: bool,
    pub(crate) gain: f64,
    pub(crate) left: Cell,
}

/// What makes a split allowed, and good.
pub(crate) trait Worth {
    /// The loss that one constant for these rows takes away, twice.
    fn of(&self, cell: Cell) -> f64;
    /// Whether a leaf may have so little.
    fn is_enough(&self, cell: Cell) -> bool;
}

/// The best split of a feature. Missing values try both sides; where there are none to learn from,
/// they go with the more.
pub(crate) fn best_split(
    feature: usize,
    binned: &Binned,
    cells: &Histogram,
    total: Cell,
    worth: &impl Worth,
) -> Option<Split> {
    let missing = cells[usize::from(MISSING)];
    let before = worth.of(total);
    let mut best: Option<Split> = None;
    let mut below = Cell::default();
    for bin in 0..binned.thresholds.len() {
        below = below.plus(cells[bin]);
        let sides = [(below, false), (below.plus(missing), true)];
        let tried = if missing.rows == 0 { 1 } else { 2 };
        for (left, missing_left) in sides.into_iter().take(tried) {
            let right = total.minus(left);
            if !(worth.is_enough(left) && worth.is_enough(right)) {
                continue;
            }
            let gain = worth.of(left) + worth.of(right) - before;
            if gain > best.map_or(0.0, |best| best.gain) {
                best = Some(Split {
                    feature,
                    bin,
                    missing_left: missing_left || (missing.rows == 0 && left.rows > right.rows),
                    gain,
                    left,
                });
            }
        }
    }
    best
}
