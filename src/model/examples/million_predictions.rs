//! Both techniques on a matrix of f64 in a file (little endian, row by row; the last column is 0 or 1): learnt from the first
//! four fifths, tried on the last, with the seconds:
//! `cargo run --release -p clientele-model --example million_predictions FILE [FEATURES]`.
#![expect(clippy::print_stdout, reason = "the answers are what it is for")]

mod clock;
mod matrix;

use clientele_model::Result;
use clientele_model::predict::{
    BoostedParams, Fitted, LinearParams, Loss, Sample, classification, fit_boosted, fit_linear,
};
use clock::timed;
use matrix::read;
use ndarray::{ArrayView2, Axis};

fn report(fitted: &Fitted, (features, labels): (ArrayView2<f64>, &[f64])) -> Result<()> {
    let predictions = timed("predict the last fifth", || fitted.predict(features))?;
    let loss = fitted.loss().mean_loss(&predictions, labels)?;
    let auc = classification(&predictions, labels)?.auc;
    println!("            mean loss {loss:.6}, AUC {auc:?}");
    Ok(())
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("a file of f64");
    let features = arguments
        .next()
        .map_or(20, |count| count.parse().expect("a number"));
    let rows = read(&file, features + 1).expect("whole rows");
    let customers = rows.nrows() * 4 / 5;
    println!("{customers} customers of {features} features");
    let (values, labels) = rows.view().split_at(Axis(1), features);
    let (values, labels) = (
        values.to_owned(),
        labels.iter().copied().collect::<Vec<_>>(),
    );
    let (seen, unseen) = values.view().split_at(Axis(0), customers);
    let names: Vec<String> = (0..features).map(|index| format!("x{index}")).collect();
    let ids: Vec<u64> = (0..customers as u64).collect();
    let sample = Sample {
        features: seen,
        names: &names,
        labels: &labels[..customers],
        weights: None,
        ids: &ids,
    };
    let unseen = (unseen, &labels[customers..]);
    for loss in [Loss::Logistic, Loss::Tweedie { power: 1.5 }] {
        let linear = LinearParams {
            loss,
            ..LinearParams::default()
        };
        let trees = BoostedParams {
            loss,
            ..BoostedParams::default()
        };
        let hundred = BoostedParams {
            rounds: 100,
            validation_share: 0.0,
            ..trees.clone()
        };
        let what = format!("fit linear, {loss}");
        let linear = timed(&what, || fit_linear(&sample, &linear))?;
        report(&linear, unseen)?;
        let fixed = timed("fit 100 trees", || fit_boosted(&sample, &hundred))?;
        report(&fixed, unseen)?;
        let stopped = timed("fit trees, stopped in time", || {
            fit_boosted(&sample, &trees)
        })?;
        report(&stopped, unseen)?;
        timed("three reasons, 100 trees", || fixed.reasons(unseen.0, 3))?;
    }
    Ok(())
}
