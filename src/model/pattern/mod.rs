//! What goes together, and what comes next: itemsets, rules and sequences from item codes.
//!
//! Baskets become frequent itemsets ([`frequent`], [`closed`], [`maximal`]), itemsets become
//! [`rules`], and rules are counted again in other baskets ([`folds_held`]). Histories become
//! patterns ([`frequent_sequences`]) and rules with time ([`sequence_rules`]). Rules become offers to
//! customers, slice by slice of these: [`CrossSell`] and [`OpenWindows`]. What is larger than memory
//! goes in pieces through [`Candidates`], [`SequenceCandidates`] and [`sequence_rules_in_pieces`]. All
//! mining takes a limit of memory and raises support to the lowest count that fits. Nothing here
//! depends on the number of threads.
//!
//! # Example
//! All sales of one year in Online Retail II (Chen 2012, UCI, CC BY 4.0), a wholesaler of gifts:
//! 20,725 invoices, of which only three teacups are looked at. `examples/online_retail.rs` reads the
//! whole set, and what customers buy one after the other.
//! ```
//! use clientele_model::pattern::{Baskets, Constraints, Params, frequent, rules};
//! let [green, roses, pink] = [0, 1, 2];
//! let invoices: [(usize, &[u32]); 8] = [
//!     (542, &[green, roses, pink]),
//!     (241, &[roses]),
//!     (226, &[green, roses]),
//!     (156, &[green]),
//!     (91, &[green, pink]),
//!     (76, &[pink]),
//!     (57, &[roses, pink]),
//!     (19_336, &[]),
//! ];
//! let invoices = invoices.into_iter().flat_map(|(count, items)| vec![items; count]);
//! let baskets: Baskets = invoices.collect();
//! let params = Params { min_count: 200, ..Params::default() };
//! let found = frequent(&baskets, &params, &Constraints::none());
//! assert_eq!(found.itemsets.len(), 7);
//! // Seven of ten who take two of the cups take the third, 19 times as many as among all.
//! let rules = rules(&found, 0.5, &Constraints::none())?;
//! let items = |set| found.itemsets.items(set);
//! let third_cup = rules
//!     .iter()
//!     .find(|rule| items(rule.antecedent) == [green, roses])
//!     .expect("a rule");
//! let measures = third_cup.counts.measures();
//! assert_eq!(format!("{:.3} {:.1}", measures.confidence, measures.lift), "0.706 19.1");
//! assert!(third_cup.fisher_p < 1e-300 && !third_cup.is_redundant);
//! # Ok::<(), clientele_model::Error>(())
//! ```

mod antecedents;
mod base;
mod baskets;
mod bounds;
#[cfg(test)]
mod brute_force;
mod buyers;
mod constraints;
mod conversion;
mod cross_sell;
mod first_places;
mod followers;
mod frequent;
mod hierarchy;
mod itemsets;
mod keep;
mod keys;
mod lattice;
mod level;
mod measures;
mod narrow;
mod next_purchases;
mod partition;
mod patterns;
mod place_lists;
mod place_table;
mod projection;
mod ranking;
mod recount;
mod rule_search;
mod rules;
mod search;
mod sequence_partition;
mod sequence_rule;
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
mod survey;
mod targets;

pub use baskets::{Baskets, GiantPolicy};
pub use constraints::{Appearance, Constraints};
pub use cross_sell::{CrossSell, Recommendation};
pub use frequent::{Frequent, Params, closed, frequent, maximal};
pub use hierarchy::Hierarchy;
pub use itemsets::Itemsets;
pub use keep::Keep;
pub use measures::{Measures, RuleCounts};
pub use next_purchases::{NextPurchase, OpenWindows};
pub use partition::{Candidates, ExactCount};
pub use patterns::SequentialPatterns;
pub use recount::Recount;
pub use rules::{Rule, rules};
pub use sequence_partition::{SequenceCandidates, SequenceCount};
pub use sequence_rule::{SequenceRule, SequenceRules};
pub use sequence_rules::{SequenceRuleParams, sequence_rules, sequence_rules_in_pieces};
pub use sequences::Sequences;
pub use sequential::{FrequentSequences, SequenceParams, frequent_sequences};
pub use stability::folds_held;
pub use targets::frequent_with_targets;
