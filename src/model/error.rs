//! Why numbers gave no answer.

/// What a technique answers when it cannot answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Fewer rows than the technique needs.
    #[error("only {found} {what}; {needed} are needed")]
    TooFew {
        /// What was counted: "customers with a repeat purchase".
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// An input outside the range where the formula has a meaning.
    #[error("{name} = {value} at row {row}: {rule}")]
    OutOfRange {
        /// The argument.
        name: &'static str,
        /// The offending value.
        value: f64,
        /// Its row, counted from 0.
        row: usize,
        /// What must hold.
        rule: &'static str,
    },
    /// Arguments that must have one length have two.
    #[error("{name} has {found} entries, {expected} were expected")]
    Shape {
        /// The argument.
        name: &'static str,
        /// Its length.
        found: usize,
        /// The length of the others.
        expected: usize,
    },
    /// The optimiser stopped before it arrived.
    #[error("not converged after {iterations} iterations")]
    NotConverged {
        /// Steps taken.
        iterations: usize,
    },
    /// The data do not determine the parameters.
    #[error("not identified: {reason}")]
    NotIdentified {
        /// What the data lack.
        reason: &'static str,
    },
    /// No technique of the family has this name.
    #[error("no technique {name}")]
    UnknownTechnique {
        /// The name asked for.
        name: String,
    },
    /// Text that does not say what a model is.
    #[error("line {line} does not belong to a fitted model")]
    Unreadable {
        /// The line, counted from 1; 0 if there is none.
        line: usize,
    },
    /// Stored parameters lack one.
    #[error("parameter {name} is missing")]
    MissingParameter {
        /// Its name.
        name: String,
    },
    /// What linfa says of a dataset.
    #[error("{message}")]
    Dataset {
        /// In its words.
        message: String,
    },
}

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Self {
        Self::Dataset {
            message: error.to_string(),
        }
    }
}

/// The answer, or why there is none.
pub type Result<T> = std::result::Result<T, Error>;

/// The answer only if `holds`; else which argument breaks which rule.
pub(crate) fn require(
    holds: bool,
    name: &'static str,
    value: f64,
    row: usize,
    rule: &'static str,
) -> Result<()> {
    if holds {
        return Ok(());
    }
    Err(Error::OutOfRange {
        name,
        value,
        row,
        rule,
    })
}
