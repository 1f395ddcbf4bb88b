//! The purchase model of the shop: chosen by time it has not seen, fitted up to now and up to one window ago.

use super::super::fits::{ALL, Fits, fitted_schema};
use super::super::whole;
use super::season;
use super::shop::{Group, NOW, Shop, WINDOW_AGO};
use super::structure::{Start, Structure};
use crate::job::{Job, PurchaseModels};
use crate::stage::{Given, Rows};
use clientele_model::Result;
use clientele_model::value::{Params, Technique, holdout_log_likelihood};

/// What the models of a period are called: the one that answers, and what values of covariates do in it.
struct Names {
    period: &'static str,
    purchases: &'static str,
    covariates: &'static str,
}

const OF_NOW: Names = Names {
    period: NOW,
    purchases: "purchases",
    covariates: "purchase_covariates",
};
const OF_WINDOW_AGO: Names = Names {
    period: WINDOW_AGO,
    purchases: "purchases_window_ago",
    covariates: "purchase_covariates_window_ago",
};

/// The name under which the choice among models is told, and what is told of each.
const CHOICE: &str = "purchase_choice";
const METRIC: &str = "holdout_log_likelihood";

/// Against this technique, for which nobody ever leaves, the others are measured.
const BASELINE: Technique = Technique::Nbd;

/// One way to model the shop.
#[derive(Clone, Copy)]
struct Way {
    technique: Technique,
    structure: Structure,
    is_seasonal: bool,
}

/// Fits the purchase models to `features.purchase_cells`.
pub(crate) fn fit(rows: Rows, given: Given, job: &Job) -> Rows {
    let settings = job.models.purchases.clone();
    let span = f64::from(job.parameters.window_days);
    let refit = job.models.refit;
    whole(rows, &fitted_schema(), move |rows| {
        let mut fits = Fits::new(&given)?;
        let models = [OF_WINDOW_AGO, OF_NOW].map(|names| [names.purchases, names.covariates]);
        if !refit && fits.reuse(models.as_flattened()) {
            return fits.into_table();
        }
        let shop = Shop::read(rows, &given)?;
        let way = choose(&shop, &mut fits, &settings, span);
        for names in [OF_WINDOW_AGO, OF_NOW] {
            take(&shop, &mut fits, &names, way, &settings);
        }
        fits.into_table()
    })
}

/// The way that held most likely what customers did in the trailing window, fitted to what came before it: first the
/// technique and its clock for all customers alike, then what they may differ by. Where there is nothing to judge by, the
/// first technique for all, on the clock of the calendar.
fn choose(shop: &Shop, fits: &mut Fits, settings: &PurchaseModels, span: f64) -> Way {
    let names = settings.techniques.iter();
    let techniques: Vec<Technique> = names.filter_map(|name| name.parse().ok()).collect();
    let first = Way {
        technique: techniques.first().copied().unwrap_or(Technique::MbgNbd),
        structure: Structure::Together,
        is_seasonal: false,
    };
    let mut best = (first, f64::NEG_INFINITY);
    let mut try_all = |ways: Vec<Way>, best: &mut (Way, f64)| {
        for way in ways {
            let Some(likelihood) = judge(shop, fits, way, settings, span) else {
                continue;
            };
            if techniques.contains(&way.technique) && likelihood > best.1 {
                *best = (way, likelihood);
            }
        }
    };
    let clocks = [false, true]
        .into_iter()
        .filter(|is| settings.season || !is);
    let all_alike = clocks.flat_map(|is_seasonal| {
        let tried = techniques.iter().copied().chain([BASELINE]);
        tried.map(move |technique| Way {
            technique,
            is_seasonal,
            ..first
        })
    });
    try_all(all_alike.collect(), &mut best);
    let structures = [Structure::Apart, Structure::Covariates];
    let found = best.0;
    let different = structures.map(|structure| Way { structure, ..found });
    try_all(different.to_vec(), &mut best);
    best.0
}

/// How likely that way of modelling held what came in the trailing window, which is told; nothing if it cannot be tried.
fn judge(
    shop: &Shop,
    fits: &mut Fits,
    way: Way,
    settings: &PurchaseModels,
    span: f64,
) -> Option<f64> {
    let (season, clock) = shop.clock(WINDOW_AGO, way.is_seasonal);
    let groups = shop.groups(WINDOW_AGO, &clock);
    if season.is_some() != way.is_seasonal || groups.len() < way.structure.least_groups() {
        return None;
    }
    let start = start(fits, &OF_WINDOW_AGO, way.technique, settings);
    let model = way.structure.fit(way.technique, &groups, &start).ok()?;
    let of_group = |group: &Group<'_>| -> Result<f64> {
        let predictor = model.predictor(group.name)?;
        let holdout = shop.holdout(group.name, &clock);
        Ok(holdout_log_likelihood(
            &predictor,
            &holdout,
            clock.span(span),
        ))
    };
    let found: Result<Vec<f64>> = groups.iter().map(of_group).collect();
    let likelihood = found.ok()?.iter().sum();
    let clock = if way.is_seasonal { "_season" } else { "" };
    let metric = format!("{METRIC}{}{clock}", way.structure.suffix());
    fits.note(
        [CHOICE, &way.technique.to_string(), ALL, &metric],
        [likelihood, f64::NAN],
        "",
    );
    Some(likelihood)
}

/// Fits the models of a period that way, and takes them.
fn take(shop: &Shop, fits: &mut Fits, names: &Names, way: Way, settings: &PurchaseModels) {
    let (season, clock) = shop.clock(names.period, way.is_seasonal);
    let groups = shop.groups(names.period, &clock);
    let technique = way.technique.to_string();
    let start = start(fits, names, way.technique, settings);
    let model = match way.structure.fit(way.technique, &groups, &start) {
        Ok(model) => model,
        Err(error) => return fits.take([names.purchases, &technique, ALL], Err(&error)),
    };
    let apart = model.groups.iter().filter(|(group, _)| group != ALL);
    let apart = apart.map(|(group, fitted)| (group.as_str(), fitted));
    for (group, fitted) in apart.chain([(ALL, &model.all)]) {
        fits.take([names.purchases, &technique, group], Ok(&**fitted));
    }
    for (parameter, rate) in season.into_iter().flat_map(season::values) {
        fits.note(
            [names.purchases, &technique, ALL, &parameter],
            [rate, f64::NAN],
            "",
        );
    }
    if let Some(covariates) = &model.covariates {
        fits.take([names.covariates, &technique, ALL], Ok(&**covariates));
    }
}

/// From the parameters of the last run on.
fn start(fits: &Fits, names: &Names, technique: Technique, settings: &PurchaseModels) -> Start {
    let params = |model| Params {
        prior_strength: settings.prior_strength,
        pull: settings.pull,
        start: fits.last(model, &technique.to_string(), ALL),
        ..Params::default()
    };
    Start {
        shop: params(names.purchases),
        covariates: params(names.covariates),
    }
}
