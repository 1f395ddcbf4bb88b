//! Where a test can end the program as a loss of power would, to see that what was published stays readable.

/// The variable that names the step at which to end, and how often to pass it before: `table:2`.
const VARIABLE: &str = "CLIENTELE_ABORT_AT";

/// Ends the program if this is the step at which a test wants it to end. A release knows no such steps.
pub(crate) fn pass(step: &str, count: usize) {
    if cfg!(debug_assertions)
        && std::env::var(VARIABLE).is_ok_and(|at| at == format!("{step}:{count}"))
    {
        std::process::abort();
    }
}
