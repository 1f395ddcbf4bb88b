//! What the tables find of what was planted in the generated shop: precision and recall, printed.

use crate::foretold::{
    propensities_are_calibrated, segments_are_found, the_clock_runs_with_the_season,
    the_season_is_forecast,
};
use crate::tables::{Published, counts, flags, numbers, texts};
use arrow::array::RecordBatch;
use clientele::generate::{Options as ShopOptions, generate};
use clientele::job::{Job, Overrides};
use clientele::run::{Options, Summary, run};
use clientele::store::Stores;
use std::collections::BTreeSet;
use std::path::Path;

type Customers = BTreeSet<String>;

/// The customers of `table` for whom `holds` is true.
fn who(table: &RecordBatch, holds: &[bool]) -> Customers {
    let ids = texts(table, "customer_id").into_iter().zip(holds);
    ids.filter(|(_, holds)| **holds).map(|(id, _)| id).collect()
}

/// Prints how many of the found are planted, and how many of the planted are found, and answers with both.
fn found_of(what: &str, found: &Customers, planted: &Customers) -> (f64, f64) {
    let both = found.intersection(planted).count() as f64;
    let (precision, recall) = (both / found.len() as f64, both / planted.len() as f64);
    eprintln!(
        "{what}: {} found, {} planted, precision {precision:.3}, recall {recall:.3}",
        found.len(),
        planted.len()
    );
    (precision, recall)
}

/// The job of the demo over a shop of about so many lines, which is generated if it is not there.
pub(crate) async fn demo(folder: &Path, lines: u64, set: &[&str]) -> Summary {
    demo_of_seed(folder, (lines, 1), set).await
}

pub(crate) async fn demo_of_seed(
    folder: &Path,
    (lines, seed): (u64, u64),
    set: &[&str],
) -> Summary {
    let shop = folder.join("shop");
    if !shop.exists() {
        generate(
            &ShopOptions {
                lines,
                seed,
                ..ShopOptions::new(shop)
            },
            |_| {},
        )
        .unwrap();
    }
    let environment = vec![("DEMO".to_owned(), folder.display().to_string())];
    let set = set.iter().map(ToString::to_string).collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/demo.yaml");
    let job = Job::load(path.as_ref(), &Overrides { environment, set }).unwrap();
    let never = std::future::pending();
    run(
        &job,
        &Options::default(),
        &Stores::default(),
        &|_| {},
        never,
    )
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_kept_in_files_and_in_memory_by_one_thread_or_more_end_in_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let kept_in_memory = demo(folder.path(), 20_000, &["resources.threads=1"]).await;
    let set = [
        "resources.kept_share=0",
        "resources.threads=3",
        "output.url=memory:elsewhere/out",
    ];
    let kept_in_files = demo(folder.path(), 20_000, &set).await;
    assert_eq!(kept_in_memory.outputs, kept_in_files.outputs);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planted_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let summary = demo(folder.path(), 200_000, &[]).await;
    assert_eq!(summary.skipped, []);
    let published = Published::at(folder.path());
    let truth = crate::tables::parquet(&folder.path().join("shop/truth_customers.parquet"));

    let lifecycle = published.table("loyalty.lifecycle");
    let is_class = |class: &str| -> Vec<bool> {
        texts(&lifecycle, "class")
            .iter()
            .map(|found| found == class)
            .collect()
    };
    let price = published.table("price.price_sensitivity");
    let orders = counts(&price, "order_count");
    // whoever has fewer orders than it takes to tell is not asked for
    let planted = |holds: &[bool], least: i64| -> Customers {
        let enough: Vec<bool> = orders.iter().map(|count| *count >= least).collect();
        who(&truth, holds)
            .intersection(&who(&price, &enough))
            .cloned()
            .collect()
    };
    let flagged = |flag: &str, least| planted(&flags(&truth, flag), least);
    let events = found_of(
        "event buyers",
        &who(&lifecycle, &is_class("event_buyer")),
        &flagged("is_event_buyer", 1),
    );
    // by its definition whoever tries the shop in an event is one; this column tells those who came for the season alone
    let of_season = numbers(&lifecycle, "season_revenue_share");
    let of_season: Vec<bool> = is_class("event_buyer")
        .into_iter()
        .zip(of_season)
        .map(|(is_event_buyer, share)| is_event_buyer && share >= 0.5)
        .collect();
    let season = found_of(
        "event buyers, of products of one season",
        &who(&lifecycle, &of_season),
        &flagged("is_event_buyer", 1),
    );
    let price_only = found_of(
        "price-only",
        &who(&price, &flags(&price, "is_price_only")),
        &flagged("is_price_only", 2),
    );
    let mix = published.table("price.margin_mix");
    let staples = found_of(
        "staples-only",
        &who(&mix, &flags(&mix, "is_low_margin_only")),
        &flagged("is_staples_only", 3),
    );
    let defections = published.table("loyalty.category_defections");
    let all = vec![true; defections.num_rows()];
    let defected: Vec<bool> = texts(&truth, "defected_category")
        .iter()
        .map(|category| !category.is_empty())
        .collect();
    let defected = found_of(
        "category defections",
        &who(&defections, &all),
        &planted(&defected, 3),
    );
    assert!(events.0 > 0.4 && events.1 > 0.9, "{events:?}");
    assert!(season.0 > 0.85 && season.1 > 0.4, "{season:?}");
    assert!(price_only.0 > 0.85 && price_only.1 > 0.6, "{price_only:?}");
    assert!(staples.0 > 0.8 && staples.1 > 0.6, "{staples:?}");
    assert!(defected.0 > 0.7 && defected.1 > 0.6, "{defected:?}");

    let trend = published.table("value.value_trend");
    let is_fading: Vec<bool> = texts(&trend, "trend")
        .iter()
        .map(|trend| trend == "fading")
        .collect();
    let expected = numbers(&trend, "orders_expected");
    let often: Vec<bool> = expected.iter().map(|orders| *orders >= 3.0).collect();
    // whoever left in the window fell below what was to be expected too
    let left = texts(&truth, "dropout_date");
    let fell: Vec<bool> = flags(&truth, "is_fading")
        .into_iter()
        .zip(left)
        .map(|(is_fading, left)| is_fading || left.starts_with("2025"))
        .collect();
    let fell = who(&truth, &fell)
        .intersection(&who(&trend, &often))
        .cloned()
        .collect();
    let fading = found_of(
        "fading, or left, of those of whom three orders were expected",
        &who(&trend, &is_fading),
        &fell,
    );
    assert!(fading.0 > 0.5 && fading.1 > 0.05, "{fading:?}");
    alive_as_planted(&published.table("value.customer_value"), &truth);
    segments_are_found(&published, &truth);
    propensities_are_calibrated(&published, &truth);
    the_season_is_forecast(&published);
    the_clock_runs_with_the_season(&published);
}

/// Customers of whom the model says that they are still there, against those who are.
fn alive_as_planted(value: &RecordBatch, truth: &RecordBatch) {
    let active = who(truth, &flags(truth, "is_active"));
    let judged = texts(value, "customer_id")
        .into_iter()
        .zip(numbers(value, "probability_alive"));
    let judged: Vec<(bool, f64)> = judged
        .filter(|(_, alive)| alive.is_finite())
        .map(|(customer, alive)| (active.contains(&customer), alive))
        .collect();
    let share =
        judged.iter().filter(|(is_active, _)| *is_active).count() as f64 / judged.len() as f64;
    let mean = judged.iter().map(|(_, alive)| alive).sum::<f64>() / judged.len() as f64;
    let (there, gone): (Vec<_>, Vec<_>) = judged.into_iter().partition(|(is_active, _)| *is_active);
    let pairs = (there.len() * gone.len()) as f64;
    let right = there
        .iter()
        .map(|(_, alive)| gone.iter().filter(|(_, other)| other < alive).count());
    let auc = right.sum::<usize>() as f64 / pairs;
    eprintln!("still a customer: {share:.3} are, {mean:.3} by the model, told apart {auc:.3}");
    assert!(
        (share - mean).abs() < 0.06 && auc > 0.85,
        "{share} {mean} {auc}"
    );
}

/// What the generator says that it planted.
fn truth(folder: &Path, what: &str) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(folder.join("shop/truth.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&text).unwrap();
    truth[what].as_array().unwrap().clone()
}

/// The row of a rule, if it is there; `window_days` tells rules of one pair apart.
fn rule(
    table: &RecordBatch,
    sides: [&serde_json::Value; 2],
    window_days: Option<i64>,
) -> Option<usize> {
    let sides = sides.map(|side| side.as_str().unwrap());
    let windows = window_days.map(|days| (days, counts(table, "window_days")));
    let rules = texts(table, "antecedent")
        .into_iter()
        .zip(texts(table, "consequent"));
    rules.enumerate().position(|(row, (left, right))| {
        let is_window = windows
            .as_ref()
            .is_none_or(|(days, found)| found[row] == *days);
        sides == [left.as_str(), right.as_str()] && is_window
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_pairs_are_among_the_rules_with_the_confidence_that_was_planted() {
    let folder = tempfile::tempdir().unwrap();
    let set = [
        "output.publish=[baskets.association_rules]",
        "models.baskets.window_days=3650",
        "models.baskets.min_count=5",
        "models.baskets.min_support=0",
        "models.baskets.max_length=2",
    ];
    demo(folder.path(), 200_000, &set).await;
    let rules = Published::at(folder.path()).table("baskets.association_rules");
    let pairs = truth(folder.path(), "pairs");
    let mut inside = 0;
    for pair in &pairs {
        let row = rule(&rules, [&pair["product_id"], &pair["partner_id"]], None);
        let row = row.unwrap_or_else(|| panic!("no rule for {pair}"));
        let at = |column| numbers(&rules, column)[row];
        let planted = pair["confidence"].as_f64().unwrap();
        eprintln!(
            "{} → {}: planted {planted}, confidence {:.3} ({:.3} to {:.3}), lift {:.1}, held in {} of 4 periods",
            pair["product"],
            pair["partner"],
            at("confidence"),
            at("confidence_lower"),
            at("confidence_upper"),
            at("lift"),
            at("fold_held_count"),
        );
        assert!(
            (at("confidence") - pair["confidence_found"].as_f64().unwrap()).abs() < 0.02,
            "{pair}"
        );
        // who wants the partner anyway buys it too
        inside += usize::from(at("confidence_upper") >= planted);
    }
    assert_eq!(inside, pairs.len());
}

/// Shops over which intervals are tried, and their lines.
const SHOPS: u64 = 10;
const SHOP_LINES: u64 = 40_000;

#[tokio::test(flavor = "multi_thread")]
async fn planted_probabilities_lie_in_their_intervals_and_counting_alone_is_too_low() {
    let set = [
        "output.publish=[sequences.sequence_rules]",
        "models.sequences.windows_days=[30, 90, 180]",
        "models.sequences.min_converted=3",
        "models.sequences.min_converted_share=0",
        "models.sequences.min_lift=0",
        "models.sequences.min_probability=0",
        "models.sequences.max_false_discovery_rate=1",
    ];
    let (mut all, mut inside, mut planted_sum, mut naive_sum) = (0, 0, 0.0, 0.0);
    for seed in 1..=SHOPS {
        let folder = tempfile::tempdir().unwrap();
        demo_of_seed(folder.path(), (SHOP_LINES, seed), &set).await;
        let rules = Published::at(folder.path()).table("sequences.sequence_rules");
        for sequence in truth(folder.path(), "sequences") {
            let days = sequence["window_days"].as_f64();
            let days = days.and_then(|days| format!("{days:.0}").parse().ok());
            let row = rule(
                &rules,
                [&sequence["product_id"], &sequence["follow_up_id"]],
                days,
            );
            let row = row.unwrap_or_else(|| panic!("seed {seed}: no rule for {sequence}"));
            let at = |column| numbers(&rules, column)[row];
            let planted = sequence["probability"].as_f64().unwrap();
            let naive = at("converted_count") / at("risk_count");
            let is_inside = (at("probability_lower")..=at("probability_upper")).contains(&planted);
            assert!(
                naive <= at("probability") + 1e-9,
                "seed {seed}: {naive}, {}",
                at("probability")
            );
            all += 1;
            inside += usize::from(is_inside);
            planted_sum += planted;
            naive_sum += naive;
        }
    }
    let means = [planted_sum, naive_sum].map(|sum| sum / f64::from(all));
    eprintln!(
        "sequences: {inside} of {all} planted probabilities in their intervals; planted {:.3} on average, counted {:.3}",
        means[0], means[1]
    );
    assert!(inside as f64 >= 0.95 * f64::from(all), "{inside} of {all}");
    assert!(means[1] < means[0], "{means:?}");
}
