//! Which of many frequent patterns are kept.

/// Which frequent patterns are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    /// All of them.
    #[default]
    All,
    /// Those that no item can join without losing a basket, or a customer.
    Closed,
    /// Those that no item can join without becoming infrequent.
    Maximal,
}

impl Keep {
    /// Whether a set of `support` is kept, given the largest support that one more item leaves.
    pub(super) fn holds(self, support: u32, next: u32, min_count: u32) -> bool {
        match self {
            Self::All => true,
            Self::Closed => next < support,
            Self::Maximal => next < min_count,
        }
    }

    /// Whether a frequent pattern of count `larger` says as much as one without one of its items,
    /// of count `smaller`.
    pub(super) fn beats(self, larger: u32, smaller: u32) -> bool {
        match self {
            Self::All => false,
            Self::Closed => larger == smaller,
            Self::Maximal => true,
        }
    }
}
