//! Real data, against figures that others have published. Skipped by name where the data is not there; in CI that fails.

use crate::tables::{Published, counts, numbers, of, parquet, texts};
use arrow::array::RecordBatch;
use clientele::job::{Job, Overrides};
use clientele::run::{Options, Summary, run};
use clientele::store::Stores;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The folder of the real data, unless it is not there, which only a machine that is not CI may say.
fn data(test: &str) -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data");
    let folder =
        std::env::var_os("CLIENTELE_DATA").map_or_else(|| PathBuf::from(default), PathBuf::from);
    if folder.is_dir() {
        return std::path::absolute(folder).ok();
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{test}: no real data at {}",
        folder.display()
    );
    eprintln!("skipped: {test}: no real data at {}", folder.display());
    None
}

struct Ran {
    summary: Summary,
    output: tempfile::TempDir,
}

impl Ran {
    async fn of(job: &str, data: &std::path::Path, set: &[&str]) -> Self {
        let output = tempfile::tempdir().unwrap();
        let environment = vec![
            ("CLIENTELE_DATA".to_owned(), data.display().to_string()),
            ("OUTPUT".to_owned(), output.path().display().to_string()),
        ];
        let set = set.iter().map(ToString::to_string).collect();
        let path = format!("{}/jobs/{job}.yaml", env!("CARGO_MANIFEST_DIR"));
        let job = Job::load(path.as_ref(), &Overrides { environment, set }).unwrap();
        let summary = run(
            &job,
            &Options::default(),
            &Stores::default(),
            &|_| {},
            std::future::pending(),
        )
        .await
        .unwrap();
        Self { summary, output }
    }

    fn table(&self, name: &str) -> RecordBatch {
        Published::at(self.output.path()).table(name)
    }
}

fn assert_close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            (found - expected).abs() <= tolerance,
            "{found} is not {expected}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn cdnow_deciles_are_those_of_the_reference() {
    let Some(data) = data("cdnow_deciles_are_those_of_the_reference") else {
        return;
    };
    let ran = Ran::of("cdnow", &data, &[]).await;
    assert_eq!(ran.summary.quality.rows["lines"], 69_659);
    let deciles = ran.table("value.revenue_deciles");
    let shares = of(&deciles, "measure", "revenue", "amount_share");
    let expected = [
        0.5094, 0.1683, 0.1017, 0.0681, 0.0483, 0.0355, 0.0265, 0.0187, 0.0137, 0.0098,
    ];
    assert_close(&shares, &expected, 5.1e-5);
    assert_eq!(
        of(&deciles, "measure", "revenue", "customer_count"),
        [2357.0; 10]
    );
    assert_close(
        &of(&deciles, "measure", "revenue", "amount")[..1],
        &[1_273_728.95],
        1e-6,
    );
    assert_close(
        &of(&deciles, "measure", "revenue", "amount_min")[..1],
        &[242.35],
        1e-9,
    );
    assert_close(
        &of(&deciles, "measure", "revenue", "amount_max")[..1],
        &[13_990.93],
        1e-9,
    );

    let tenths = ran.table("value.purchase_deciles");
    let needed = of(&tenths, "measure", "revenue", "customer_count_cumulative");
    let expected = [
        102.0, 362.0, 786.0, 1408.0, 2262.0, 3453.0, 5149.0, 7695.0, 12_024.0,
    ];
    assert_eq!(needed[..9], expected);

    let concentration = ran.table("value.concentration");
    assert_close(
        &of(&concentration, "measure", "revenue", "gini"),
        &[0.634_571],
        5e-7,
    );
    assert_close(
        &of(&concentration, "measure", "revenue", "top_20_share"),
        &[0.677_774],
        5e-7,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cdnow_customers_who_bought_as_often_have_one_score() {
    let Some(data) = data("cdnow_customers_who_bought_as_often_have_one_score") else {
        return;
    };
    let ran = Ran::of("cdnow", &data, &["output.publish=[segments.rfm]"]).await;
    let rfm = ran.table("segments.rfm");
    let days = counts(&rfm, "purchase_day_count").into_iter();
    let mut customers: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for (score, days) in counts(&rfm, "frequency_score").into_iter().zip(days) {
        *customers.entry((score, days.min(5))).or_default() += 1;
    }
    // of 23,570 so many bought once, twice and so on; the fifths end at 1, 1, 2 and 4 days
    let expected = [
        ((1, 1), 12_054),
        ((3, 2), 11_516 - 7476),
        ((4, 3), 7476 - 5271),
        ((4, 4), 5271 - 3835),
        ((5, 5), 3835),
    ];
    assert_eq!(customers, BTreeMap::from(expected));
}

#[tokio::test(flavor = "multi_thread")]
async fn cdnow_ladder_is_the_kaplan_meier_of_the_reference() {
    let Some(data) = data("cdnow_ladder_is_the_kaplan_meier_of_the_reference") else {
        return;
    };
    for (days, first, second, third, naive_third) in [
        (30, 0.1746, 0.2376, 0.2840, 0.2810),
        (90, 0.2922, 0.4243, 0.5132, 0.4981),
        (365, 0.4586, 0.6760, 0.7811, 0.6986),
    ] {
        let horizon = format!("parameters.ladder_horizon_days={days}");
        let ran = Ran::of("cdnow", &data, &[&horizon, "output.publish=[order_ladder]"]).await;
        let ladder = ran.table("loyalty.order_ladder");
        let found = of(&ladder, "dimension", "all", "conversion_probability");
        assert_close(&found[..3], &[first, second, third], 5.1e-5);
        assert_close(
            &of(&ladder, "dimension", "all", "conversion_rate_in_horizon")[2..3],
            &[naive_third],
            5.1e-5,
        );
        let reached = of(&ladder, "dimension", "all", "customer_count");
        assert_eq!(
            reached[..6],
            [23_570.0, 11_516.0, 7476.0, 5271.0, 3835.0, 2844.0]
        );
        let rates = of(&ladder, "dimension", "all", "conversion_rate");
        assert_close(
            &rates[..5],
            &[0.4886, 0.6492, 0.7051, 0.7276, 0.7416],
            5.1e-5,
        );
    }
}

/// Money by month straight from the source, in tenths of a penny, without the first sheet's share of the overlap.
fn revenue_of_source(data: &std::path::Path) -> BTreeMap<String, i64> {
    let mut months = BTreeMap::new();
    for sheet in ["year_2009_2010", "year_2010_2011"] {
        let batch = parquet(&data.join(format!("online_retail_ii/{sheet}.parquet")));
        let quantities = numbers(&batch, "Quantity");
        let prices = numbers(&batch, "Price");
        let times = texts(&batch, "InvoiceDate");
        for ((quantity, price), time) in quantities.iter().zip(prices).zip(times) {
            if sheet == "year_2010_2011" || time.as_str() < "2010-12-01" {
                #[expect(clippy::cast_possible_truncation, reason = "money of one line")]
                let tenths = (quantity * price * 1000.0).round() as i64;
                *months.entry(time[..7].to_owned()).or_default() += tenths;
            }
        }
    }
    months
}

#[tokio::test(flavor = "multi_thread")]
async fn online_retail_is_reconciled_row_for_row_and_to_the_penny() {
    let Some(data) = data("online_retail_is_reconciled_row_for_row_and_to_the_penny") else {
        return;
    };
    let tables = "output.publish=[base.lines, base.source_balance, base.orders, base.customers]";
    let ran = Ran::of("online_retail_ii", &data, &[tables]).await;
    assert_eq!(ran.summary.inputs[0].rows, Some(525_461 + 541_910));
    let balance = ran.summary.quality.rows.clone();
    assert_eq!(balance["rejected: stands in both sheets"], 22_523);
    assert_eq!(balance.values().sum::<i64>(), 525_461 + 541_910);
    let parts = ran.table("base.source_balance");
    let total: f64 = numbers(&parts, "revenue").iter().sum();
    assert!((total - 19_287_250.57).abs() < 0.005, "{total}");

    let lines = ran.table("base.lines");
    let mut months: BTreeMap<String, i64> = BTreeMap::new();
    for (date, revenue) in texts(&lines, "order_date")
        .iter()
        .zip(numbers(&lines, "revenue"))
    {
        #[expect(clippy::cast_possible_truncation, reason = "money of one line")]
        let tenths = (revenue * 1000.0).round() as i64;
        *months.entry(date[..7].to_owned()).or_default() += tenths;
    }
    assert_eq!(months, revenue_of_source(&data));
    let invoices: BTreeSet<String> = texts(&lines, "order_id").into_iter().collect();
    assert_eq!(invoices.len(), 53_628);
    assert_eq!(
        invoices.iter().filter(|id| id.starts_with('C')).count(),
        8_292
    );

    assert_eq!(ran.table("base.customers").num_rows(), 5942);
    let orders = ran.table("base.orders");
    let bought = counts(&orders, "order_number")
        .iter()
        .filter(|number| **number > 0)
        .count();
    let cancelled = texts(&orders, "order_id")
        .iter()
        .filter(|id| id.starts_with('C'))
        .count();
    assert!(bought + cancelled <= orders.num_rows());
}

#[tokio::test(flavor = "multi_thread")]
async fn cdnow_cohorts_are_those_of_the_reference() {
    let Some(data) = data("cdnow_cohorts_are_those_of_the_reference") else {
        return;
    };
    let ran = Ran::of("cdnow", &data, &["output.publish=[acquisition_cohorts]"]).await;
    let cohorts = ran.table("value.acquisition_cohorts");
    for (month, customers, first, third, revenues) in [
        ("1997-01", 7846.0, 0.1475, 0.1032, [38.116, 71.606, 95.753]),
        ("1997-02", 8476.0, 0.1548, 0.0924, [37.582, 68.636, 90.942]),
        ("1997-03", 7248.0, 0.1424, 0.1043, [38.615, 68.063, 91.859]),
    ] {
        let of_cohort = |column: &str| of(&cohorts, "cohort_month", month, column);
        assert_eq!(of_cohort("customer_count")[0], customers);
        let retention = of_cohort("retention_rate");
        assert_close(&[retention[1], retention[3]], &[first, third], 5.1e-5);
        let revenue = of_cohort("revenue_cumulative_mean");
        assert_close(&[revenue[0], revenue[6], revenue[12]], &revenues, 5.1e-4);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hillstrom_effects_are_those_of_the_reference() {
    let Some(data) = data("hillstrom_effects_are_those_of_the_reference") else {
        return;
    };
    let ran = Ran::of("hillstrom", &data, &[]).await;
    let results = ran.table("campaigns.campaign_results");
    let [arms, outcomes, dimensions] =
        ["arm", "outcome", "dimension"].map(|name| texts(&results, name));
    let of_test = |arm: &str, outcome: &str, columns: &[&str]| -> Vec<f64> {
        let wanted = |row: &usize| {
            (
                arms[*row].as_str(),
                outcomes[*row].as_str(),
                dimensions[*row].as_str(),
            ) == (arm, outcome, "all")
        };
        let row = (0..arms.len()).find(wanted).unwrap();
        let value = |column: &&str| numbers(&results, column)[row];
        columns.iter().map(value).collect()
    };
    let raw = [
        "treated_count",
        "treated_mean",
        "control_count",
        "control_mean",
    ];
    let men = of_test("mens e-mail", "spend", &raw);
    assert_close(&men, &[21_307.0, 1.422_617, 21_306.0, 0.652_789], 5e-7);
    let women = of_test("womens e-mail", "spend", &raw);
    assert_close(&women, &[21_387.0, 1.077_202, 21_306.0, 0.652_789], 5e-7);
    // The covariate explains hardly anything, so the adjusted effects are close to the published differences.
    for (arm, outcome, effect, error) in [
        ("mens e-mail", "visit", 0.076_590, 0.003_386),
        ("mens e-mail", "conversion", 0.006_805, 0.000_921),
        ("mens e-mail", "spend", 0.769_827, 0.145_247),
        ("womens e-mail", "visit", 0.045_233, 0.003_234),
        ("womens e-mail", "conversion", 0.003_111, 0.000_823),
        ("womens e-mail", "spend", 0.424_412, 0.130_333),
    ] {
        let means = of_test(arm, outcome, &["treated_mean", "control_mean"]);
        assert_close(&[means[0] - means[1]], &[effect], 1e-6);
        let found = of_test(
            arm,
            outcome,
            &["effect", "effect_error", "variance_reduction"],
        );
        assert_close(&found[..1], &[effect], 0.06 * error);
        assert_close(&found[1..2], &[error], 0.01 * error);
        assert!((0.0..0.005).contains(&found[2]), "{found:?}");
    }
    // The published interval, moved by what the covariate takes away.
    let ends = of_test("mens e-mail", "spend", &["effect_lower", "effect_upper"]);
    assert_close(&ends, &[0.4851, 1.0545], 3e-3);
    // Every published effect is far beyond chance, and the arms have equal sizes.
    assert!(of_test("mens e-mail", "spend", &["sample_ratio_p"])[0] > 0.5);
    let verdicts = texts(&results, "verdict");
    let decided = (0..arms.len()).filter(|row| dimensions[*row] == "all");
    assert_eq!(decided.filter(|row| verdicts[*row] == "won").count(), 6);
}
