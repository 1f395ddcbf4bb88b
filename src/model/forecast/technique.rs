//! The forecasting techniques by name.

use std::fmt;
use std::str::FromStr;

use crate::{Error, Result};

/// How a series goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Technique {
    /// `naive`: as the last period.
    Naive,
    /// `mean`: as the mean of all periods.
    Mean,
    /// `seasonal_naive`: as the same period of the last season. The baseline.
    SeasonalNaive,
    /// `ets_ann`, `ets_madm`…: exponential smoothing.
    Ets(Form),
    /// `croston`: demand that comes now and then, its size over its interval.
    Croston,
    /// `sba`: Croston's without its bias.
    Sba,
    /// `tsb`: the same with a probability of demand that falls in every period without.
    Tsb,
}

/// A model of exponential smoothing: error, trend and season as the three letters of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Form {
    /// M: errors and seasons are factors, of positive series only. A: they are added.
    pub multiplicative: bool,
    /// The middle.
    pub trend: Trend,
    /// Whether there is a season; of the kind of the errors.
    pub seasonal: bool,
}

/// Where a series is heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trend {
    /// N: nowhere.
    None,
    /// A: on along a line.
    Additive,
    /// Ad: along a line that flattens out.
    Damped,
}

/// Naive and mean: added errors, no trend.
pub(crate) const STILL: Form = Form {
    multiplicative: false,
    trend: Trend::None,
    seasonal: false,
};

/// All there are, the simple ones first.
pub(crate) const ALL: [Technique; 18] = [
    Technique::SeasonalNaive,
    Technique::Mean,
    Technique::Naive,
    Technique::Croston,
    Technique::Sba,
    Technique::Tsb,
    ets(false, Trend::None, false),
    ets(false, Trend::Additive, false),
    ets(false, Trend::Damped, false),
    ets(true, Trend::None, false),
    ets(true, Trend::Additive, false),
    ets(true, Trend::Damped, false),
    ets(false, Trend::None, true),
    ets(false, Trend::Additive, true),
    ets(false, Trend::Damped, true),
    ets(true, Trend::None, true),
    ets(true, Trend::Additive, true),
    ets(true, Trend::Damped, true),
];

const fn ets(multiplicative: bool, trend: Trend, seasonal: bool) -> Technique {
    Technique::Ets(Form {
        multiplicative,
        trend,
        seasonal,
    })
}

impl fmt::Display for Technique {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let form = match self {
            Self::Naive => return f.write_str("naive"),
            Self::Mean => return f.write_str("mean"),
            Self::SeasonalNaive => return f.write_str("seasonal_naive"),
            Self::Croston => return f.write_str("croston"),
            Self::Sba => return f.write_str("sba"),
            Self::Tsb => return f.write_str("tsb"),
            Self::Ets(form) => form,
        };
        let kind = if form.multiplicative { "m" } else { "a" };
        let trend = match form.trend {
            Trend::None => "n",
            Trend::Additive => "a",
            Trend::Damped => "ad",
        };
        let season = if form.seasonal { kind } else { "n" };
        write!(f, "ets_{kind}{trend}{season}")
    }
}

impl FromStr for Technique {
    type Err = Error;

    /// # Errors
    /// `UnknownTechnique`: no forecasting technique has this name
    fn from_str(name: &str) -> Result<Self> {
        let found = ALL.into_iter().find(|known| known.to_string() == name);
        found.ok_or_else(|| Error::UnknownTechnique {
            name: name.to_owned(),
        })
    }
}

impl Technique {
    /// The form of its state, if it is not for intermittent demand.
    pub(crate) fn form(self) -> Form {
        match self {
            Self::Ets(form) => form,
            _ => Form {
                seasonal: self.is_seasonal(),
                ..STILL
            },
        }
    }

    /// Periods without which it cannot be fitted.
    pub(crate) fn least_periods(self, season: usize) -> usize {
        match self {
            Self::Naive | Self::Mean => 1,
            Self::SeasonalNaive => season,
            Self::Croston | Self::Sba | Self::Tsb => 4,
            Self::Ets(form) if form.seasonal => (2 * season).max(8),
            Self::Ets(form) => match form.trend {
                Trend::None => 4,
                Trend::Additive | Trend::Damped => 8,
            },
        }
    }

    /// Whether it tells the periods of a season apart.
    pub(crate) fn is_seasonal(self) -> bool {
        matches!(
            self,
            Self::SeasonalNaive | Self::Ets(Form { seasonal: true, .. })
        )
    }

    /// Whether it is for demand that comes now and then.
    pub(crate) fn is_intermittent(self) -> bool {
        matches!(self, Self::Croston | Self::Sba | Self::Tsb)
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Technique};
    use crate::Error;

    #[test]
    fn every_name_is_read_back() {
        for technique in ALL {
            assert_eq!(technique.to_string().parse(), Ok(technique));
        }
        let names = ALL.map(|technique| technique.to_string());
        assert!(names.contains(&"ets_madm".to_owned()) && names.contains(&"ets_aan".to_owned()));
        let wrong: Result<Technique, Error> = "ets_mam ".parse();
        assert!(matches!(wrong, Err(Error::UnknownTechnique { .. })));
    }
}
