//! The histories seen once, before rules are looked for in them.

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use super::antecedents::{Antecedents, Start};
use super::base::BaseExits;
use super::bounds::Bounds;
use super::buyers::Buyers;
use super::followers::Followers;
use super::itemsets::Itemsets;
use super::narrow::narrow;
use super::rule_search::{Found, Read, RuleSearch};
use super::sequence_rules::SequenceRuleParams;
use super::sequences::Sequences;
use super::sink::Budget;
use super::study::Study;
use crate::{Error, Result};

/// What is to be known of all histories before any of them is followed.
pub(super) struct Survey<'a> {
    params: &'a SequenceRuleParams,
    study: Study,
    base: BaseExits,
    /// By item code: who bought it, and what these customers bought later, at most.
    buyers: Vec<u32>,
    later: Vec<usize>,
    customers: usize,
    pieces: usize,
    /// Memory of the buyers of a piece, at most.
    buyers_bytes: usize,
}

impl<'a> Survey<'a> {
    /// Reads the histories once.
    pub(super) fn of<E>(
        read: &Read<'_, E>,
        params: &'a SequenceRuleParams,
    ) -> std::result::Result<Result<Self>, E> {
        let longest = params.windows_days.iter().copied().max().unwrap_or(0) as usize;
        let study = Study {
            last_day: params.last_day,
            longest,
        };
        let mut survey = Self {
            params,
            study,
            base: BaseExits::new(study),
            buyers: Vec::new(),
            later: Vec::new(),
            customers: 0,
            pieces: 0,
            buyers_bytes: 0,
        };
        let mut checked = check_windows(params);
        read(&mut |piece| {
            if checked.is_ok() {
                checked = survey.check(piece);
                survey.add(piece);
            }
        })?;
        Ok(checked.map(|()| survey))
    }

    /// No purchase may come after the last day.
    fn check(&self, piece: &Sequences) -> Result<()> {
        for customer in 0..piece.len() {
            let last = piece.history(customer).next_back();
            if let Some((day, _)) = last.filter(|&(day, _)| day > self.params.last_day) {
                return Err(Error::OutOfRange {
                    name: "day",
                    value: f64::from(day),
                    row: self.customers + customer,
                    rule: "no purchase may come after last_day",
                });
            }
        }
        Ok(())
    }

    fn add(&mut self, piece: &Sequences) {
        let codes = self.buyers.len().max(piece.codes());
        self.buyers.resize(codes, 0);
        self.later.resize(codes, 0);
        let buyers = Buyers::of(piece);
        let mut bytes = 0;
        for (item, buyers) in buyers.by_item().iter().enumerate() {
            bytes += size_of_val(buyers.as_slice());
            self.buyers[item] += narrow(buyers.len());
        }
        for customer in 0..piece.len() {
            let history = || piece.history(customer).map(|(_, items)| items);
            let mut later: usize = history().map(<[u32]>::len).sum();
            for items in history() {
                later -= items.len();
                for &item in items {
                    self.later[item as usize] += later;
                }
            }
        }
        self.base.watch(piece);
        self.customers += piece.len();
        self.pieces += 1;
        self.buyers_bytes = self.buyers_bytes.max(bytes);
    }

    /// The largest number of buyers of an item.
    pub(super) fn highest(&self) -> u32 {
        self.buyers.iter().copied().max().unwrap_or(0)
    }

    /// The rules that at least `min_converted` followed, the followers of as many antecedents added
    /// up together as fit into `together` bytes.
    pub(super) fn rules<E>(
        &self,
        read: &Read<'_, E>,
        (min_converted, together): (usize, usize),
        budget: &Budget,
    ) -> std::result::Result<Found, E> {
        let is_bought = |&buyers: &u32| buyers as usize >= min_converted;
        let bought = self
            .buyers
            .iter()
            .filter(|buyers| is_bought(buyers))
            .count();
        budget.hold(self.buyers_bytes + BaseExits::bytes_of(self.study) * bought);
        if budget.is_exceeded() {
            return Ok(Found::default());
        }
        let candidates = if self.pieces > 1 {
            Some(self.candidates(read, min_converted, budget)?)
        } else {
            None
        };
        let mut base = self.base.clone().follow(self.buyers.iter().map(is_bought));
        read(&mut |piece| base.convert(piece))?;
        let groups = self.groups(candidates.as_ref(), (min_converted, together));
        RuleSearch {
            study: self.study,
            base: base.curves(),
            params: self.params,
            min_converted,
            candidates,
            together,
            budget,
        }
        .run(read, groups.into_iter())
    }

    /// The sets of several items that enough customers of some piece bought together: all that
    /// enough of all customers did are among them.
    fn candidates<E>(
        &self,
        read: &Read<'_, E>,
        min_customers: usize,
        budget: &Budget,
    ) -> std::result::Result<BTreeSet<Vec<u32>>, E> {
        let mut candidates = BTreeSet::new();
        let bounds = Bounds::new(self.customers, narrow(min_customers));
        if self.params.max_antecedent > 1 {
            read(&mut |piece| {
                let buyers = Buyers::of(piece);
                let antecedents = Antecedents {
                    sequences: piece,
                    together_days: self.params.together_days,
                    max_items: self.params.max_antecedent,
                    min_customers: bounds.min_count_of(piece.len()) as usize,
                    candidates: None,
                    budget,
                };
                let found = (0..narrow(self.buyers.len())).into_par_iter().map(|item| {
                    let mut found = Vec::new();
                    let mut keep = |items: &[u32], _: &[Start], path| {
                        budget.reach(path);
                        if items.len() > 1 {
                            found.push(items.to_vec());
                        }
                    };
                    antecedents.visit(item, &buyers, &mut keep);
                    found
                });
                for items in found.collect::<Vec<_>>().into_iter().flatten() {
                    let bytes = CANDIDATE_BYTES + Itemsets::bytes_of(items.len());
                    if !budget.is_exceeded() && candidates.insert(items) {
                        budget.hold(bytes);
                    }
                }
            })?;
        }
        Ok(candidates)
    }

    /// The item codes in ranges, so that the followers of the antecedents with their lowest item in
    /// one fit into `together` bytes; more if those of a single item do not.
    fn groups(
        &self,
        candidates: Option<&BTreeSet<Vec<u32>>>,
        (min_customers, together): (usize, usize),
    ) -> Vec<Range<u32>> {
        let mut antecedents = vec![1; self.buyers.len()];
        for items in candidates.into_iter().flatten() {
            antecedents[items[0] as usize] += 1;
        }
        let mut groups = Vec::new();
        let (mut start, mut taken) = (0, 0_usize);
        for (item, &buyers) in self.buyers.iter().enumerate() {
            if (buyers as usize) < min_customers {
                continue;
            }
            let one = Followers::bytes_of(&self.study, self.later[item]);
            let bytes = one.saturating_mul(antecedents[item]);
            if taken > 0 && taken.saturating_add(bytes) > together {
                groups.push(start..narrow(item));
                (start, taken) = (narrow(item), 0);
            }
            taken = taken.saturating_add(bytes);
        }
        groups.push(start..narrow(self.buyers.len()));
        groups
    }
}

/// What a candidate takes beside its items, in the set of them.
const CANDIDATE_BYTES: usize = 48;

fn check_windows(params: &SequenceRuleParams) -> Result<()> {
    let zero = params.windows_days.iter().position(|&window| window == 0);
    zero.map_or(Ok(()), |row| {
        Err(Error::OutOfRange {
            name: "windows_days",
            value: 0.0,
            row,
            rule: "a window has at least one day",
        })
    })
}
