//! Rules between the items of frequent itemsets: who has the left side also has the right.

use super::super::columns::{
    count_list, count_lists, counts, of_count_lists, of_counts, of_numbers, of_texts, schema,
};
use super::super::{gathered, in_batches, said};
use super::items::Items;
use crate::job::{BasketModels, Job};
use crate::stage::{Given, Rows};
use arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{Constraints, Frequent, Measures, Rule, rules};
use datafusion::error::Result;
use std::ops::Range;
use std::sync::Arc;

/// Finds the rules in `scores.itemsets`.
pub(crate) fn find_rules(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let settings = job.models.baskets.clone();
    let items = Items::read(given)?;
    let constraints = items.constraints(&settings)?;
    Ok(gathered(
        (rows, "itemset_id"),
        &rule_schema(),
        Mined::default(),
        Mined::take,
        move |mined| {
            let rules = mined.rules(&settings, &constraints)?;
            let count = rules.len();
            let batch = move |rows: Range<usize>| mined.table(&rules, rows, &items);
            Ok(in_batches(count, batch))
        },
    ))
}

/// The itemsets of a table, and their counts in each period.
#[derive(Default)]
struct Mined {
    frequent: Frequent,
    /// Baskets, and those that contain each set.
    folds: Vec<(usize, Vec<u32>)>,
}

impl Mined {
    /// Takes more itemsets; the first row of all is the empty set, which all baskets contain.
    fn take(&mut self, rows: &RecordBatch) -> Result<()> {
        let sets = count_lists(rows, "item_codes")?.into_iter();
        let sets = sets.zip(counts(rows, "basket_count")?);
        let folds = count_lists(rows, "fold_counts")?;
        for ((items, baskets), folds) in sets.zip(folds) {
            if items.is_empty() {
                self.frequent.baskets = baskets as usize;
                let sizes = folds.iter().map(|size| (*size as usize, Vec::new()));
                self.folds = sizes.collect();
                continue;
            }
            self.frequent.itemsets.extend([(items, baskets)]);
            for ((_, counts), count) in self.folds.iter_mut().zip(folds) {
                counts.push(count);
            }
        }
        Ok(())
    }

    /// Periods with baskets.
    fn folds(&self) -> impl Iterator<Item = &(usize, Vec<u32>)> {
        self.folds.iter().filter(|(baskets, _)| *baskets > 0)
    }

    /// The confident rules, each with the number of periods in which it holds: those that are no accident and steady.
    fn rules(
        &self,
        settings: &BasketModels,
        constraints: &Constraints,
    ) -> Result<Vec<(Rule, usize)>> {
        let confident = settings.min_confidence;
        let steady = settings.min_folds.min(self.folds().count());
        let found = rules(&self.frequent, confident, constraints).map_err(said)?;
        let sure = |rule: &Rule| rule.false_discovery_rate <= settings.max_false_discovery_rate;
        let held = |rule: &Rule| {
            let holds = |(baskets, counts): &&(usize, Vec<u32>)| {
                rule.counts_in(counts, *baskets).holds(confident)
            };
            self.folds().filter(holds).count()
        };
        Ok(found
            .into_iter()
            .filter(sure)
            .map(|rule| (rule, held(&rule)))
            .filter(|(_, held)| *held >= steady)
            .collect())
    }

    /// Some of the rows of the answer.
    fn table(
        &self,
        rules: &[(Rule, usize)],
        rows: Range<usize>,
        items: &Items,
    ) -> Result<RecordBatch> {
        let itemsets = &self.frequent.itemsets;
        let ids = of_counts(rows.clone().map(|row| row as i64));
        let rules = &rules[rows];
        let measures: Vec<Measures> = rules
            .iter()
            .map(|(rule, _)| rule.counts.measures())
            .collect();
        let texts = |side: fn(&Rule) -> usize, kind: usize| {
            let text = |(rule, _): &(Rule, usize)| {
                let texts = items.texts(itemsets.items(side(rule)));
                texts.into_iter().nth(kind).unwrap_or_default()
            };
            of_texts(rules.iter().map(text))
        };
        let count = |of: &dyn Fn(&(Rule, usize)) -> u32| {
            of_counts(rules.iter().map(|rule| i64::from(of(rule))))
        };
        let of_rule = |of: fn(&Rule) -> f64| of_numbers(rules.iter().map(|(rule, _)| of(rule)));
        let antecedent = |rule: &Rule| rule.antecedent;
        let consequent = |rule: &Rule| rule.consequent;
        let whole = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let mut columns: Vec<ArrayRef> = vec![
            ids,
            texts(antecedent, 0),
            texts(consequent, 0),
            texts(antecedent, 1),
            texts(consequent, 1),
            of_count_lists(
                rules
                    .iter()
                    .map(|(rule, _)| itemsets.items(rule.antecedent)),
            ),
            count(&|(rule, _)| itemsets.items(rule.consequent)[0]),
            count(&|(rule, _)| rule.counts.both),
            count(&|(rule, _)| rule.counts.antecedent),
            count(&|(rule, _)| rule.counts.consequent),
            count(&|(rule, _)| rule.counts.baskets),
        ];
        columns.extend(MEASURES.map(|(_, of)| of_numbers(measures.iter().map(of))));
        columns.extend([
            of_rule(|rule| rule.fisher_p),
            of_rule(|rule| rule.false_discovery_rate),
            Arc::new(
                rules
                    .iter()
                    .map(|(rule, _)| Some(rule.is_redundant))
                    .collect::<BooleanArray>(),
            ),
            count(&|_| whole(self.folds().count())),
            count(&|(_, held)| whole(*held)),
        ]);
        Ok(RecordBatch::try_new(rule_schema(), columns)?)
    }
}

/// A column, and what it tells of a rule.
type Measure = (&'static str, fn(&Measures) -> f64);

/// The measures of a rule.
const MEASURES: [Measure; 17] = [
    ("support", |found| found.support),
    ("confidence", |found| found.confidence),
    ("confidence_lower", |found| found.confidence_interval[0]),
    ("confidence_upper", |found| found.confidence_interval[1]),
    ("lift", |found| found.lift),
    ("lift_lower", |found| found.lift_interval[0]),
    ("lift_upper", |found| found.lift_interval[1]),
    ("leverage", |found| found.leverage),
    ("conviction", |found| found.conviction),
    ("zhang", |found| found.zhang),
    ("kulczynski", |found| found.kulczynski),
    ("imbalance", |found| found.imbalance),
    ("cosine", |found| found.cosine),
    ("jaccard", |found| found.jaccard),
    ("phi", |found| found.phi),
    ("chi_squared", |found| found.chi_squared),
    ("chi_squared_p", |found| found.chi_squared_p),
];

fn rule_schema() -> SchemaRef {
    let texts = [
        "antecedent",
        "consequent",
        "antecedent_names",
        "consequent_name",
    ];
    let counts = [
        "consequent_code",
        "both_count",
        "antecedent_count",
        "consequent_count",
        "basket_count",
    ];
    schema(
        [("rule_id", DataType::Int64)]
            .into_iter()
            .chain(texts.map(|name| (name, DataType::Utf8)))
            .chain([("antecedent_codes", count_list())])
            .chain(counts.map(|name| (name, DataType::Int64)))
            .chain(MEASURES.map(|(name, _)| (name, DataType::Float64)))
            .chain(["fisher_p", "false_discovery_rate"].map(|name| (name, DataType::Float64)))
            .chain([("is_redundant", DataType::Boolean)])
            .chain(["fold_count", "fold_held_count"].map(|name| (name, DataType::Int64))),
    )
}
