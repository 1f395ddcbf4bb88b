//! What is to come of customers: the costly part of an answer once for all whose futures are equal.

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::discount::Discount;
use super::history::History;
use super::process::Process;

/// Customers whose futures one task tells apart.
const CHUNK: usize = 1 << 14;

/// Customers, and those among them whose futures differ if they are alive.
pub(super) struct Futures<'a> {
    histories: &'a [History],
    /// One customer of each future.
    different: Vec<History>,
    /// Which of them each customer's is.
    pub(super) which: Vec<u32>,
}

impl<'a> Futures<'a> {
    pub(super) fn new(process: &dyn Process, histories: &'a [History]) -> Self {
        let minds_recency = process.minds_recency();
        let tell_apart = |customers: &[History]| {
            let mut different = Different::new(minds_recency);
            let which: Vec<u32> = customers.iter().map(|one| different.place(one)).collect();
            (different.histories, which)
        };
        let chunks: Vec<_> = histories.par_chunks(CHUNK).map(tell_apart).collect();
        let mut different = Different::new(minds_recency);
        let placed = chunks.into_iter().map(|(histories, which)| {
            let places: Vec<u32> = histories.iter().map(|one| different.place(one)).collect();
            (places, which)
        });
        let placed: Vec<_> = placed.collect();
        let one = |(places, which): (Vec<u32>, Vec<u32>)| {
            which.into_iter().map(move |which| places[which as usize])
        };
        Self {
            histories,
            which: placed.into_par_iter().flat_map_iter(one).collect(),
            different: different.histories,
        }
    }

    /// What `if_alive` answers for each different future.
    pub(super) fn ask<T: Send>(&self, if_alive: impl Fn(&History) -> T + Send + Sync) -> Vec<T> {
        self.different.par_iter().map(if_alive).collect()
    }

    /// P(alive) times what `if_alive` answers, for each customer.
    fn expect(
        &self,
        process: &dyn Process,
        if_alive: impl Fn(&History) -> f64 + Send + Sync,
    ) -> Vec<f64> {
        let answers = self.ask(if_alive);
        let one =
            |(history, which): (&History, &u32)| process.alive(history) * answers[*which as usize];
        self.histories
            .par_iter()
            .zip(&self.which)
            .map(one)
            .collect()
    }

    pub(super) fn purchases(&self, process: &dyn Process, span: f64) -> Vec<f64> {
        self.expect(process, |history| process.expected(history, span))
    }

    pub(super) fn discounted(&self, process: &dyn Process, discount: &Discount) -> Vec<f64> {
        self.expect(process, |history| {
            discount.worth(process.bend(history), |span| {
                process.expected(history, span)
            })
        })
    }

    /// For each share of `shares`, the quantile of each customer's purchases under the average of
    /// `processes`.
    pub(super) fn quantiles(
        &self,
        processes: &[Box<dyn Process>],
        span: f64,
        shares: &[f64],
    ) -> Vec<Vec<u32>> {
        let least = shares
            .iter()
            .fold(1.0_f64, |least, share| least.min(1.0 - share));
        let tails: Vec<_> = processes
            .iter()
            .map(|process| self.ask(|history| process.exceeds(history, span, least)))
            .collect();
        let each = |(history, which): (&History, &u32)| -> Vec<u32> {
            let mine: Vec<(f64, &[f64])> = processes
                .iter()
                .zip(&tails)
                .map(|(process, tails)| (process.alive(history), &*tails[*which as usize]))
                .collect();
            shares.iter().map(|share| quantile(&mine, *share)).collect()
        };
        let rows: Vec<_> = self
            .histories
            .par_iter()
            .zip(&self.which)
            .map(each)
            .collect();
        (0..shares.len())
            .map(|share| rows.iter().map(|row| row[share]).collect())
            .collect()
    }
}

/// Customers of different futures, and where each future stands.
struct Different {
    minds_recency: bool,
    histories: Vec<History>,
    known: FxHashMap<(u32, u64, u64), u32>,
    /// Rows of equal customers that stand together are recognised at a glance.
    last: Option<((u32, u64, u64), u32)>,
}

impl Different {
    fn new(minds_recency: bool) -> Self {
        Self {
            minds_recency,
            histories: Vec::new(),
            known: FxHashMap::default(),
            last: None,
        }
    }

    /// The place of this customer's future, a new one if it was not known.
    fn place(&mut self, history: &History) -> u32 {
        let t_x = if self.minds_recency { history.t_x } else { 0.0 };
        let key = History { t_x, ..*history }.key();
        if let Some((_, place)) = self.last.filter(|(last, _)| *last == key) {
            return place;
        }
        let place = *self.known.entry(key).or_insert_with(|| {
            self.histories.push(*history);
            self.histories.len() as u32 - 1
        });
        self.last = Some((key, place));
        place
    }
}

/// The least n that the average of the processes, each P(alive) and its tails, exceeds at most with
/// 1 − share.
fn quantile(processes: &[(f64, &[f64])], share: f64) -> u32 {
    let allowed = (1.0 - share) * processes.len() as f64;
    let exceeds = |n: usize| -> f64 {
        processes
            .iter()
            .map(|(alive, tails)| alive * tails.get(n).copied().unwrap_or(0.0))
            .sum()
    };
    let most = processes
        .iter()
        .map(|(_, tails)| tails.len())
        .max()
        .unwrap_or(0);
    (0..most).find(|n| exceeds(*n) <= allowed).unwrap_or(most) as u32
}
