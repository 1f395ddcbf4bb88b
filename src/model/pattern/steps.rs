//! Many survival curves, each as the days on which it falls.

use super::conversion::Point;

/// Survival curves in flat vectors.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Steps {
    days: Vec<u32>,
    survivals: Vec<f64>,
    ends: Vec<usize>,
}

impl Steps {
    /// How many curves there are.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Memory that the curve of `points` takes.
    pub(super) fn bytes_of(points: &[Point]) -> usize {
        let steps = points.iter().filter(|point| point.converted > 0.0).count();
        (size_of::<u32>() + size_of::<f64>()) * steps + size_of::<usize>()
    }

    /// Adds the curve of `points`, one per day from day 1 on.
    pub(super) fn push(&mut self, points: &[Point]) {
        let falls = (1..).zip(points).filter(|(_, point)| point.converted > 0.0);
        self.push_steps(falls.map(|(day, point)| (day, point.survival)));
    }

    /// Adds a curve by its days and the survival from each of them on.
    pub(super) fn push_steps(&mut self, steps: impl Iterator<Item = (u32, f64)>) {
        for (day, survival) in steps {
            self.days.push(day);
            self.survivals.push(survival);
        }
        self.ends.push(self.days.len());
    }

    /// The days on which `curve` falls, and the survival from each of them on.
    pub(super) fn get(&self, curve: usize) -> (&[u32], &[f64]) {
        let start = curve.checked_sub(1).map_or(0, |before| self.ends[before]);
        let steps = start..self.ends[curve];
        (&self.days[steps.clone()], &self.survivals[steps])
    }

    /// Adds the curves of `other` behind the own ones.
    pub(super) fn append(&mut self, other: &Self) {
        let shift = self.days.len();
        self.days.extend_from_slice(&other.days);
        self.survivals.extend_from_slice(&other.survivals);
        self.ends.extend(other.ends.iter().map(|end| end + shift));
    }

    /// The survival of `curve` at the end of `day`.
    pub(super) fn at(&self, curve: usize, day: u32) -> f64 {
        let (days, survivals) = self.get(curve);
        let steps = days.partition_point(|&step| step <= day);
        steps.checked_sub(1).map_or(1.0, |last| survivals[last])
    }
}
