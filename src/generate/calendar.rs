//! The shop's clock. Purchases happen in seasonal time, in which every day is as busy as the
//! next; the calendar turns it into real time, in which weekends, December and events are busier.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// How busy each month is, January first, before scaling.
pub(super) const MONTHS: [f64; 12] = [
    0.84, 0.82, 0.92, 0.95, 1.00, 0.96, 0.93, 0.90, 0.98, 1.04, 1.16, 1.38,
];
/// How busy each weekday is, Monday first, before scaling.
pub(super) const WEEKDAYS: [f64; 7] = [0.90, 0.88, 0.92, 0.98, 1.12, 1.25, 0.95];
/// Share of a day's purchases made before each hour from 0 to 24.
const HOURS: [f64; 25] = [
    0.0, 0.008, 0.012, 0.014, 0.016, 0.02, 0.03, 0.05, 0.085, 0.135, 0.195, 0.26, 0.33, 0.395,
    0.45, 0.505, 0.565, 0.63, 0.705, 0.775, 0.845, 0.905, 0.95, 0.98, 1.0,
];
const MICROSECONDS_PER_HOUR: f64 = 3.6e9;

/// A yearly event that makes people buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Event {
    BlackFriday,
    Christmas,
    MothersDay,
}

impl Event {
    pub(super) const ALL: [Self; 3] = [Self::MothersDay, Self::BlackFriday, Self::Christmas];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::BlackFriday => "Black Friday",
            Self::Christmas => "Christmas",
            Self::MothersDay => "Mother's Day",
        }
    }

    /// How much busier than usual a day of the event is.
    pub(super) const fn lift(self) -> f64 {
        match self {
            Self::BlackFriday => 2.4,
            Self::Christmas => 1.35,
            Self::MothersDay => 1.2,
        }
    }

    /// First and last day in a year: Friday to Monday after the fourth Thursday of November; 1 to
    /// 24 December; the ten days that end with the second Sunday of May.
    fn days(self, year: i32) -> Option<(NaiveDate, NaiveDate)> {
        let date = |month, day| NaiveDate::from_ymd_opt(year, month, day);
        let nth = |month, weekday, n| NaiveDate::from_weekday_of_month_opt(year, month, weekday, n);
        match self {
            Self::BlackFriday => {
                let thursday = nth(11, Weekday::Thu, 4)?;
                Some((thursday + Days::new(1), thursday + Days::new(4)))
            }
            Self::Christmas => Some((date(12, 1)?, date(12, 24)?)),
            Self::MothersDay => {
                let sunday = nth(5, Weekday::Sun, 2)?;
                Some((sunday - Days::new(9), sunday))
            }
        }
    }
}

/// One year's occurrence of an event.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    pub(super) event: Event,
    pub(super) start_date: NaiveDate,
    pub(super) end_date: NaiveDate,
}

/// The days of the shop and how busy each is.
#[derive(Debug)]
pub(super) struct Calendar {
    pub(super) start_date: NaiveDate,
    pub(super) end_date: NaiveDate,
    pub(super) occurrences: Vec<Occurrence>,
    /// Seasonal time at the start of each day, and at the end of the last.
    seasonal: Vec<f64>,
    /// The event that each day belongs to.
    events: Vec<Option<Event>>,
}

impl Calendar {
    pub(super) fn new(start_date: NaiveDate, end_date: NaiveDate) -> Self {
        let occurrences = occurrences(start_date, end_date);
        let days = (end_date - start_date).num_days() + 1;
        let dates = || {
            start_date
                .iter_days()
                .take(usize::try_from(days).unwrap_or(0))
        };
        let event_of = |date: NaiveDate| {
            let holds = |o: &&Occurrence| o.start_date <= date && date <= o.end_date;
            occurrences
                .iter()
                .find(holds)
                .map(|occurrence| occurrence.event)
        };
        let events: Vec<_> = dates().map(event_of).collect();
        let busy: Vec<f64> = dates()
            .zip(&events)
            .map(|(date, event)| {
                MONTHS[date.month0() as usize]
                    * WEEKDAYS[date.weekday().num_days_from_monday() as usize]
                    * event.map_or(1.0, Event::lift)
            })
            .collect();
        let scale = busy.len() as f64 / busy.iter().sum::<f64>();
        let mut seasonal = vec![0.0];
        seasonal.extend(busy.iter().scan(0.0, |sum, busy| {
            *sum += busy * scale;
            Some(*sum)
        }));
        Self {
            start_date,
            end_date,
            occurrences,
            seasonal,
            events,
        }
    }

    /// How many days the shop is open; seasonal time ends with the same number.
    pub(super) fn days(&self) -> f64 {
        self.events.len() as f64
    }

    /// Seasonal time at the start of each day, and at the end of the last.
    pub(super) fn day_starts(&self) -> &[f64] {
        &self.seasonal
    }

    /// The real instant, in days since the start, of an instant in seasonal time. Before the
    /// start the two are the same.
    pub(super) fn real(&self, seasonal: f64) -> f64 {
        if seasonal < 0.0 {
            return seasonal;
        }
        let day = self.seasonal.partition_point(|start| *start <= seasonal) - 1;
        if day >= self.events.len() {
            return self.days() + (seasonal - self.days());
        }
        let start = self.seasonal[day];
        day as f64 + (seasonal - start) / (self.seasonal[day + 1] - start)
    }

    /// The instant in seasonal time of a real instant, in days since the start.
    pub(super) fn seasonal(&self, real: f64) -> f64 {
        if real < 0.0 || real >= self.days() {
            return real;
        }
        let day = real as usize;
        self.seasonal[day] + real.fract() * (self.seasonal[day + 1] - self.seasonal[day])
    }

    /// Microseconds since 1970 of a real instant; the hours of a day fill as people shop.
    pub(super) fn microseconds(&self, real: f64) -> i64 {
        let share = real - real.floor();
        let hour = HOURS.partition_point(|before| *before <= share) - 1;
        let within = (share - HOURS[hour]) / (HOURS[hour + 1] - HOURS[hour]);
        let of_day = ((hour as f64 + within) * MICROSECONDS_PER_HOUR) as i64;
        let midnight = self.date(real).and_hms_opt(0, 0, 0).unwrap_or_default();
        midnight.and_utc().timestamp_micros() + of_day
    }

    /// The date of a real instant.
    pub(super) fn date(&self, real: f64) -> NaiveDate {
        self.start_date + chrono::Duration::days(real.floor() as i64)
    }

    /// The event on at a real instant.
    pub(super) fn event(&self, real: f64) -> Option<Event> {
        self.events.get(real as usize).copied().flatten()
    }

    /// Real time of a date's first moment.
    pub(super) fn start_of(&self, date: NaiveDate) -> f64 {
        (date - self.start_date).num_days() as f64
    }
}

/// Every event that begins and ends within the period.
fn occurrences(start_date: NaiveDate, end_date: NaiveDate) -> Vec<Occurrence> {
    (start_date.year()..=end_date.year())
        .flat_map(|year| Event::ALL.map(|event| (event, event.days(year))))
        .filter_map(|(event, days)| {
            let (start_date, end_date) = days?;
            Some(Occurrence {
                event,
                start_date,
                end_date,
            })
        })
        .filter(|o| start_date <= o.start_date && o.end_date <= end_date)
        .collect()
}
