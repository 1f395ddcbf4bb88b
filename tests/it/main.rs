//! All tests over the whole program, one module per stage.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]
#![allow(clippy::format_collect, reason = "a few short texts")]
#![allow(clippy::cast_precision_loss, reason = "counts of a few thousand")]
#![allow(clippy::float_cmp, reason = "counts are compared as they are")]

mod actions;
mod browser;
mod campaigns;
mod canary;
mod checks;
mod cli;
#[cfg(feature = "cluster")]
mod cluster;
mod crash;
mod credentials;
#[cfg(feature = "delta")]
mod delta;
mod disks;
mod foretold;
mod functions;
mod generate;
mod google;
mod handoff;
mod job;
mod late;
mod laws;
mod observe;
mod orchestrators;
mod pieces;
mod plan;
mod postgres;
mod publish;
mod races;
mod read;
mod real_data;
mod report;
mod resume;
mod run;
mod score;
mod server;
mod shared;
mod shop;
mod sql;
mod store;
mod tables;
mod terminal;
mod tidy;
mod truth;

/// The Python that `variable` names, if it has `module`; only a machine that is not CI may lack it.
pub(crate) fn python(variable: &str, module: &str) -> Option<String> {
    let python = std::env::var(variable).unwrap_or_else(|_| "python3".to_owned());
    let import = format!("import {module}");
    let out = std::process::Command::new(&python)
        .args(["-c", &import])
        .output();
    let has = out.is_ok_and(|out| out.status.success());
    assert!(
        has || std::env::var_os("CI").is_none(),
        "{variable} has no {module}"
    );
    if !has {
        eprintln!("skipped: {variable} names no Python that has {module}");
    }
    has.then_some(python)
}
