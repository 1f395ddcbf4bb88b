//! All tests over the whole program, one module per stage.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![allow(clippy::format_collect, reason = "a few short texts")]
#![allow(clippy::cast_precision_loss, reason = "counts of a few thousand")]
#![allow(clippy::float_cmp, reason = "counts are compared as they are")]

mod cli;
mod crash;
mod foretold;
mod generate;
mod job;
mod plan;
mod publish;
mod read;
mod real_data;
mod run;
mod score;
mod shop;
mod sql;
mod store;
mod tables;
mod tidy;
mod truth;
