//! Rules between the items of frequent itemsets: who has the left side also has the right.

use super::super::columns::{
    count_list, count_lists, counts, of_count_lists, of_counts, of_numbers, of_texts, schema,
};
use super::super::{said, whole};
use super::items::Items;
use crate::job::{BasketModels, Job};
use crate::stage::{Given, Rows};
use arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{Constraints, Frequent, Measures, Rule, rules};
use datafusion::error::Result;
use std::sync::Arc;

/// Finds the rules in `scores.itemsets`.
pub(crate) fn find_rules(rows: Rows, given: &Given, job: &Job) -> Result<Rows> {
    let settings = job.models.baskets.clone();
    let items = Items::read(given)?;
    let constraints = items.constraints(&settings)?;
    Ok(whole(rows, &rule_schema(), move |rows| {
        let mined = Mined::read(rows)?;
        let rules = mined.rules(&settings, &constraints)?;
        mined.table(&rules, &items)
    }))
}

/// The itemsets of a table, and their counts in each period.
struct Mined {
    frequent: Frequent,
    /// Baskets, and those that contain each set.
    folds: Vec<(usize, Vec<u32>)>,
}

impl Mined {
    fn read(rows: &RecordBatch) -> Result<Self> {
        let sets = count_lists(rows, "item_codes")?;
        let basket_counts = counts(rows, "basket_count")?;
        let fold_counts = count_lists(rows, "fold_counts")?;
        let used = counts(rows, "support_count_used")?;
        let folds = fold_counts.first().map_or(0, Vec::len);
        // the first row is the empty set, which all baskets contain
        let folds = (0..folds).map(|fold| {
            let mut counts: Vec<u32> = fold_counts.iter().map(|counts| counts[fold]).collect();
            (counts.remove(0) as usize, counts)
        });
        Ok(Self {
            folds: folds.filter(|(baskets, _)| *baskets > 0).collect(),
            frequent: Frequent {
                itemsets: sets
                    .into_iter()
                    .zip(basket_counts.iter().copied())
                    .skip(1)
                    .collect(),
                min_count: used.first().copied().unwrap_or(0),
                baskets: basket_counts.first().copied().unwrap_or(0) as usize,
            },
        })
    }

    /// The confident rules, each with the number of periods in which it holds: those that are no accident and steady.
    fn rules(
        &self,
        settings: &BasketModels,
        constraints: &Constraints,
    ) -> Result<Vec<(Rule, usize)>> {
        let confident = settings.min_confidence;
        let steady = settings.min_folds.min(self.folds.len());
        let found = rules(&self.frequent, confident, constraints).map_err(said)?;
        let sure = |rule: &Rule| rule.false_discovery_rate <= settings.max_false_discovery_rate;
        let held = |rule: &Rule| {
            let holds = |(baskets, counts): &&(usize, Vec<u32>)| {
                rule.counts_in(counts, *baskets).holds(confident)
            };
            self.folds.iter().filter(holds).count()
        };
        Ok(found
            .into_iter()
            .filter(sure)
            .map(|rule| (rule, held(&rule)))
            .filter(|(_, held)| *held >= steady)
            .collect())
    }

    fn table(&self, rules: &[(Rule, usize)], items: &Items) -> Result<RecordBatch> {
        let itemsets = &self.frequent.itemsets;
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
        let number = |of: &dyn Fn(&Measures) -> f64| of_numbers(measures.iter().map(of));
        let of_rule = |of: fn(&Rule) -> f64| of_numbers(rules.iter().map(|(rule, _)| of(rule)));
        let antecedent = |rule: &Rule| rule.antecedent;
        let consequent = |rule: &Rule| rule.consequent;
        let whole = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let columns: Vec<ArrayRef> = vec![
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
            number(&|found| found.support),
            number(&|found| found.confidence),
            number(&|found| found.confidence_interval[0]),
            number(&|found| found.confidence_interval[1]),
            number(&|found| found.lift),
            number(&|found| found.lift_interval[0]),
            number(&|found| found.lift_interval[1]),
            number(&|found| found.leverage),
            number(&|found| found.conviction),
            number(&|found| found.zhang),
            number(&|found| found.kulczynski),
            number(&|found| found.imbalance),
            number(&|found| found.cosine),
            number(&|found| found.jaccard),
            number(&|found| found.phi),
            number(&|found| found.chi_squared),
            number(&|found| found.chi_squared_p),
            of_rule(|rule| rule.fisher_p),
            of_rule(|rule| rule.false_discovery_rate),
            Arc::new(
                rules
                    .iter()
                    .map(|(rule, _)| Some(rule.is_redundant))
                    .collect::<BooleanArray>(),
            ),
            count(&|_| whole(self.folds.len())),
            count(&|(_, held)| whole(*held)),
        ];
        Ok(RecordBatch::try_new(rule_schema(), columns)?)
    }
}

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
    let numbers = [
        "support",
        "confidence",
        "confidence_lower",
        "confidence_upper",
        "lift",
        "lift_lower",
        "lift_upper",
        "leverage",
        "conviction",
        "zhang",
        "kulczynski",
        "imbalance",
        "cosine",
        "jaccard",
        "phi",
        "chi_squared",
        "chi_squared_p",
        "fisher_p",
        "false_discovery_rate",
    ];
    let columns = texts.map(|name| (name, DataType::Utf8)).into_iter();
    schema(
        columns
            .chain([("antecedent_codes", count_list())])
            .chain(counts.map(|name| (name, DataType::Int64)))
            .chain(numbers.map(|name| (name, DataType::Float64)))
            .chain([("is_redundant", DataType::Boolean)])
            .chain(["fold_count", "fold_held_count"].map(|name| (name, DataType::Int64))),
    )
}
