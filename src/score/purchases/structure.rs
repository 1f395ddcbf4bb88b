//! How customers of different covariates are told apart by a purchase model.

use super::shop::Group;
use clientele_model::Result;
use clientele_model::value::{
    Cell, Fitted, Params, Predictor, Segment, Technique, fit, fit_groups,
};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in for a `~` in the name of a coefficient, between which and another it would be a covariance.
const NO_TILDE: &str = "-";

/// How customers may differ beside their histories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Structure {
    /// Not at all.
    Together,
    /// Each group has parameters of its own, drawn towards the shop's.
    Apart,
    /// Each value of a covariate moves the shop's parameters.
    Covariates,
}

/// The parameters of the last fits, to begin with.
pub(super) struct Start {
    pub(super) shop: Params,
    pub(super) covariates: Params,
}

/// A purchase model of the whole shop.
pub(super) struct Model {
    /// The parameters of all customers.
    pub(super) all: Fitted,
    /// Those of the groups that have their own.
    pub(super) groups: Vec<(String, Fitted)>,
    /// What values of covariates do, where they were asked.
    pub(super) covariates: Option<Fitted>,
}

impl Structure {
    /// The groups without which there is nothing to it.
    pub(super) fn least_groups(self) -> usize {
        if self == Self::Together { 1 } else { 2 }
    }

    /// What the name of a measure ends with.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Together => "",
            Self::Apart => "_apart",
            Self::Covariates => "_covariates",
        }
    }

    /// Fits a technique to groups of customers.
    pub(super) fn fit(
        self,
        technique: Technique,
        groups: &[Group<'_>],
        start: &Start,
    ) -> Result<Model> {
        let cells: Vec<Vec<Cell>> = groups.iter().map(|group| group.cells.clone()).collect();
        let names = || groups.iter().map(|group| group.name.to_owned());
        let (all, groups, covariates) = match self {
            Self::Together => (shop(technique, &cells, start)?, vec![], None),
            Self::Apart => {
                let (all, apart) = fit_groups(technique, &cells, &start.shop)?;
                (all, names().zip(apart).collect(), None)
            }
            Self::Covariates => {
                let (called, segments) = design(groups);
                let params = Params {
                    covariates: called,
                    ..start.covariates.clone()
                };
                let fitted = fit(technique, &segments, &params)?;
                let own = segments
                    .iter()
                    .map(|segment| fitted.of(&segment.covariates));
                let own: Vec<Fitted> = own.collect::<Result<_>>()?;
                let all = shop(technique, &cells, start)?;
                (all, names().zip(own).collect(), Some(fitted))
            }
        };
        Ok(Model {
            all,
            groups,
            covariates,
        })
    }
}

fn shop(technique: Technique, cells: &[Vec<Cell>], start: &Start) -> Result<Fitted> {
    fit(technique, &[Segment::from(cells.concat())], &start.shop)
}

impl Model {
    /// What answers for the customers of a group.
    pub(super) fn predictor(&self, group: &str) -> Result<Predictor> {
        let own = self.groups.iter().find(|(name, _)| name == group);
        own.map_or(&self.all, |(_, own)| own).at(&[])
    }
}

/// One column for each value of a covariate but the commonest, 1 for the groups that have it.
fn design(groups: &[Group<'_>]) -> (Vec<String>, Vec<Segment>) {
    let mut customers: BTreeMap<&str, BTreeMap<&str, f64>> = BTreeMap::new();
    for group in groups {
        let size: f64 = group.cells.iter().map(|cell| cell.customers).sum();
        for (covariate, level) in group.levels.into_iter().flatten() {
            *customers
                .entry(covariate)
                .or_default()
                .entry(level)
                .or_default() += size;
        }
    }
    let mut columns: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (covariate, levels) in &customers {
        let commonest = levels.iter().rev().max_by(|a, b| a.1.total_cmp(b.1));
        let commonest = commonest.map(|(level, _)| *level);
        let others = levels.keys().filter(|level| Some(**level) != commonest);
        columns.extend(others.map(|level| (*covariate, *level)));
    }
    let segment = |group: &Group<'_>| Segment {
        covariates: columns
            .iter()
            .map(|(covariate, level)| {
                let own = group.levels.and_then(|levels| levels.get(*covariate));
                f64::from(u8::from(own.is_some_and(|own| own == level)))
            })
            .collect(),
        cells: group.cells.clone(),
    };
    let called = columns.iter().map(|(covariate, level)| {
        let level = level.replace('~', NO_TILDE);
        format!("{covariate}={level}")
    });
    (called.collect(), groups.iter().map(segment).collect())
}

#[cfg(test)]
mod tests {
    use super::{Cell, Group, Params, Start, Structure, Technique, design};
    use clientele_model::value::History;
    use std::collections::BTreeMap;

    /// Customers of whom so many in a hundred came back, the last time long ago.
    fn cells(customers: f64, came_back: f64) -> Vec<Cell> {
        let cell = |x, t_x, share: f64| Cell {
            history: History { x, t_x, age: 38.0 },
            customers: customers * share / 100.0,
        };
        vec![
            cell(0, 0.0, 100.0 - came_back),
            cell(1, 6.0, 0.6 * came_back),
            cell(4, 30.0, 0.3 * came_back),
            cell(9, 37.0, 0.1 * came_back),
        ]
    }

    #[test]
    fn each_value_but_the_commonest_is_a_column_and_moves_the_shop() {
        let levels = |channel: &str, region: &str| -> BTreeMap<String, String> {
            let pairs = [("channel", channel), ("region", region)];
            let owned = pairs.map(|(name, level)| (name.to_owned(), level.to_owned()));
            owned.into()
        };
        let all = [
            levels("store", "north"),
            levels("web", "north"),
            levels("web", "a~b"),
        ];
        let sizes = [(2000.0, 20.0), (2500.0, 60.0), (900.0, 60.0)];
        let groups: Vec<Group<'_>> = ["store, north", "web, north", "web, a~b"]
            .into_iter()
            .zip(&all)
            .zip(sizes)
            .map(|((name, levels), (customers, came_back))| Group {
                name,
                cells: cells(customers, came_back),
                levels: Some(levels),
            })
            .collect();
        let (called, segments) = design(&groups);
        assert_eq!(called, ["channel=store", "region=a-b"]);
        let rows: Vec<&[f64]> = segments.iter().map(|one| &*one.covariates).collect();
        assert_eq!(rows, [[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]]);
        let params = Params::default();
        let start = Start {
            shop: params.clone(),
            covariates: params,
        };
        let fit = |structure: Structure| {
            let model = structure
                .fit(Technique::MbgNbd, &groups, &start)
                .expect("a fit");
            let silent = |group: &str| {
                let predictor = model.predictor(group).expect("parameters");
                predictor.probability_of_none(&[History::NEW], 38.0)[0]
            };
            let found = ["store, north", "web, north", "web, a~b", "somewhere"].map(silent);
            (model, found)
        };
        let (_, together) = fit(Structure::Together);
        assert!(
            together
                .iter()
                .all(|silent| (silent - together[3]).abs() < 1e-12)
        );
        for structure in [Structure::Apart, Structure::Covariates] {
            let (model, silent) = fit(structure);
            assert_eq!(
                model.covariates.is_some(),
                structure == Structure::Covariates
            );
            assert!(
                silent[0] > silent[3] + 0.1 && silent[1] < silent[3] - 0.05,
                "{silent:?}"
            );
            assert!((silent[1] - silent[2]).abs() < 0.05, "{silent:?}");
        }
    }
}
