//! All tests over the whole program, one module per stage.

mod cli;
mod crash;
mod generate;
mod job;
mod plan;
mod publish;
mod read;
mod real_data;
mod run;
mod shop;
mod sql;
mod store;
mod tidy;
