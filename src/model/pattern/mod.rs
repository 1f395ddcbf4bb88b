//! What goes together, and what comes next.

mod baskets;
#[cfg(test)]
mod brute_force;
mod constraints;
mod conversion;
mod first_places;
mod frequent;
mod hierarchy;
mod itemsets;
mod lattice;
mod measures;
mod narrow;
mod partition;
mod patterns;
mod projection;
mod recount;
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
mod subsumption;
mod suffixes;

pub use baskets::{Baskets, GiantPolicy};
pub use constraints::{Appearance, Constraints};
pub use frequent::{Frequent, Params, closed, frequent, maximal};
pub use hierarchy::Hierarchy;
pub use itemsets::Itemsets;
pub use measures::{Measures, RuleCounts};
pub use partition::{Candidates, ExactCount};
pub use patterns::SequentialPatterns;
pub use recount::Recount;
pub use rules::{Rule, rules};
pub use sequence_rules::{SequenceRule, SequenceRuleParams, sequence_rules};
pub use sequences::Sequences;
pub use sequential::{
    FrequentSequences, SequenceParams, closed_sequences, frequent_sequences, maximal_sequences,
};
pub use significance::false_discovery_rates;
pub use stability::folds_held;
