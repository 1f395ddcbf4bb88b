//! Numbers, money and dates as people of a language write them.

use crate::job::{Job, Language};
use chrono::NaiveDate;

/// A blank at which no line breaks.
const BLANK: char = '\u{a0}';

/// How to write numbers.
#[derive(Debug, Clone)]
pub(super) struct Locale {
    /// The language of the words.
    pub(super) language: Language,
    currency: String,
}

impl Locale {
    pub(super) fn of(job: &Job) -> Self {
        Self {
            language: job.language,
            currency: job.currency.clone(),
        }
    }

    /// The language's tag in HTML.
    pub(super) fn tag(&self) -> &'static str {
        match self.language {
            Language::En => "en",
            Language::De => "de",
            Language::Es => "es",
            Language::Zh => "zh",
            Language::Ru => "ru",
        }
    }

    /// A number with so many digits behind the point.
    pub(super) fn number(&self, value: f64, digits: usize) -> String {
        let (group, point, least) = match self.language {
            Language::En | Language::Zh => (',', '.', 4),
            Language::De => ('.', ',', 4),
            Language::Es => ('.', ',', 5),
            Language::Ru => (BLANK, ',', 5),
        };
        let written = format!("{:.digits$}", value.abs());
        let (whole, rest) = written.split_once('.').unwrap_or((&written, ""));
        let is_zero = written.chars().all(|letter| "0.".contains(letter));
        let mut text = String::from(if value < 0.0 && !is_zero { "−" } else { "" });
        for (position, digit) in whole.chars().enumerate() {
            let left = whole.len() - position;
            if position > 0 && left.is_multiple_of(3) && whole.len() >= least {
                text.push(group);
            }
            text.push(digit);
        }
        if !rest.is_empty() {
            text.push(point);
            text.push_str(rest);
        }
        text
    }

    /// A number with as many digits as it takes to tell it from its like.
    pub(super) fn plain(&self, value: f64) -> String {
        let digits = match value.abs() {
            size if is_whole(size) || size >= 100.0 => 0,
            size if size >= 10.0 => 1,
            _ => 2,
        };
        self.number(value, digits)
    }

    /// A share as a percentage.
    pub(super) fn share(&self, value: f64) -> String {
        let percent = 100.0 * value;
        let number = self.number(percent, usize::from(!is_whole(percent)));
        match self.language {
            Language::En | Language::Zh => format!("{number}%"),
            _ => format!("{number}{BLANK}%"),
        }
    }

    /// Money in the job's currency, without its cents where they do not matter.
    pub(super) fn money(&self, value: f64) -> String {
        let is_round = is_whole(value) || value.abs() >= 100.0;
        let number = self.number(value, if is_round { 0 } else { 2 });
        let symbol = match self.currency.as_str() {
            "EUR" => "€",
            "GBP" => "£",
            "USD" => "$",
            "CNY" if self.language == Language::Zh => "¥",
            "RUB" => "₽",
            code => code,
        };
        let is_before =
            matches!(self.language, Language::En | Language::Zh) && symbol.chars().count() == 1;
        match number.strip_prefix('−') {
            Some(number) if is_before => format!("−{symbol}{number}"),
            None if is_before => format!("{symbol}{number}"),
            _ => format!("{number}{BLANK}{symbol}"),
        }
    }

    /// A day.
    pub(super) fn date(&self, day: NaiveDate) -> String {
        let pattern = match self.language {
            Language::En => "%-d %b %Y",
            Language::De | Language::Ru => "%d.%m.%Y",
            Language::Es => "%d/%m/%Y",
            Language::Zh => "%Y年%-m月%-d日",
        };
        day.format(pattern).to_string()
    }
}

fn is_whole(value: f64) -> bool {
    (value - value.round()).abs() < 1e-9
}
