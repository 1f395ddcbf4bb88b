//! What goes together, and what comes next: itemsets, rules and sequences from item codes.
//!
//! Baskets become frequent itemsets ([`frequent`], [`closed`], [`maximal`]), itemsets become
//! [`rules`], and rules are counted again in other baskets ([`folds_held`]). Baskets larger than
//! memory go through [`Candidates`]. Histories become patterns ([`frequent_sequences`]) and rules
//! with time ([`sequence_rules`]). Rules become offers to customers, slice by slice of these:
//! [`CrossSell`] and [`OpenWindows`]. All mining takes a limit of memory and raises support to the
//! lowest count that fits. Nothing here depends on the number of threads.
//!
//! # Example
//! The seven baskets of arules' own tests: abc, ab, abd, be, ac, ce, abde.
//! ```
//! use clientele_model::pattern::{Baskets, Constraints, Params, frequent, rules};
//! let [a, b, c, d, e] = [0, 1, 2, 3, 4];
//! let baskets: Baskets = [
//!     vec![a, b, c],
//!     vec![a, b],
//!     vec![a, b, d],
//!     vec![b, e],
//!     vec![a, c],
//!     vec![c, e],
//!     vec![a, b, d, e],
//! ]
//! .into_iter()
//! .collect();
//! let params = Params { min_count: 2, ..Params::default() };
//! let found = frequent(&baskets, &params, &Constraints::none());
//! assert_eq!(found.itemsets.len(), 11);
//! // Who buys d buys a, in both baskets with d; five of seven baskets have a.
//! let rules = rules(&found, 1.0, &Constraints::none())?;
//! let items = |set| found.itemsets.items(set);
//! let d_to_a = rules
//!     .iter()
//!     .find(|rule| items(rule.antecedent) == [d] && items(rule.consequent) == [a])
//!     .expect("a rule");
//! assert!((d_to_a.counts.measures().lift - 1.4).abs() < 1e-12);
//! # Ok::<(), clientele_model::Error>(())
//! ```

mod antecedents;
mod baskets;
#[cfg(test)]
mod brute_force;
mod buyers;
mod constraints;
mod conversion;
mod cross_sell;
mod first_places;
mod frequent;
mod hierarchy;
mod itemsets;
mod lattice;
mod measures;
mod narrow;
mod next_purchases;
mod partition;
mod patterns;
mod projection;
mod ranking;
mod recount;
mod rule_search;
mod rules;
mod search;
mod sequence_rules;
mod sequence_search;
mod sequences;
mod sequential;
mod set_index;
mod significance;
mod sink;
mod stability;
mod steps;
mod study;
mod subsumption;
mod suffixes;
mod targets;

pub use baskets::{Baskets, GiantPolicy};
pub use constraints::{Appearance, Constraints};
pub use cross_sell::{CrossSell, Recommendation};
pub use frequent::{Frequent, Params, closed, frequent, maximal};
pub use hierarchy::Hierarchy;
pub use itemsets::Itemsets;
pub use measures::{Measures, RuleCounts};
pub use next_purchases::{NextPurchase, OpenWindows};
pub use partition::{Candidates, ExactCount};
pub use patterns::SequentialPatterns;
pub use recount::Recount;
pub use rules::{Rule, rules};
pub use sequence_rules::{SequenceRule, SequenceRuleParams, SequenceRules, sequence_rules};
pub use sequences::Sequences;
pub use sequential::{
    FrequentSequences, SequenceParams, closed_sequences, frequent_sequences, maximal_sequences,
};
pub use stability::folds_held;
pub use targets::frequent_with_targets;
