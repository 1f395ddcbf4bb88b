//! The generated shop keeps what its truth says.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::{
    Array, AsArray, Decimal128Array, Int32Array, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Decimal128Type, Int32Type, TimestampMicrosecondType};
use arrow::record_batch::RecordBatch;
use clientele::generate::{Error as GenerateError, Options, Partition, Summary, generate};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

type Outcome = Result<(), Box<dyn Error>>;

/// A generated shop in a folder that goes away with it.
struct Shop {
    folder: tempfile::TempDir,
    summary: Summary,
    truth: Value,
}

impl Shop {
    fn of(lines: u64, seed: u64) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let options = Options {
            lines,
            seed,
            ..Options::new(folder.path())
        };
        let summary = generate(&options, |_| ())?;
        let truth = serde_json::from_slice(&fs::read(folder.path().join("truth.json"))?)?;
        Ok(Self {
            folder,
            summary,
            truth,
        })
    }

    /// Every batch of the transactions.
    fn lines(&self) -> Result<Vec<Lines>, Box<dyn Error>> {
        let mut lines = Vec::new();
        for file in &self.summary.files {
            if file.path.starts_with("transactions/") {
                let batches = read(&self.folder.path().join(&file.path))?;
                lines.extend(batches.iter().map(Lines::of));
            }
        }
        Ok(lines)
    }
}

fn read(path: &Path) -> Result<Vec<RecordBatch>, Box<dyn Error>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path)?)?.build()?;
    Ok(reader.collect::<Result<_, _>>()?)
}

/// The columns of a batch of transactions.
struct Lines {
    order_id: StringArray,
    customer_id: StringArray,
    ordered_at: TimestampMicrosecondArray,
    product_id: StringArray,
    quantity: Int32Array,
    revenue: Decimal128Array,
}

impl Lines {
    fn of(batch: &RecordBatch) -> Self {
        Self {
            order_id: batch["order_id"].as_string().clone(),
            customer_id: batch["customer_id"].as_string().clone(),
            ordered_at: batch["ordered_at"]
                .as_primitive::<TimestampMicrosecondType>()
                .clone(),
            product_id: batch["product_id"].as_string().clone(),
            quantity: batch["quantity"].as_primitive::<Int32Type>().clone(),
            revenue: batch["revenue"].as_primitive::<Decimal128Type>().clone(),
        }
    }

    /// What only an exact copy of a line has in common with it.
    fn key(&self, row: usize) -> impl Ord + use<> {
        let order = self
            .order_id
            .is_valid(row)
            .then(|| self.order_id.value(row).to_owned());
        let product = self.product_id.value(row).to_owned();
        let (units, revenue) = (self.quantity.value(row), self.revenue.value(row));
        (order, product, self.ordered_at.value(row), units, revenue)
    }

    fn len(&self) -> usize {
        self.order_id.len()
    }
}

fn every_file(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder)?.to_owned(), fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

#[test]
fn one_seed_gives_the_same_bytes_on_one_thread_and_on_two() -> Outcome {
    let on = |threads| -> Result<_, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let options = Options {
            lines: 60_000,
            partition: Partition::Month,
            ..Options::new(folder.path())
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()?;
        pool.install(|| generate(&options, |_| ()))?;
        every_file(folder.path())
    };
    assert!(
        on(1)? == on(2)?,
        "the bytes depend on the number of threads"
    );
    Ok(())
}

#[test]
fn another_seed_gives_another_shop_of_the_same_size() -> Outcome {
    let (one, other) = (Shop::of(20_000, 1)?, Shop::of(20_000, 2)?);
    assert_ne!(one.summary.revenue, other.summary.revenue);
    for shop in [one, other] {
        let lines = shop.summary.lines;
        assert!(
            (19_600..=20_400).contains(&lines),
            "{lines} lines are not near 20,000"
        );
    }
    Ok(())
}

#[test]
fn a_day_partition_holds_the_same_lines_as_a_month_partition() -> Outcome {
    let revenue = |partition| -> Result<_, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let options = Options {
            lines: 10_000,
            partition,
            ..Options::new(folder.path())
        };
        let summary = generate(&options, |_| ())?;
        Ok((summary.lines, summary.revenue))
    };
    assert_eq!(revenue(Partition::Month)?, revenue(Partition::Day)?);
    Ok(())
}

#[test]
fn totals_of_the_truth_are_those_of_the_files() -> Outcome {
    let shop = Shop::of(30_000, 3)?;
    let lines = shop.lines()?;
    let rows: usize = lines.iter().map(Lines::len).sum();
    let revenue: i128 = lines.iter().flat_map(|l| l.revenue.iter().flatten()).sum();
    let digits = shop.summary.revenue.replace('.', "");
    assert_eq!(u64::try_from(rows)?, shop.summary.lines);
    assert_eq!(revenue, digits.parse::<i128>()?);
    assert_eq!(
        shop.truth["totals"]["all"]["revenue"],
        shop.summary.revenue.as_str()
    );
    for file in &shop.summary.files {
        let rows: usize = read(&shop.folder.path().join(&file.path))?
            .iter()
            .map(RecordBatch::num_rows)
            .sum();
        assert_eq!(u64::try_from(rows)?, file.rows, "{}", file.path);
    }
    Ok(())
}

#[test]
fn every_kind_of_dirt_is_found_as_often_as_the_truth_says() -> Outcome {
    let shop = Shop::of(100_000, 4)?;
    let end_of_2025 = 1_767_225_600_000_000;
    let mut found: BTreeMap<&str, u64> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for lines in shop.lines()? {
        for row in 0..lines.len() {
            let product = lines.product_id.value(row);
            let is_sold = lines.quantity.value(row) > 0 && lines.revenue.is_valid(row);
            let kinds = [
                ("padded_product_id", product.starts_with(' ')),
                ("duplicate", !seen.insert(lines.key(row)) && is_sold),
                ("null_order_id", lines.order_id.is_null(row)),
                ("null_revenue", lines.revenue.is_null(row)),
                ("future_date", lines.ordered_at.value(row) >= end_of_2025),
                (
                    "service_code",
                    !product.trim().starts_with('P') || product == "POSTAGE",
                ),
                ("zero_revenue", is_sold && lines.revenue.value(row) == 0),
                ("negative_revenue", is_sold && lines.revenue.value(row) < 0),
            ];
            for (kind, is_found) in kinds {
                *found.entry(kind).or_default() += u64::from(is_found);
            }
        }
    }
    for (kind, found) in found {
        assert!(found > 0, "no {kind}");
        assert_eq!(shop.truth["dirt"][kind]["lines"], found, "{kind}");
    }
    Ok(())
}

#[test]
fn a_return_takes_back_what_its_customer_bought_within_thirty_days() -> Outcome {
    let shop = Shop::of(30_000, 5)?;
    let lines = shop.lines()?;
    let mut sales: BTreeMap<(&str, &str), Vec<(i64, i32)>> = BTreeMap::new();
    let mut returns = Vec::new();
    for lines in &lines {
        for row in (0..lines.len()).filter(|row| lines.customer_id.is_valid(*row)) {
            // A second id begins with another letter; behind it stands the same number.
            let key = (
                &lines.customer_id.value(row)[1..],
                lines.product_id.value(row).trim(),
            );
            let (at, units) = (lines.ordered_at.value(row), lines.quantity.value(row));
            if units > 0 {
                sales.entry(key).or_default().push((at, units));
            } else {
                returns.push((key, at, -units));
            }
        }
    }
    assert!(!returns.is_empty());
    let days = |count: i64| count * 86_400_000_000;
    for (key, at, units) in returns {
        let is_from = |&(sold_at, sold): &(i64, i32)| {
            sold >= units && sold_at < at && at <= sold_at + days(30)
        };
        assert!(sales[&key].iter().any(is_from), "{key:?} at {at}");
    }
    Ok(())
}

#[test]
fn a_planted_need_comes_up_in_its_window_as_often_as_planted() -> Outcome {
    let mut begun_and_met = [(0.0, 0.0); 4];
    for seed in 10..15 {
        let shop = Shop::of(60_000, seed)?;
        for (sums, planted) in begun_and_met
            .iter_mut()
            .zip(entries(&shop.truth["sequences"]))
        {
            sums.0 += number(&planted["customers_begun"]);
            sums.1 += number(&planted["customers_within_window"]);
        }
    }
    for ((begun, met), expected) in begun_and_met.iter().zip([0.30, 0.45, 0.25, 0.40]) {
        let expected: f64 = expected;
        let error = (expected * (1.0 - expected) / begun).sqrt();
        assert!(
            (met / begun - expected).abs() < 3.5 * error,
            "{met} of {begun}, not {expected}"
        );
    }
    Ok(())
}

#[test]
fn a_planted_pair_goes_together_as_often_as_planted() -> Outcome {
    let shop = Shop::of(200_000, 6)?;
    for pair in entries(&shop.truth["pairs"]) {
        let orders = number(&pair["orders_with_product"]);
        let expected = number(&pair["confidence"]);
        let error = (expected * (1.0 - expected) / orders).sqrt();
        let found = number(&pair["confidence_found"]);
        assert!((found - expected).abs() < 3.5 * error, "{pair}");
        assert!(number(&pair["lift_found"]) > 2.0, "{pair}");
    }
    Ok(())
}

#[test]
fn a_campaign_moves_conversion_by_its_true_effect() -> Outcome {
    let shop = Shop::of(200_000, 7)?;
    for campaign in entries(&shop.truth["campaigns"]) {
        let arms = campaign["arms"].as_object().ok_or("no arms")?;
        let rate = |arm: &Value| number(&arm["converted"]) / number(&arm["exposed"]);
        let variance = |arm: &Value| rate(arm) * (1.0 - rate(arm)) / number(&arm["exposed"]);
        let control = &arms["control"];
        for (name, arm) in arms.iter().filter(|(name, _)| *name != "control") {
            let lift = rate(arm) - rate(control);
            let error = (variance(arm) + variance(control)).sqrt();
            let effect = number(&arm["effect_on_conversion"]);
            assert!((lift - effect).abs() < 3.5 * error, "{name} of {campaign}");
        }
    }
    Ok(())
}

#[test]
fn a_folder_that_holds_something_is_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("notes.txt"), "mine")?;
    let refused = generate(&Options::new(folder.path()), |_| ());
    assert!(matches!(refused, Err(GenerateError::NotEmpty { .. })));
    assert_eq!(fs::read_dir(folder.path())?.count(), 1);
    Ok(())
}

#[test]
fn a_shop_too_small_or_too_short_is_refused() {
    let small = Options {
        lines: 10,
        ..Options::new("never-written")
    };
    assert!(matches!(
        generate(&small, |_| ()),
        Err(GenerateError::Lines { .. })
    ));
    let mut short = Options::new("never-written");
    short.end_date = short.start_date;
    assert!(matches!(
        generate(&short, |_| ()),
        Err(GenerateError::Period { .. })
    ));
    assert!(!Path::new("never-written").exists());
}

fn entries(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}
