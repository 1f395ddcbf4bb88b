//! Segments, propensities and forecasts against what was planted in the generated shop; features against the future.

use crate::tables::{Published, numbers, of, texts};
use crate::truth::demo;
use arrow::array::RecordBatch;
use clientele_model::group::adjusted_rand;
use clientele_model::predict::classification;
use std::collections::BTreeMap;

/// The planted segments, where they can be told: of customers with so many purchases.
const ENOUGH: f64 = 5.0;

/// Values by customer.
fn by_customer<T>(table: &RecordBatch, values: Vec<T>) -> BTreeMap<String, T> {
    texts(table, "customer_id")
        .into_iter()
        .zip(values)
        .collect()
}

/// The place of each text among all different ones.
fn places(names: &[String]) -> Vec<usize> {
    let mut known = names.to_vec();
    known.sort();
    known.dedup();
    names
        .iter()
        .map(|name| known.binary_search(name).unwrap())
        .collect()
}

/// How far segments are those that were planted.
pub(crate) fn segments_are_found(published: &Published, truth: &RecordBatch) {
    let segments = published.table("segments.segments");
    let found = by_customer(&segments, texts(&segments, "segment"));
    let rfm = published.table("segments.rfm");
    let purchases = by_customer(&rfm, numbers(&rfm, "purchase_day_count"));
    let agreement = |least: f64| {
        let planted = texts(truth, "customer_id")
            .into_iter()
            .zip(texts(truth, "segment"));
        let pairs = planted.filter(|(customer, _)| purchases.get(customer) >= Some(&least));
        let (found, planted): (Vec<String>, Vec<String>) = pairs
            .filter_map(|(customer, segment)| Some((found.get(&customer)?.clone(), segment)))
            .unzip();
        (
            adjusted_rand(&places(&found), &places(&planted)).unwrap(),
            found.len(),
        )
    };
    let ((all, everybody), (often, regulars)) = (agreement(1.0), agreement(ENOUGH));
    eprintln!(
        "segments: adjusted Rand {all:.3} of {everybody}, {often:.3} of {regulars} with {ENOUGH} purchases"
    );
    assert!(often > 0.8, "{often}");
    let tried = published.table("predictions.model_parameters");
    for measure in ["silhouette", "calinski_harabasz", "davies_bouldin"] {
        let names = texts(&tried, "parameter").into_iter();
        let values: Vec<f64> = names
            .zip(numbers(&tried, "value"))
            .filter_map(|(name, value)| (name == measure).then_some(value))
            .collect();
        let is_told = values.len() > 1 && values.iter().all(|value| value.is_finite());
        assert!(is_told, "{measure}: {values:?}");
    }
}

/// Probabilities of a purchase against those with which they were planted.
pub(crate) fn propensities_are_calibrated(published: &Published, truth: &RecordBatch) {
    let quality = published.table("predictions.model_quality");
    let models = texts(&quality, "model")
        .into_iter()
        .zip(texts(&quality, "metric"));
    let values = numbers(&quality, "value")
        .into_iter()
        .zip(numbers(&quality, "baseline_value"));
    for ((model, metric), (value, baseline)) in models.zip(values) {
        eprintln!("{model} {metric}: {value:.4}, the rule {baseline:.4}");
        if model == "purchase" && metric == "calibration_slope" {
            assert!((0.9..=1.1).contains(&value), "{value}");
        }
    }
    let table = published.table("predictions.propensities");
    let said = by_customer(&table, numbers(&table, "purchase_probability"));
    let planted = texts(truth, "customer_id")
        .into_iter()
        .zip(numbers(truth, "purchase_probability_90"));
    let (said, planted): (Vec<f64>, Vec<f64>) = planted
        .filter_map(|(customer, planted)| Some((*said.get(&customer)?, planted)))
        .filter(|(said, planted)| said.is_finite() && planted.is_finite())
        .unzip();
    let found = classification(&said, &planted).unwrap();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    eprintln!(
        "a purchase in 90 days: {:.3} said, {:.3} planted, slope {:?}",
        mean(&said),
        mean(&planted),
        found.calibration_slope
    );
    assert!((mean(&said) - mean(&planted)).abs() < 0.06);
}

/// The planted season is forecast better than by repeating it.
pub(crate) fn the_season_is_forecast(published: &Published) {
    let forecast = published.table("predictions.revenue_forecast");
    let of_shop = |column| of(&forecast, "level", "shop", column);
    for (own, naive) in of_shop("mase").into_iter().zip(of_shop("mase_naive")) {
        assert!(own <= naive, "{own} {naive}");
    }
    eprintln!(
        "forecast: MASE {:?}, naive {:?}",
        of_shop("mase").first(),
        of_shop("mase_naive").first()
    );
}

/// Purchase models tell time by a clock that runs with the planted season, and foretell the better for it.
pub(crate) fn the_clock_runs_with_the_season(published: &Published) {
    let parameters = published.table("predictions.model_parameters");
    let names = texts(&parameters, "model")
        .into_iter()
        .zip(texts(&parameters, "parameter"));
    let rows = names.zip(numbers(&parameters, "value"));
    let found = |model: &str, name: &str| -> Vec<f64> {
        let wanted = rows
            .clone()
            .filter(|((of, parameter), _)| of == model && parameter.starts_with(name));
        wanted.map(|(_, value)| value).collect()
    };
    let best = |name: &str| {
        let likelihoods = rows.clone().filter(|((_, parameter), _)| parameter == name);
        likelihoods.map(|(_, value)| value).fold(f64::MIN, f64::max)
    };
    let (calendar, season) = (
        best("holdout_log_likelihood"),
        best("holdout_log_likelihood_season"),
    );
    let weeks = found("purchases", "season_");
    let december = weeks[48..].iter().sum::<f64>() / 4.0;
    let quality = published.table("predictions.model_quality");
    let metrics = texts(&quality, "metric")
        .into_iter()
        .zip(texts(&quality, "slice"));
    let bias = metrics.zip(numbers(&quality, "value"));
    let mut bias = bias.filter(|((metric, slice), _)| metric == "bias" && slice == "all");
    let (_, bias) = bias.next().unwrap();
    eprintln!(
        "the unseen window: log-likelihood {calendar:.0} on the calendar, {season:.0} with the season; {:+.0} % orders foretold; December is {december:.2} times as busy",
        100.0 * bias
    );
    assert!(season > calendar + 100.0 && december > 1.3 && bias < 0.25);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_later_the_same_fits_say_much_the_same_of_everybody() {
    let folder = tempfile::tempdir().unwrap();
    let publish = "output.publish=[segments, predictions]";
    demo(folder.path(), 30_000, &["run_date=2025-12-30", publish]).await;
    let set = ["run_date=2025-12-31", "models.refit=false", publish];
    demo(folder.path(), 30_000, &set).await;
    let drift = Published::at(folder.path()).table("predictions.drift");
    let verdicts = texts(&drift, "measure")
        .into_iter()
        .zip(texts(&drift, "verdict"));
    let (mut steady, mut moved, mut apart) = (0, Vec::new(), Vec::new());
    for ((measure, verdict), index) in verdicts.zip(numbers(&drift, "stability_index")) {
        match verdict.as_str() {
            "steady" => steady += 1,
            "" => apart.push(measure),
            _ => moved.push((measure, verdict, index)),
        }
    }
    assert!(steady > 20 && moved.is_empty(), "{steady} {moved:?}");
    // three years and a day are the first from which windows can be learnt: there was nothing to compare with
    assert!(apart.contains(&"revenue_window".to_owned()), "{apart:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_of_a_day_does_not_change_with_what_comes_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let known = async |run_date: &str, period: &str| {
        let set = [
            format!("run_date={run_date}"),
            "output.publish=[features.customer_features]".to_owned(),
        ];
        demo(folder.path(), 20_000, &set.each_ref().map(String::as_str)).await;
        let table = Published::at(folder.path()).table("features.customer_features");
        let schema = table.schema();
        let names = schema.fields().iter().map(|field| field.name().as_str());
        let features = names.filter(|name| !["customer_id", "period", "run_date"].contains(name));
        let columns: Vec<Vec<String>> = features.map(|name| texts(&table, name)).collect();
        let periods = texts(&table, "period").into_iter().enumerate();
        let rows = periods.zip(texts(&table, "customer_id"));
        rows.filter(|((_, known), _)| known == period)
            .map(|((row, _), customer)| {
                let cells = columns.iter().map(|column| column[row].clone());
                (customer, cells.collect::<Vec<_>>())
            })
            .collect::<BTreeMap<_, _>>()
    };
    let then = known("2025-10-02", "now").await;
    let since = known("2025-12-31", "horizon_ago").await;
    assert!(then.len() > 500, "{}", then.len());
    assert_eq!(then, since);
    assert_ne!(then, known("2025-12-31", "now").await);
}
