//! k-means and its relatives on a matrix of f64 in a file (little endian, row by row), and the
//! seconds: `cargo run --release -p clientele-model --example segments_of_a_million FILE [FEATURES]`.
#![expect(clippy::print_stdout, reason = "the answers are what it is for")]

mod clock;
mod matrix;

use clientele_model::Result;
use clientele_model::group::{choice, k_means, mixture, silhouette};
use clock::timed;
use matrix::read;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("a file of f64");
    let features = arguments
        .next()
        .map_or(8, |count| count.parse().expect("a number"));
    let rows = read(&file, features).expect("whole rows");
    println!("{} rows of {features} features", rows.nrows());
    let default = k_means::Params::default();
    let on_all = k_means::Params {
        start_rows: usize::MAX,
        ..default.clone()
    };
    let once = k_means::Params {
        starts: 1,
        ..on_all.clone()
    };
    for (what, params) in [
        ("k-means, 1 start on all rows", &once),
        ("k-means, 10 starts on a sample", &default),
        ("k-means, 10 starts on all rows", &on_all),
    ] {
        let fitted = timed(what, || k_means::fit(rows.view(), params))?;
        println!(
            "            inertia {:.3}, {} steps",
            fitted.inertia, fitted.iterations
        );
    }
    let fitted = k_means::fit(rows.view(), &default)?;
    let assigned = timed("assign all", || fitted.assign(rows.view()))?;
    let labels: Vec<usize> = assigned.iter().map(|one| one.cluster).collect();
    let quality = timed("silhouette of 4000", || {
        silhouette(rows.view(), &labels, 4000)
    })?;
    println!(
        "            {:.4} ± {:.4}",
        quality.mean, quality.standard_error
    );
    let loose = mixture::Params {
        tolerance: 1e-3,
        ..mixture::Params::default()
    };
    let mixture = timed("Gaussian mixture on 100,000", || {
        mixture::fit(rows.view(), &loose)
    })?;
    println!("            log-likelihood {:.3}", mixture.log_likelihood);
    timed("probabilities of all", || {
        mixture.probabilities(rows.view())
    })?;
    let choice = timed("2 to 10 clusters tried", || {
        choice::choose(rows.view(), &choice::Params::default())
    })?;
    for trial in choice.trials {
        println!("            {trial:?}");
    }
    Ok(())
}
