//! What customers will do next: probabilities and amounts from features, how good they are, and
//! why.
//!
//! A [`Sample`] goes into [`fit_linear`] or [`fit_boosted`]; a [`Fitted`] predicts and gives reasons.
//! What is published of it, [`Calibration`], [`Classification`], [`Amounts`] and [`importances`], is
//! to be taken from time that the model has not seen.
//!
//! The trees are our own: their slopes are added up as whole numbers, so that they are the same for
//! any order of customers and any number of threads, which no crate promises. Of those that boost
//! over histograms, forust-ml knows no Tweedie loss, perpetual sets depth, shrinkage and rounds by
//! itself, and hessboost is a hundred thousand lines over 32-bit features that need a C compiler;
//! linfa does not boost, gbdt and smartcore have neither histograms nor that loss. The regressions are our own too: linfa-logistic
//! takes neither weights nor missing values and tells no standard errors. scikit-learn, statsmodels and
//! linfa are the witnesses.

mod bins;
mod boosted;
mod boosting;
mod calibration;
mod design;
mod drift;
mod fitted;
mod grow;
mod hash;
mod histogram;
mod importance;
mod isotonic;
mod linear;
mod loss;
mod platt;
mod quality;
mod ranks;
mod readiness;
mod reliability;
mod sample;
mod sum;
mod text;
mod tree;

pub use boosted::{Boosted, BoostedParams, fit_boosted};
pub use calibration::Calibration;
pub use drift::{Bins, Drift, drift};
pub use fitted::{Fitted, Model, Reason};
pub use importance::{Importance, ImportanceParams, importances};
pub use linear::{Coefficient, Linear, LinearParams, fit_linear};
pub use loss::Loss;
pub use platt::Line;
pub use quality::{Amounts, Classification, amounts, classification};
pub use ranks::auc;
pub use readiness::{Needs, Readiness, readiness};
pub use reliability::{Reliability, reliability};
pub use sample::Sample;
