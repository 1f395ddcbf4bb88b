//! What goes together, and what comes next.

mod baskets;
#[cfg(test)]
mod brute_force;
mod constraints;
mod frequent;
mod hierarchy;
mod itemsets;
mod lattice;
mod measures;
mod narrow;
mod partition;
mod projection;
mod recount;
mod rules;
mod search;
mod set_index;
mod significance;
mod sink;
mod stability;

pub use baskets::{Baskets, GiantPolicy};
pub use constraints::{Appearance, Constraints};
pub use frequent::{Frequent, Params, closed, frequent, maximal};
pub use hierarchy::Hierarchy;
pub use itemsets::Itemsets;
pub use measures::{Measures, RuleCounts};
pub use partition::{Candidates, ExactCount};
pub use recount::Recount;
pub use rules::{Rule, rules};
pub use significance::false_discovery_rates;
pub use stability::folds_held;
