//! What goes together, and what comes next, in Online Retail II (Chen 2012, UCI, CC BY 4.0).
//!
//! `cargo run --release -p clientele-model --example online_retail -- [FOLDER]`, where FOLDER, by
//! default `$CLIENTELE_DATA/online_retail_ii`, holds the two sheets of the workbook as
//! `year_2009_2010.parquet` and `year_2010_2011.parquet`. Prints the best rules of baskets and of
//! histories, no two of which share an item.

#![expect(clippy::print_stdout, reason = "a program that prints")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs::File;
use std::path::Path;

use clientele_model::pattern::{
    Baskets, Constraints, GiantPolicy, Params, SequenceRuleParams, Sequences, frequent, rules,
    sequence_rules,
};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

/// Days between 1970-01-01 and 2011-12-09, the last one of the data.
const LAST_DAY: i32 = 15_317;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).map_or_else(
        || Ok(std::env::var("CLIENTELE_DATA")? + "/online_retail_ii"),
        Ok::<String, std::env::VarError>,
    )?;
    let mut shop = Shop::default();
    for sheet in ["year_2009_2010.parquet", "year_2010_2011.parquet"] {
        shop.read(&Path::new(&folder).join(sheet))?;
    }
    let names: Vec<&str> = shop.names.iter().map(String::as_str).collect();
    let text = |items: &[u32]| -> String {
        let names: Vec<&str> = items.iter().map(|&item| names[item as usize]).collect();
        names.join(" + ")
    };

    let mut baskets = Baskets::new(GiantPolicy::Cap(100));
    for items in shop.invoices.values() {
        baskets.push(&items.iter().copied().collect::<Vec<u32>>());
    }
    let params = Params {
        min_count: 200,
        max_length: 3,
        ..Params::default()
    };
    let found = frequent(&baskets, &params, &Constraints::none());
    println!(
        "{} baskets, {} itemsets",
        baskets.len(),
        found.itemsets.len()
    );
    let mut rules = rules(&found, 0.3, &Constraints::none())?;
    rules.retain(|rule| !rule.is_redundant && rule.false_discovery_rate < 0.01);
    rules.sort_by(|left, right| {
        let leverage = |rule: &clientele_model::pattern::Rule| rule.counts.measures().leverage;
        leverage(right).total_cmp(&leverage(left))
    });
    let mut shown = BTreeSet::new();
    let sides = |set| found.itemsets.items(set);
    for rule in &rules {
        let (left, right) = (sides(rule.antecedent), sides(rule.consequent));
        if is_new(&mut shown, left.iter().chain(right)) {
            let measures = rule.counts.measures();
            let (share, times) = (100.0 * measures.confidence, measures.lift);
            println!(
                "{share:3.0} % ({times:4.1} x)  {} => {}",
                text(left),
                text(right)
            );
        }
    }

    let histories: Sequences = shop.customers.values().collect();
    let params = SequenceRuleParams {
        min_converted: 30,
        min_lift: 2.0,
        ..SequenceRuleParams::new(LAST_DAY, vec![90])
    };
    let mut found = sequence_rules(&histories, &params)?;
    println!(
        "{} customers, {} rules within 90 days",
        histories.len(),
        found.rules.len()
    );
    found
        .rules
        .sort_by(|left, right| right.interval[0].total_cmp(&left.interval[0]));
    let mut shown = BTreeSet::new();
    for rule in &found.rules {
        let left = found.antecedents.items(rule.antecedent);
        let right = [rule.consequent];
        if left != right && is_new(&mut shown, left.iter().chain(&right)) {
            let (share, base) = (100.0 * rule.probability, 100.0 * rule.base_rate);
            println!(
                "{share:3.0} % (of all {base:2.0} %)  {} -> {}",
                text(left),
                text(&right)
            );
        }
    }
    Ok(())
}

/// Whether fewer than ten lines were shown, and none with one of `items`, which are now.
fn is_new<'a>(shown: &mut BTreeSet<u32>, items: impl Iterator<Item = &'a u32> + Clone) -> bool {
    let is_new = shown.len() < 20 && items.clone().all(|item| !shown.contains(item));
    if is_new {
        shown.extend(items);
    }
    is_new
}

/// Who bought what: product codes are numbered as they come, cancellations and fees left out.
#[derive(Default)]
struct Shop {
    codes: BTreeMap<String, u32>,
    names: Vec<String>,
    invoices: BTreeMap<String, BTreeSet<u32>>,
    customers: BTreeMap<i64, Vec<(i32, u32)>>,
}

impl Shop {
    fn read(&mut self, sheet: &Path) -> Result<(), Box<dyn Error>> {
        let file = File::open(sheet).map_err(|error| format!("{}: {error}", sheet.display()))?;
        for row in SerializedFileReader::new(file)?.get_row_iter(None)? {
            self.add(&row?)?;
        }
        Ok(())
    }

    fn add(&mut self, row: &Row) -> Result<(), Box<dyn Error>> {
        let fields: BTreeMap<&str, &Field> = row
            .get_column_iter()
            .map(|(name, field)| (name.as_str(), field))
            .collect();
        let text = |name| match fields.get(name) {
            Some(Field::Str(text)) => text.trim(),
            _ => "",
        };
        let (invoice, product) = (text("Invoice"), text("StockCode"));
        let is_sold = matches!(fields.get("Quantity"), Some(Field::Int(pieces)) if *pieces > 0);
        // Codes of products begin with a digit, numbers of sales too.
        let is_code = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
        if !(is_sold && is_code(invoice) && is_code(product)) {
            return Ok(());
        }
        let known = self.codes.len();
        let item = *self
            .codes
            .entry(product.to_uppercase())
            .or_insert(u32::try_from(known)?);
        // Of several descriptions the longest: others are notes of the warehouse.
        let name = text("Description").to_lowercase();
        self.names.resize(self.codes.len(), String::new());
        let known = &mut self.names[item as usize];
        if name.len() > known.len() {
            *known = name;
        }
        self.invoices
            .entry(invoice.to_owned())
            .or_default()
            .insert(item);
        if let (Some(Field::Int(customer)), Some(Field::TimestampMillis(at))) =
            (fields.get("Customer ID"), fields.get("InvoiceDate"))
        {
            let day = i32::try_from(at.div_euclid(86_400_000))?;
            let history = self.customers.entry(i64::from(*customer)).or_default();
            history.push((day, item));
        }
        Ok(())
    }
}
