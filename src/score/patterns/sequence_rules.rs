//! Rules with time, to a table and back: who bought the left side buys the right side within days.

use super::super::columns::{
    count_list, count_lists, counts, number_list, number_lists, numbers, of_count_lists, of_counts,
    of_number_lists, of_numbers, of_texts, schema, texts,
};
use super::super::{gathered, said};
use super::gather::Histories;
use super::items::Items;
use crate::job::{Job, SequenceModels};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{SequenceRule, SequenceRuleParams, SequenceRules, sequence_rules};
use datafusion::error::Result;

/// Days count from the run date, the last one observed.
pub(super) const LAST_DAY: i32 = 0;

/// Finds the rules in the histories of `features.purchase_days`, bounded in memory.
pub(crate) fn find_sequence_rules(
    rows: Rows,
    given: &Given,
    (job, memory_bytes): (&Job, usize),
) -> Result<Rows> {
    let settings = job.models.sequences.clone();
    let items = Items::read(given)?;
    Ok(gathered(
        (rows, Histories::KEY),
        &rule_schema(),
        Histories::default(),
        Histories::take,
        move |histories| {
            let params = SequenceRuleParams {
                min_converted: settings.min_converted,
                max_antecedent: settings.max_antecedent,
                together_days: settings.together_days,
                limit_bytes: memory_bytes.saturating_sub(histories.bytes()),
                ..SequenceRuleParams::new(LAST_DAY, settings.windows_days.clone())
            };
            let mut found = sequence_rules(&histories.sequences, &params).map_err(said)?;
            found.rules.retain(|rule| is_telling(rule, &settings));
            table(&found, &items)
        },
    ))
}

/// Whether a rule is probable, more than the base rate, and no accident.
fn is_telling(rule: &SequenceRule, settings: &SequenceModels) -> bool {
    rule.probability >= settings.min_probability
        && rule.lift > 1.0
        && rule.false_discovery_rate <= settings.max_false_discovery_rate
}

fn table(found: &SequenceRules, items: &Items) -> Result<RecordBatch> {
    let rules = &found.rules;
    let left = |rule: &SequenceRule| found.antecedents.items(rule.antecedent);
    let text = |kind: usize, is_left: bool| {
        let text = |rule: &SequenceRule| {
            let texts = if is_left {
                items.texts(left(rule))
            } else {
                items.texts(&[rule.consequent])
            };
            texts.into_iter().nth(kind).unwrap_or_default()
        };
        of_texts(rules.iter().map(text))
    };
    let count =
        |of: fn(&SequenceRule) -> u32| of_counts(rules.iter().map(|rule| i64::from(of(rule))));
    let number = |of: fn(&SequenceRule) -> f64| of_numbers(rules.iter().map(of));
    let columns = vec![
        text(0, true),
        text(0, false),
        text(1, true),
        text(1, false),
        of_count_lists(rules.iter().map(left)),
        count(|rule| rule.consequent),
        count(|rule| rule.window_days),
        count(|rule| rule.at_risk),
        count(|rule| rule.converted),
        number(|rule| rule.probability),
        number(|rule| rule.standard_error),
        number(|rule| rule.interval[0]),
        number(|rule| rule.interval[1]),
        count(|rule| rule.median_days),
        number(|rule| rule.base_rate),
        number(|rule| rule.lift),
        number(|rule| rule.p_value),
        number(|rule| rule.false_discovery_rate),
        of_count_lists(rules.iter().map(|rule| found.curve(rule).0)),
        of_number_lists(rules.iter().map(|rule| found.curve(rule).1)),
    ];
    Ok(RecordBatch::try_new(rule_schema(), columns)?)
}

fn rule_schema() -> SchemaRef {
    let (text, count, number) = (DataType::Utf8, DataType::Int64, DataType::Float64);
    schema([
        ("antecedent", text.clone()),
        ("consequent", text.clone()),
        ("antecedent_names", text.clone()),
        ("consequent_name", text),
        ("antecedent_codes", count_list()),
        ("consequent_code", count.clone()),
        ("window_days", count.clone()),
        ("risk_count", count.clone()),
        ("converted_count", count.clone()),
        ("probability", number.clone()),
        ("standard_error", number.clone()),
        ("probability_lower", number.clone()),
        ("probability_upper", number.clone()),
        ("days_median", count),
        ("base_rate", number.clone()),
        ("lift", number.clone()),
        ("p_value", number.clone()),
        ("false_discovery_rate", number),
        ("step_days", count_list()),
        ("step_survivals", number_list()),
    ])
}

/// The rules of the given table that tell the next purchase, and the ids on the left of each.
pub(super) fn stored(
    given: &Given,
    settings: &SequenceModels,
) -> Result<(SequenceRules, Vec<String>)> {
    let mut stored = Vec::new();
    for rows in given.get("scores.sequence_rules").into_iter().flatten() {
        let count = |name| counts(rows, name);
        let number = |name| numbers(rows, name);
        let (consequent, window, median) = (
            count("consequent_code")?,
            count("window_days")?,
            count("days_median")?,
        );
        let (at_risk, converted) = (count("risk_count")?, count("converted_count")?);
        let (probability, error) = (number("probability")?, number("standard_error")?);
        let (lower, upper) = (number("probability_lower")?, number("probability_upper")?);
        let (base_rate, lift) = (number("base_rate")?, number("lift")?);
        let (p_value, rate) = (number("p_value")?, number("false_discovery_rate")?);
        let curves = count_lists(rows, "step_days")?.into_iter();
        let curves = curves.zip(number_lists(rows, "step_survivals")?);
        let antecedents = count_lists(rows, "antecedent_codes")?.into_iter();
        let antecedents = antecedents.zip(texts(rows, "antecedent")?);
        for (row, (antecedent, curve)) in antecedents.zip(curves).enumerate() {
            let rule = SequenceRule {
                antecedent: 0,
                consequent: consequent[row],
                window_days: window[row],
                at_risk: at_risk[row],
                converted: converted[row],
                probability: probability[row],
                standard_error: error[row],
                interval: [lower[row], upper[row]],
                median_days: median[row],
                base_rate: base_rate[row],
                lift: lift[row],
                p_value: p_value[row],
                false_discovery_rate: rate[row],
                curve: 0,
            };
            stored.push((antecedent, rule, curve));
        }
    }
    stored.retain(|(_, rule, _)| rule.window_days <= settings.next_window_days);
    stored.sort_by(|(left, rule, _), (other, second, _)| {
        let by_right =
            (rule.consequent, rule.window_days).cmp(&(second.consequent, second.window_days));
        left.cmp(other).then(by_right)
    });
    let mut rules = SequenceRules::default();
    rules.together_days = settings.together_days;
    let mut texts = Vec::new();
    for ((codes, text), rule, (days, survivals)) in stored {
        rules.restore(&codes, rule, days.into_iter().zip(survivals));
        texts.push(text);
    }
    Ok((rules, texts))
}
