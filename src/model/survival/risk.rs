//! Who was watched when, and what happened to them.

use crate::{Error, Result};

/// How long somebody was watched, and how that ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Time at which watching began; above 0 for somebody older than the data (left truncation).
    pub entry: f64,
    /// Time at which it ended, above `entry`.
    pub time: f64,
    /// Whether the event ended it; otherwise it may come later (right censoring).
    pub event: bool,
    /// How many they are.
    pub weight: f64,
}

/// Who was at risk when: entries and endings, each with the weights up to it.
pub(crate) struct Risk {
    entries: Vec<(f64, f64)>,
    endings: Vec<(f64, f64)>,
}

impl Risk {
    pub(crate) fn new(observations: &[Observation]) -> Result<Self> {
        for (row, one) in observations.iter().enumerate() {
            let out = |name, value, rule| {
                Err(Error::OutOfRange {
                    name,
                    value,
                    row,
                    rule,
                })
            };
            if !(one.entry.is_finite() && one.entry >= 0.0) {
                return out("entry", one.entry, "finite and not negative");
            }
            if !(one.time.is_finite() && one.time > one.entry) {
                return out("time", one.time, "finite and above entry");
            }
            if !(one.weight.is_finite() && one.weight >= 0.0) {
                return out("weight", one.weight, "finite and not negative");
            }
        }
        let running = |time: fn(&Observation) -> f64| {
            let mut times: Vec<_> = observations
                .iter()
                .map(|one| (time(one), one.weight))
                .collect();
            times.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let mut sum = 0.0;
            for (_, weight) in &mut times {
                sum += *weight;
                *weight = sum;
            }
            times
        };
        Ok(Self {
            entries: running(|one| one.entry),
            endings: running(|one| one.time),
        })
    }

    /// The weight of those with entry < time ≤ ending.
    pub(crate) fn at(&self, time: f64) -> f64 {
        let before = |times: &[(f64, f64)]| match times.partition_point(|(at, _)| *at < time) {
            0 => 0.0,
            count => times[count - 1].1,
        };
        before(&self.entries) - before(&self.endings)
    }
}

/// The times with events, in order; those at risk, and the events, at each.
pub(crate) fn risks(observations: &[Observation]) -> Result<Vec<(f64, f64, f64)>> {
    let risk = Risk::new(observations)?;
    let happened = observations
        .iter()
        .filter(|one| one.event && one.weight > 0.0);
    let mut events: Vec<_> = happened.map(|one| (one.time, one.weight)).collect();
    events.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let same_time = events.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq());
    let step = |run: &[(f64, f64)]| {
        let time = run[0].0;
        (
            time,
            risk.at(time),
            run.iter().map(|(_, weight)| weight).sum(),
        )
    };
    Ok(same_time.map(step).collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Observation;

    pub(crate) fn watched(entry: f64, time: f64, event: bool) -> Observation {
        Observation {
            entry,
            time,
            event,
            weight: 1.0,
        }
    }

    /// Weeks in remission: Freireich et al. (1963), Blood 21; as in Cox (1972).
    pub(crate) fn freireich() -> (Vec<Observation>, Vec<Observation>) {
        let treated = [
            (6.0, true),
            (6.0, true),
            (6.0, true),
            (6.0, false),
            (7.0, true),
            (9.0, false),
            (10.0, true),
            (10.0, false),
            (11.0, false),
            (13.0, true),
            (16.0, true),
            (17.0, false),
            (19.0, false),
            (20.0, false),
            (22.0, true),
            (23.0, true),
            (25.0, false),
            (32.0, false),
            (32.0, false),
            (34.0, false),
            (35.0, false),
        ];
        let placebo = [
            1.0, 1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0, 5.0, 8.0, 8.0, 8.0, 8.0, 11.0, 11.0, 12.0,
            12.0, 15.0, 17.0, 22.0, 23.0,
        ];
        (
            treated
                .map(|(time, event)| watched(0.0, time, event))
                .to_vec(),
            placebo.map(|time| watched(0.0, time, true)).to_vec(),
        )
    }
}
