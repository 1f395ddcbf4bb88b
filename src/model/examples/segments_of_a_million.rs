//! k-means and its relatives on a matrix of f64 in a file (little endian, row by row), and the
//! seconds: `cargo run --release -p clientele-model --example segments_of_a_million FILE [FEATURES]`.
#![expect(clippy::print_stdout, reason = "the seconds are what it is for")]

use std::time::Instant;

use clientele_model::Result;
use clientele_model::group::{choice, k_means, mixture, silhouette};
use ndarray::Array2;

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let answer = work();
    println!("{:8.3} s  {what}", start.elapsed().as_secs_f64());
    answer
}

fn read(file: &str, features: usize) -> std::io::Result<Array2<f64>> {
    let bytes = std::fs::read(file)?;
    let values = bytes
        .chunks_exact(8)
        .filter_map(|bytes| bytes.try_into().ok());
    let values: Vec<f64> = values.map(f64::from_le_bytes).collect();
    Array2::from_shape_vec((values.len() / features, features), values)
        .map_err(std::io::Error::other)
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("a file of f64");
    let features = arguments
        .next()
        .map_or(8, |count| count.parse().expect("a number"));
    let rows = read(&file, features).expect("whole rows");
    println!("{} rows of {features} features", rows.nrows());
    let params = k_means::Params::default();
    let fitted = timed("k-means, 8 clusters, 10 starts", || {
        k_means::fit(rows.view(), &params)
    })?;
    println!(
        "            inertia {:.3}, {} steps",
        fitted.inertia, fitted.iterations
    );
    let exact = k_means::Params {
        start_rows: usize::MAX,
        ..params.clone()
    };
    let all = timed("the same, every start on all rows", || {
        k_means::fit(rows.view(), &exact)
    })?;
    println!(
        "            inertia {:.3}, {} steps",
        all.inertia, all.iterations
    );
    let assigned = timed("assign all", || fitted.assign(rows.view()))?;
    let labels: Vec<usize> = assigned.iter().map(|one| one.cluster).collect();
    let quality = timed("silhouette of 4000", || {
        silhouette(rows.view(), &labels, 4000)
    })?;
    println!(
        "            {:.4} ± {:.4}",
        quality.mean, quality.standard_error
    );
    let mixture = timed("Gaussian mixture on 100,000", || {
        mixture::fit(
            rows.view(),
            &mixture::Params {
                tolerance: 1e-3,
                ..mixture::Params::default()
            },
        )
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
