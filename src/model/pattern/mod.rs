//! What goes together, and what comes next.

mod baskets;
mod constraints;
mod frequent;
mod hierarchy;
mod itemsets;
mod lattice;
mod projection;
mod search;
mod sink;

pub use baskets::{Baskets, GiantPolicy};
pub use constraints::{Appearance, Constraints};
pub use frequent::{Frequent, Params, closed, frequent, maximal};
pub use hierarchy::Hierarchy;
pub use itemsets::Itemsets;
