//! Whether an action caused what followed it: tests with a control group, from the lottery that
//! assigns the arms to the decision.

mod assignment;
mod comparison;
mod cuped;
mod difference;
mod incremental;
mod lift;
mod moments;
mod power;
mod qini;
mod sample_ratio;
mod sequential;
mod test_and_roll;
mod uplift_interval;
mod verdict;
mod winsorising;

pub use assignment::{Shares, Split, stratified};
pub use comparison::{Comparison, compare};
pub use cuped::{Adjusted, cuped};
pub use difference::{Difference, Interval, welch};
pub use incremental::{Incremental, incremental};
pub use lift::{Lift, lift};
pub use moments::{Moments, Sums};
pub use power::{Design, proportions_customers};
pub use qini::{Decile, GainPoint, Tested, UpliftCurve};
pub use sample_ratio::{SampleRatio, sample_ratio};
pub use sequential::{Look, boundaries, false_positive_rate, obrien_fleming_spent};
pub use test_and_roll::test_and_roll_customers;
pub use uplift_interval::qini_interval;
pub use verdict::{Verdict, verdict};
pub use winsorising::winsor_limit;
