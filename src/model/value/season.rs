//! The season of a shop, and the clock that runs with it.

use super::history::History;
use crate::{Error, Result};

/// Weeks of a year; the last one has eight days.
const WEEKS: usize = 52;

/// Days of a year. Leap days move its beginning by a day in four years.
const YEAR: usize = 365;

/// 1 January 2025, in days since 1970: a day on which a year begins.
const NEW_YEAR: f64 = 20_089.0;

/// So many purchases of a mean week are counted with every week.
const PRIOR: f64 = 10.0;

/// How busy a shop is in each week of the year, against the mean of the year.
#[derive(Debug, Clone, PartialEq)]
pub struct Season {
    weeks: Vec<f64>,
    /// Time that has passed at the beginning of each day of the year, and at its end.
    passed: Vec<f64>,
}

impl Season {
    /// The season in the purchases of each day.
    ///
    /// A week's rate is its purchases in all years, over those of as many days of the year around
    /// each of its days, or of the nearest whole year: (purchases + 10) / (mean of a year + 10), so
    /// that a shop of few purchases has hardly a season. Rates are then scaled to a mean of 1.
    ///
    /// # Shapes
    /// - `counts`: purchases of each day, from `first_day` on, without gaps
    /// - `first_day`: days since 1970
    ///
    /// # Numerics
    /// One year alone does not tell a season from growth: whether the rates help is to be judged
    /// by purchases that came later.
    ///
    /// # Errors
    /// `TooFew`: less than a year of days
    ///
    /// # Source
    /// Ratio to moving average: Hyndman & Athanasopoulos (2021), Forecasting, 3.4.
    pub fn estimate(counts: &[f64], first_day: i32) -> Result<Self> {
        if counts.len() < YEAR {
            return Err(Error::TooFew {
                what: "days of purchases",
                found: counts.len(),
                needed: YEAR,
            });
        }
        let so_far = std::iter::once(0.0).chain(counts.iter().scan(0.0, |sum, count| {
            *sum += count;
            Some(*sum)
        }));
        let so_far: Vec<f64> = so_far.collect();
        let mut made = [PRIOR; WEEKS];
        let mut usual = [PRIOR; WEEKS];
        for (index, count) in counts.iter().enumerate() {
            let start = index.saturating_sub(YEAR / 2).min(counts.len() - YEAR);
            let (_, day) = place(f64::from(first_day) + index as f64 - 1.0);
            let week = week(day as usize);
            made[week] += count;
            usual[week] += (so_far[start + YEAR] - so_far[start]) / YEAR as f64;
        }
        let rates = made.iter().zip(usual).map(|(made, usual)| made / usual);
        Self::of_weeks(&rates.collect::<Vec<_>>())
    }

    /// The season with these rates, scaled to a mean of 1.
    ///
    /// # Errors
    /// - `Shape`: not 52 rates
    /// - `OutOfRange`: a rate that is not above 0
    pub fn of_weeks(rates: &[f64]) -> Result<Self> {
        if rates.len() != WEEKS {
            return Err(Error::Shape {
                name: "rates",
                found: rates.len(),
                expected: WEEKS,
            });
        }
        let bad = |rate: &f64| !(rate.is_finite() && *rate > 0.0);
        if let Some(row) = rates.iter().position(bad) {
            return Err(Error::OutOfRange {
                name: "rates",
                value: rates[row],
                row,
                rule: "finite and above 0",
            });
        }
        let year: f64 = (0..YEAR).map(|day| rates[week(day)]).sum();
        let weeks: Vec<f64> = rates.iter().map(|rate| rate * YEAR as f64 / year).collect();
        let mut passed = vec![0.0];
        for day in 1..YEAR {
            passed.push(passed[day - 1] + weeks[week(day - 1)]);
        }
        passed.push(YEAR as f64);
        Ok(Self { weeks, passed })
    }

    /// The rate of each of the 52 weeks, the first of which begins on 1 January, give or take the
    /// leap days; their mean over the year is 1.
    #[must_use]
    pub fn weeks(&self) -> &[f64] {
        &self.weeks
    }

    /// Time at the end of a day.
    fn time(&self, day: f64) -> f64 {
        let (years, day) = place(day);
        let whole = day as usize;
        let rest = (day - day.floor()) * (self.passed[whole + 1] - self.passed[whole]);
        years * YEAR as f64 + self.passed[whole] + rest
    }

    /// The day at which it is that time.
    fn day(&self, time: f64) -> f64 {
        let years = (time / YEAR as f64).floor();
        let time = time - years * YEAR as f64;
        let whole = self.passed.partition_point(|passed| *passed <= time) - 1;
        let whole = whole.min(YEAR - 1);
        let rest = (time - self.passed[whole]) / (self.passed[whole + 1] - self.passed[whole]);
        NEW_YEAR - 1.0 + years * YEAR as f64 + whole as f64 + rest
    }
}

/// Whole years since [`NEW_YEAR`] at the end of a day, and the days that have passed of the next.
fn place(day: f64) -> (f64, f64) {
    let since = day + 1.0 - NEW_YEAR;
    let years = (since / YEAR as f64).floor();
    (years, since - years * YEAR as f64)
}

/// The week of a day of the year, both counted from 0.
fn week(day: usize) -> usize {
    (day / 7).min(WEEKS - 1)
}

/// The time of purchase models: without a season that of the calendar; with one it runs the faster
/// the busier the shop is, so that rates of purchase are the same all year, and a year is a year.
///
/// A fit to histories on this clock is a fit of the model with time t replaced by ∫ s(u) du, s being
/// the season's rate: s multiplies the rates of purchase, and those of leaving.
///
/// # Source
/// Time change of a point process to a homogeneous one: Cox (1955), JRSS B 17(2), 129–164.
///
/// # Example
/// ```
/// use clientele_model::value::{Clock, History, Season};
///
/// let mut rates = vec![1.0; 52];
/// rates[51] = 3.0; // the last eight days of the year
/// let season = Season::of_weeks(&rates)?;
/// let new_year = Clock::new(Some(&season), 20_088);
/// assert!(new_year.span(30.0) < 30.0); // few purchases are to be expected
/// assert!((new_year.span(365.0) - 365.0).abs() < 1e-9);
/// let christmas = History { x: 1, t_x: 2.0, age: 9.0 };
/// assert!(new_year.history(&christmas).age > 20.0); // a long silence: all others bought
/// # Ok::<(), clientele_model::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Clock<'a> {
    season: Option<&'a Season>,
    end: f64,
}

impl<'a> Clock<'a> {
    /// The clock at the end of a day, in days since 1970.
    #[must_use]
    pub fn new(season: Option<&'a Season>, end: i32) -> Self {
        let end = f64::from(end);
        Self { season, end }
    }

    /// The time that passes in the next `days`; for days past, below 0, what has passed since.
    #[must_use]
    pub fn span(&self, days: f64) -> f64 {
        let passes = |season: &Season| season.time(self.end + days) - season.time(self.end);
        self.season.map_or(days, passes)
    }

    /// The days in which so much time passes; no time is ever reached that is infinite.
    #[must_use]
    pub fn days(&self, span: f64) -> f64 {
        let take = |season: &Season| season.day(season.time(self.end) + span) - self.end;
        self.season.filter(|_| span.is_finite()).map_or(span, take)
    }

    /// A history in days up to now, on this clock.
    #[must_use]
    pub fn history(&self, history: &History) -> History {
        let first = self.span(-history.age);
        History {
            x: history.x,
            t_x: self.span(history.t_x - history.age) - first,
            age: -first,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Clock, Season, WEEKS, YEAR};
    use crate::Error;
    use crate::value::History;
    use proptest::prelude::*;

    const DAY: i32 = 20_454;

    fn season() -> impl Strategy<Value = Season> {
        let rates = prop::collection::vec(0.01..20.0, WEEKS);
        rates.prop_map(|rates| Season::of_weeks(&rates).expect("above 0"))
    }

    #[test]
    fn an_even_year_has_no_season_whatever_the_level() {
        for level in [0.0, 1.0, 250.0] {
            let season = Season::estimate(&vec![level; 1000], DAY).expect("two years");
            let off = season.weeks().iter().map(|rate| (rate - 1.0).abs());
            assert!(off.sum::<f64>() < 1e-15);
        }
    }

    #[test]
    fn a_flat_season_changes_nothing() {
        let flat = Season::of_weeks(&[2.0; WEEKS]).expect("above 0");
        let (clock, calendar) = (Clock::new(Some(&flat), DAY), Clock::new(None, DAY));
        for days in 0..3000 {
            let days = f64::from(days);
            let off = (clock.span(days) - days).abs() + (clock.days(days) - days).abs();
            assert!(off < 1e-15, "{days}");
            let history = History {
                x: 1,
                t_x: days,
                age: 3000.0,
            };
            assert_eq!(clock.history(&history), calendar.history(&history));
        }
    }

    #[test]
    fn a_planted_season_is_found_beside_growth() {
        // three years that grow by a third each, with a December three times as busy
        let busy = |day: usize| if (334..YEAR).contains(&day) { 3.0 } else { 1.0 };
        let first = 20_089 - 365;
        let counts: Vec<f64> = (0..3 * YEAR)
            .map(|day| 500.0 * (day as f64 / 1269.0).exp() * busy(day % YEAR))
            .collect();
        let weeks = Season::estimate(&counts, first).expect("three years");
        let weeks = weeks.weeks();
        let ratio =
            weeks[48..].iter().sum::<f64>() / 4.0 / (weeks[..47].iter().sum::<f64>() / 47.0);
        assert!((ratio / 3.0 - 1.0).abs() < 0.06, "{ratio}");
        let steady = weeks[4..44].iter().copied();
        let spread = steady.clone().fold(0.0, f64::max) / steady.fold(f64::MAX, f64::min);
        assert!(spread < 1.25, "{spread}");
    }

    #[test]
    fn few_purchases_are_no_season() {
        // one purchase a week, but twenty in the last week of the year
        let counts: Vec<f64> = (0..2 * YEAR)
            .map(|day| f64::from(u8::from(day % 7 == 0)) + if day == YEAR - 1 { 20.0 } else { 0.0 })
            .collect();
        let season = Season::estimate(&counts, 20_089).expect("two years");
        let last = season.weeks()[WEEKS - 1];
        assert!((1.5..3.0).contains(&last), "{last}"); // seven times the usual is what was counted
    }

    #[test]
    fn less_than_a_year_and_rates_of_nothing_are_refused() {
        assert!(matches!(
            Season::estimate(&[1.0; YEAR - 1], DAY),
            Err(Error::TooFew { needed: YEAR, .. })
        ));
        let refused = Season::of_weeks(&[1.0; 12]);
        assert!(matches!(refused, Err(Error::Shape { found: 12, .. })));
        let mut rates = vec![1.0; WEEKS];
        rates[7] = 0.0;
        let refused = Season::of_weeks(&rates);
        assert!(matches!(refused, Err(Error::OutOfRange { row: 7, .. })));
    }

    proptest! {
        #[test]
        fn a_year_is_a_year(season in season(), end in 0..40_000, years in -5..6) {
            let days = f64::from(years) * YEAR as f64;
            prop_assert!((Clock::new(Some(&season), end).span(days) - days).abs() < 1e-6);
        }

        #[test]
        fn time_runs_on_and_can_be_turned_back(
            season in season(), end in 0..40_000, days in 0.0..2000.0, more in 0.01..50.0,
        ) {
            let clock = Clock::new(Some(&season), end);
            prop_assert!(clock.span(days) < clock.span(days + more));
            prop_assert!((clock.days(clock.span(days)) - days).abs() < 1e-5);
            prop_assert!(clock.days(f64::INFINITY).is_infinite());
        }

        #[test]
        fn histories_stay_in_range(season in season(), end in 0..40_000, last in 0..900_u32, rest in 0..900_u32) {
            let history = History {
                x: last.min(1),
                t_x: f64::from(last),
                age: f64::from(last + rest),
            };
            let on_clock = Clock::new(Some(&season), end).history(&history);
            prop_assert!(on_clock.checked(0).is_ok(), "{on_clock:?}");
        }
    }
}
