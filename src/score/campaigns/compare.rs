//! Every treated arm against its control group, by campaign, outcome and slice.

use super::super::columns::{numbers, of_numbers, of_texts, texts};
use super::super::whole;
use super::{CONTROL, beside, widened};
use crate::job::{CampaignModels, Job};
use crate::stage::Rows;
use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use clientele_model::experiment::{
    Comparison, Design, Moments, SampleRatio, Sums, boundaries, compare, incremental, sample_ratio,
    verdict,
};
use clientele_model::significance::false_discovery_rates;
use datafusion::error::Result;
use std::collections::BTreeMap;

/// The slice that holds everybody.
const ALL: &str = "all";

/// The outcome that a cost is set against.
const MARGIN: &str = "margin";

/// What is answered, in this order.
const NUMBERS: [&str; 18] = [
    "effect",
    "effect_error",
    "effect_lower",
    "effect_upper",
    "lift",
    "lift_lower",
    "lift_upper",
    "p_value",
    "false_discovery_rate",
    "test_level",
    "variance_reduction",
    "sample_ratio_p",
    "smallest_effect",
    "margin_incremental",
    "margin_incremental_lower",
    "margin_incremental_upper",
    "net_margin",
    "return_on_investment",
];
const TEXTS: [&str; 2] = ["verdict", "next_step"];

/// Compares the arms of `features.campaign_sums`.
pub(crate) fn compare_arms(rows: Rows, job: &Job) -> Rows {
    let settings = job.models.campaigns.clone();
    let answers = NUMBERS
        .map(|name| (name, DataType::Float64))
        .into_iter()
        .chain(TEXTS.map(|name| (name, DataType::Utf8)));
    let schema = widened(&rows.schema(), answers);
    whole(rows, &schema.clone(), move |rows| {
        let arms = Arms::read(rows)?;
        let answers = arms.compared(&settings);
        let columns = (0..NUMBERS.len())
            .map(|column| of_numbers(answers.iter().map(|answer| answer.numbers[column])));
        let texts = (0..TEXTS.len())
            .map(|column| of_texts(answers.iter().map(|answer| answer.texts[column])));
        beside(rows, &schema, columns.chain(texts))
    })
}

/// The arms as the query gives them, one per row.
struct Arms {
    /// Campaign, outcome, dimension and slice.
    groups: Vec<[String; 4]>,
    names: Vec<String>,
    sums: Vec<Sums>,
    costs: Vec<f64>,
    shares: Vec<f64>,
    fractions: Vec<f64>,
}

/// What is said of one arm.
#[derive(Clone)]
struct Answer {
    numbers: [f64; NUMBERS.len()],
    texts: [&'static str; TEXTS.len()],
}

/// A treated arm beside its control group.
struct Tested {
    row: usize,
    comparison: Comparison,
    /// An effect from which on the outcome pays.
    break_even: f64,
    smallest_effect: f64,
    /// Sizes of the arms, of the slice or of the whole campaign: those that fit the plan less.
    ratio: SampleRatio,
}

impl Arms {
    fn read(rows: &RecordBatch) -> Result<Self> {
        let [campaigns, outcomes, dimensions, slices] =
            ["campaign_id", "outcome", "dimension", "slice"].map(|name| texts(rows, name));
        let (outcomes, dimensions, slices) = (outcomes?, dimensions?, slices?);
        let groups = campaigns?.into_iter().enumerate().map(|(row, campaign)| {
            let [outcome, dimension, slice] =
                [&outcomes, &dimensions, &slices].map(|names| names[row].clone());
            [campaign, outcome, dimension, slice]
        });
        let [
            count,
            outcome,
            outcome_squared,
            covariate,
            covariate_squared,
            product,
        ] = [
            "customer_count",
            "outcome_sum",
            "outcome_squares",
            "covariate_sum",
            "covariate_squares",
            "product_sum",
        ]
        .map(|name| numbers(rows, name));
        let (count, outcome, outcome_squared) = (count?, outcome?, outcome_squared?);
        let (covariate, covariate_squared, product) = (covariate?, covariate_squared?, product?);
        let sums = (0..count.len()).map(|row| Sums {
            count: count[row],
            outcome: outcome[row],
            outcome_squared: outcome_squared[row],
            covariate: covariate[row],
            covariate_squared: covariate_squared[row],
            product: product[row],
        });
        Ok(Self {
            groups: groups.collect(),
            names: texts(rows, "arm")?,
            sums: sums.collect(),
            costs: numbers(rows, "contact_cost")?,
            shares: numbers(rows, "planned_share")?,
            fractions: numbers(rows, "look_fraction")?,
        })
    }

    fn compared(&self, settings: &CampaignModels) -> Vec<Answer> {
        let nothing = Answer {
            numbers: [f64::NAN; NUMBERS.len()],
            texts: [""; TEXTS.len()],
        };
        let mut answers = vec![nothing; self.names.len()];
        let mut groups: BTreeMap<&[String; 4], Vec<usize>> = BTreeMap::new();
        for (row, group) in self.groups.iter().enumerate() {
            groups.entry(group).or_default().push(row);
        }
        // Tests that are read together: the arms of a campaign, or its arms in all slices.
        let mut families: BTreeMap<(&str, &str, bool), Vec<Tested>> = BTreeMap::new();
        let mut whole_ratios: BTreeMap<(&str, &str), SampleRatio> = BTreeMap::new();
        for (group, rows) in &groups {
            let [campaign, outcome, dimension, _] = group.each_ref().map(String::as_str);
            let own = self.ratio(rows);
            // `all` comes first, and a slice of a campaign that is not what the lottery made says nothing either.
            let whole = whole_ratios.entry((campaign, outcome));
            let whole = whole.or_insert_with(|| own.clone());
            let ratio = if whole.is_mismatch() { whole } else { &own };
            let family = families.entry((campaign, outcome, dimension == ALL));
            let tested = self.tested(rows, outcome, ratio, settings);
            family.or_default().extend(tested);
        }
        for ((_, outcome, _), family) in families {
            let p_values: Vec<f64> = family
                .iter()
                .map(|tested| tested.comparison.adjusted.p_value(tested.break_even))
                .collect();
            for (tested, rate) in family.iter().zip(false_discovery_rates(&p_values)) {
                answers[tested.row] = self.answer(tested, outcome, rate, settings);
            }
        }
        answers
    }

    /// Sizes of the arms against the shares that the job plans; unknown where it plans none.
    fn ratio(&self, rows: &[usize]) -> SampleRatio {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "customers are whole and not negative"
        )]
        let counts: Vec<u64> = rows
            .iter()
            .map(|row| self.sums[*row].count as u64)
            .collect();
        let shares: Vec<f64> = rows.iter().map(|row| self.shares[*row]).collect();
        sample_ratio(&counts, &shares).unwrap_or(SampleRatio {
            expected: Vec::new(),
            chi_squared: f64::NAN,
            p_value: f64::NAN,
        })
    }

    /// The treated arms of a group against its control; none where there is nothing to compare.
    fn tested(
        &self,
        rows: &[usize],
        outcome: &str,
        ratio: &SampleRatio,
        settings: &CampaignModels,
    ) -> Vec<Tested> {
        let (control, treated): (Vec<usize>, Vec<usize>) =
            rows.iter().partition(|row| self.names[**row] == CONTROL);
        let moments = |rows: &[usize]| -> Vec<(usize, Moments)> {
            let some = |row: &usize| Some((*row, self.sums[*row].moments().ok()?));
            rows.iter().filter_map(some).collect()
        };
        let (control, treated) = (moments(&control), moments(&treated));
        let Some((nobody, control)) = control.first() else {
            return Vec::new();
        };
        let arms: Vec<Moments> = treated.iter().map(|(_, moments)| *moments).collect();
        let found = compare(control, &arms, 1.0 - settings.alpha).unwrap_or_default();
        let a_head = |row: usize| self.costs[row] / self.sums[row].count;
        let tested = treated
            .iter()
            .zip(found)
            .map(|((row, moments), comparison)| {
                let left = 1.0 - comparison.variance_reduction;
                let customers = moments.count + control.count;
                let design = Design {
                    treated_variance: moments.variance * left,
                    control_variance: control.variance * left,
                    treated_share: moments.count / customers,
                    alpha: settings.alpha,
                    power: settings.power,
                };
                let cost = a_head(*row) - a_head(*nobody);
                Tested {
                    row: *row,
                    comparison,
                    break_even: if outcome == MARGIN { cost } else { 0.0 },
                    smallest_effect: design.smallest_effect(customers).unwrap_or(f64::NAN),
                    ratio: ratio.clone(),
                }
            });
        tested.collect()
    }

    fn answer(
        &self,
        tested: &Tested,
        outcome: &str,
        rate: f64,
        settings: &CampaignModels,
    ) -> Answer {
        let (row, comparison) = (tested.row, &tested.comparison);
        let effect = &comparison.adjusted;
        let level = 1.0 - settings.alpha;
        let interval = effect.interval(level);
        let alpha = level_of_look(self.fractions[row], settings.alpha);
        let lift = comparison.lift;
        let lift_ends = lift.and_then(|lift| lift.interval);
        let treated = self.sums[row].count;
        let cost = tested.break_even * treated;
        let money = (outcome == MARGIN)
            .then(|| incremental(effect, treated, cost, level).ok())
            .flatten();
        let of_money = |of: fn(&clientele_model::experiment::Incremental) -> f64| {
            money.as_ref().map_or(f64::NAN, of)
        };
        let said = verdict(effect.value - tested.break_even, rate, alpha, &tested.ratio);
        Answer {
            numbers: [
                effect.value,
                effect.standard_error,
                interval.lower,
                interval.upper,
                lift.map_or(f64::NAN, |lift| lift.value),
                lift_ends.map_or(f64::NAN, |ends| ends.lower),
                lift_ends.map_or(f64::NAN, |ends| ends.upper),
                effect.p_value(0.0),
                rate,
                alpha,
                comparison.variance_reduction,
                tested.ratio.p_value,
                tested.smallest_effect,
                of_money(|money| money.margin),
                of_money(|money| money.margin_interval.lower),
                of_money(|money| money.margin_interval.upper),
                of_money(|money| money.net),
                of_money(|money| money.return_on_investment.unwrap_or(f64::NAN)),
            ],
            texts: [said.name(), said.next_step()],
        }
    }
}

/// The level to test at when this part of the customers has been seen: far below alpha at an early look.
fn level_of_look(fraction: f64, alpha: f64) -> f64 {
    if fraction < 1.0 {
        let looks = boundaries(&[fraction], alpha).unwrap_or_default();
        looks.first().map_or(0.0, |look| look.level)
    } else {
        alpha
    }
}
