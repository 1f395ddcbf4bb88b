//! Rules with time, to a table and back: who bought the left side buys the right side within days.

use super::super::columns::{
    count_list, count_lists, counts, number_list, number_lists, of_count_lists, of_counts,
    of_number_lists, of_numbers, of_texts, schema,
};
use super::super::{Room, gathered, in_batches, said};
use super::gather::AllHistories;
use super::items::Items;
use super::min_count;
use crate::job::{Job, SequenceModels};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use clientele_model::pattern::{
    SequenceRule, SequenceRuleParams, SequenceRules, Sequences, sequence_rules_in_pieces,
};
use datafusion::error::Result;
use std::ops::Range;

/// Days count from the run date, the last one observed.
pub(super) const LAST_DAY: i32 = 0;

/// Finds the rules in the histories of `features.purchase_days`, bounded in memory.
pub(crate) fn find_sequence_rules(
    rows: Rows,
    given: &Given,
    (job, room): (&Job, &Room),
) -> Result<Rows> {
    let settings = job.models.sequences.clone();
    let items = Items::read(given)?;
    let limit_bytes = room.memory_bytes / 2;
    Ok(gathered(
        (rows, AllHistories::KEY),
        &rule_schema(),
        AllHistories::new(0, room),
        AllHistories::take,
        move |histories| {
            let (count, share) = (settings.min_converted, settings.min_converted_share);
            let params = SequenceRuleParams {
                min_converted: min_count(count, share, histories.customers),
                min_probability: settings.min_probability,
                min_lift: settings.min_lift,
                max_antecedent: settings.max_antecedent,
                together_days: settings.together_days,
                limit_bytes,
                ..SequenceRuleParams::new(LAST_DAY, settings.windows_days.clone())
            };
            let read = |see: &mut dyn FnMut(&Sequences)| histories.pieces.each(see);
            let mut found = sequence_rules_in_pieces(read, &params)?.map_err(said)?;
            let is_no_accident = |rule: &SequenceRule| {
                rule.false_discovery_rate <= settings.max_false_discovery_rate
            };
            found.rules.retain(is_no_accident);
            found.drop_redundant();
            // First of all customers: what they bought, no rule says.
            let all = SequenceRule {
                consequent: u32::MAX,
                at_risk: u32::try_from(histories.customers).unwrap_or(u32::MAX),
                ..SequenceRule::default()
            };
            found.restore(&[], all, std::iter::empty());
            found.rules.rotate_right(1);
            let (rows, pieces) = (found.rules.len(), histories.pieces.len());
            drop(histories);
            let longest = settings.next_window_days;
            let batch = move |rows| table(&found, rows, pieces, (&items, longest));
            Ok(in_batches(rows, batch))
        },
    ))
}

/// Some rows of the answer; curves only of the rules that tell the next purchase, no longer than their windows.
fn table(
    found: &SequenceRules,
    rows: Range<usize>,
    pieces: usize,
    (items, longest): (&Items, u32),
) -> Result<RecordBatch> {
    let ids = of_counts(rows.clone().map(|row| row as i64));
    let rules = &found.rules[rows];
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
    let steps = |rule: &SequenceRule| {
        let (days, survivals) = found.curve(rule);
        let window = if rule.window_days <= longest {
            rule.window_days
        } else {
            0
        };
        let steps = days.partition_point(|day| *day <= window);
        (&days[..steps], &survivals[..steps])
    };
    let columns = vec![
        ids,
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
        of_count_lists(rules.iter().map(|rule| steps(rule).0)),
        of_number_lists(rules.iter().map(|rule| steps(rule).1)),
        of_counts(rules.iter().map(|_| i64::from(found.min_converted))),
        of_counts(
            rules
                .iter()
                .map(|_| i64::try_from(pieces).unwrap_or(i64::MAX)),
        ),
    ];
    Ok(RecordBatch::try_new(rule_schema(), columns)?)
}

fn rule_schema() -> SchemaRef {
    let (text, count, number) = (DataType::Utf8, DataType::Int64, DataType::Float64);
    schema([
        ("rule_id", count.clone()),
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
        ("days_median", count.clone()),
        ("base_rate", number.clone()),
        ("lift", number.clone()),
        ("p_value", number.clone()),
        ("false_discovery_rate", number),
        ("step_days", count_list()),
        ("step_survivals", number_list()),
        ("support_count_used", count.clone()),
        ("piece_count", count),
    ])
}

/// The rules of `scores.open_rules`, and the number of each.
pub(super) fn stored(
    given: &Given,
    settings: &SequenceModels,
) -> Result<(SequenceRules, Vec<u32>)> {
    let mut stored = Vec::new();
    for rows in given.get("scores.open_rules").into_iter().flatten() {
        let (ids, consequents) = (counts(rows, "rule_id")?, counts(rows, "consequent_code")?);
        let right = consequents.into_iter().zip(counts(rows, "window_days")?);
        let curves = count_lists(rows, "step_days")?.into_iter();
        let curves = curves.zip(number_lists(rows, "step_survivals")?);
        let left = count_lists(rows, "antecedent_codes")?.into_iter();
        stored.extend(ids.into_iter().zip(left.zip(right).zip(curves)));
    }
    stored.sort_by_key(|(id, _)| *id);
    let mut rules = SequenceRules::default();
    rules.together_days = settings.together_days;
    let mut ids = Vec::new();
    for (id, ((antecedent, (consequent, window_days)), (days, survivals))) in stored {
        let rule = SequenceRule {
            consequent,
            window_days,
            ..SequenceRule::default()
        };
        rules.restore(&antecedent, rule, days.into_iter().zip(survivals));
        ids.push(id);
    }
    Ok((rules, ids))
}
