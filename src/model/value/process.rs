//! What every purchase model can say of one customer.

use std::fmt::Debug;

use super::history::History;

/// Purchases to come of one customer, under given parameters.
///
/// A customer is alive or has left for good; the one question about the past is
/// [`alive`](Self::alive), and all others are about the purchases after the end of observation of a
/// customer who is alive then. A new customer is [`History::NEW`]. Spans are in the unit of the
/// history.
pub trait Process: Debug + Send + Sync {
    /// The probability that the customer has not left.
    fn alive(&self, history: &History) -> f64;

    /// Purchases expected within `span`, of a customer who is alive.
    fn expected(&self, history: &History, span: f64) -> f64;

    /// The probability of no purchase within `span`, of a customer who is alive.
    fn none(&self, history: &History, span: f64) -> f64;

    /// The probabilities of more than 0, 1, 2… purchases within `span`, of a customer who is alive;
    /// falling, and cut where they are no more than `least`.
    fn exceeds(&self, history: &History, span: f64, least: f64) -> Vec<f64>;

    /// The time within which the next purchase comes with probability `q`, of a customer who is
    /// alive and stays so until then.
    fn waiting(&self, history: &History, q: f64) -> f64;

    /// A span over which expected purchases are nearly a straight line.
    fn bend(&self, history: &History) -> f64;

    /// Whether what is to come of a customer who is alive depends on the last purchase's time too,
    /// not only on the number of purchases and the length of observation.
    fn minds_recency(&self) -> bool {
        false
    }
}
