//! What a purchase model is given of a customer, and equal customers counted as one.

use rayon::prelude::*;

use crate::{Error, Result};

/// Bits of a whole time in a packed history: 45,000 years of days.
const TIME_BITS: u32 = 24;

/// What a customer has done so far: all that a purchase model needs to know.
///
/// The clock starts at the customer's first purchase, which is not counted in `x`. The unit of time
/// is the caller's (day, week); rates and horizons come in the same unit. Discrete models count
/// opportunities.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History {
    /// Repeat purchases.
    pub x: u32,
    /// Time of the last repeat purchase; 0 when there was none.
    pub t_x: f64,
    /// Time up to which the customer was observed: the T of the papers.
    pub age: f64,
}

impl History {
    /// A customer at the moment of the first purchase.
    pub const NEW: Self = Self {
        x: 0,
        t_x: 0.0,
        age: 0.0,
    };

    /// One history per row of three columns, checked.
    ///
    /// # Errors
    /// - `Shape`: columns of different lengths
    /// - `OutOfRange`: unless 0 ≤ tₓ ≤ age, and tₓ is above 0 exactly when x is
    pub fn rows(x: &[u32], t_x: &[f64], age: &[f64]) -> Result<Vec<Self>> {
        for (name, found) in [("t_x", t_x.len()), ("age", age.len())] {
            if found != x.len() {
                return Err(Error::Shape {
                    name,
                    found,
                    expected: x.len(),
                });
            }
        }
        let columns = (x, t_x, age).into_par_iter().enumerate();
        columns
            .map(|(row, (&x, &t_x, &age))| Self { x, t_x, age }.checked(row))
            .collect()
    }

    pub(crate) fn checked(self, row: usize) -> Result<Self> {
        let out = |name, value, rule| {
            Err(Error::OutOfRange {
                name,
                value,
                row,
                rule,
            })
        };
        if !(self.age.is_finite() && self.age >= 0.0) {
            return out("age", self.age, "finite and not negative");
        }
        if !(0.0..=self.age).contains(&self.t_x) {
            return out("t_x", self.t_x, "from 0 to age");
        }
        if (self.x == 0) != (self.t_x <= 0.0) {
            return out(
                "t_x",
                self.t_x,
                "0 without a repeat purchase, above 0 with one",
            );
        }
        Ok(self)
    }

    /// A key that orders histories, and is equal for equal ones.
    pub(crate) fn key(&self) -> (u32, u64, u64) {
        (self.x, self.t_x.to_bits(), self.age.to_bits())
    }

    fn of_key((x, t_x, age): (u32, u64, u64)) -> Self {
        Self {
            x,
            t_x: f64::from_bits(t_x),
            age: f64::from_bits(age),
        }
    }

    /// The same order in a single number, for whole times of no more than `TIME_BITS`.
    fn packed(&self) -> Option<u64> {
        let times = 0.0..f64::from(1_u32 << TIME_BITS);
        let whole =
            |time: f64| (times.contains(&time) && time.fract() <= 0.0).then_some(time as u64);
        let (t_x, age) = (whole(self.t_x)?, whole(self.age)?);
        let x = u64::from(self.x);
        (x >> (u64::BITS - 2 * TIME_BITS) == 0)
            .then_some(x << (2 * TIME_BITS) | t_x << TIME_BITS | age)
    }

    fn unpacked(packed: u64) -> Self {
        let ticks = |from: u32| (packed >> from & ((1 << TIME_BITS) - 1)) as f64;
        Self {
            x: (packed >> (2 * TIME_BITS)) as u32,
            t_x: ticks(TIME_BITS),
            age: ticks(0),
        }
    }
}

/// Customers with one history, and how many they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// What each of them has done.
    pub history: History,
    /// How many they are, or their summed weight.
    pub customers: f64,
}

/// The cells of these customers: a fit over them costs as much as there are different histories.
///
/// # Shapes
/// - returns one cell per different history, ordered by x, then tₓ, then age
#[must_use]
pub fn collapse(histories: &[History]) -> Vec<Cell> {
    let packed: Option<Vec<u64>> = histories.par_iter().map(History::packed).collect();
    match packed {
        Some(packed) => count(packed, History::unpacked),
        None => count(
            histories.par_iter().map(History::key).collect(),
            History::of_key,
        ),
    }
}

/// A cell per different key, in their order.
fn count<K: Copy + Ord + Send>(mut keys: Vec<K>, history: impl Fn(K) -> History) -> Vec<Cell> {
    keys.par_sort_unstable();
    let equal = keys.chunk_by(|a, b| a == b);
    equal
        .map(|run| Cell {
            history: history(run[0]),
            customers: run.len() as f64,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Cell, History, collapse};
    use crate::Error;

    #[test]
    fn equal_customers_become_one_cell() {
        let histories =
            History::rows(&[1, 0, 1], &[2.0, 0.0, 2.0], &[5.0, 5.0, 5.0]).expect("in range");
        let cells = collapse(&histories);
        assert_eq!(
            cells[0],
            Cell {
                history: histories[1],
                customers: 1.0
            }
        );
        assert_eq!(
            cells[1],
            Cell {
                history: histories[0],
                customers: 2.0
            }
        );
        assert!(collapse(&[]).is_empty());
    }

    #[test]
    fn whole_times_are_collapsed_as_any_others() {
        let row = |at: u32| {
            let x = at % 5;
            let t_x = f64::from(x * (at % 3 + 1));
            let age = t_x + f64::from(at % 7);
            History { x, t_x, age }
        };
        let whole: Vec<History> = (0..1000).map(row).collect();
        let half = |history: &History| History {
            t_x: history.t_x / 2.0,
            age: history.age / 2.0,
            ..*history
        };
        let parted: Vec<History> = whole.iter().map(half).collect();
        let cells: Vec<Cell> = collapse(&whole)
            .iter()
            .map(|cell| Cell {
                history: half(&cell.history),
                ..*cell
            })
            .collect();
        assert_eq!(cells, collapse(&parted));
        assert!(cells.len() > 50);
    }

    #[test]
    fn a_row_out_of_range_is_named() {
        let row = |x, t_x, age| History::rows(&[0, x], &[0.0, t_x], &[1.0, age]);
        for (bad, name) in [
            (row(1, 3.0, 2.0), "t_x"),
            (row(1, 0.0, 2.0), "t_x"),
            (row(0, 1.0, 2.0), "t_x"),
            (row(0, 0.0, f64::NAN), "age"),
            (row(0, 0.0, -1.0), "age"),
        ] {
            assert!(
                matches!(bad, Err(Error::OutOfRange { name: found, row: 1, .. }) if found == name)
            );
        }
        assert!(matches!(
            History::rows(&[1], &[], &[1.0]),
            Err(Error::Shape { name: "t_x", .. })
        ));
    }
}
