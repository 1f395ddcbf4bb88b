//! Keys of tables: a hash of all that a table depends on. What was made under the same key need not be made again, by
//! the rerun of a night that failed (`resume.rs`) or by the next night (`pieces.rs`).

use crate::plan::{Plan, SqlFile, Step, TableName};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What a table depends on beside the tables that have a key themselves.
pub(super) struct Depends<'plan> {
    /// In words.
    pub(super) on: Vec<String>,
    /// Tables, whose keys count too if they have one.
    pub(super) reads: Vec<&'plan TableName>,
}

/// The key of every table but those that tell of the run itself, each of which `depends` as that says.
pub(super) fn keys<'plan>(
    plan: &'plan Plan,
    depends: impl Fn(&'plan Step) -> Depends<'plan>,
) -> BTreeMap<TableName, String> {
    let mut keys: BTreeMap<TableName, String> = BTreeMap::new();
    for step in plan.steps.iter().filter(|step| !step.tells_of_the_run()) {
        let Depends { mut on, reads } = depends(step);
        on.extend(
            reads
                .into_iter()
                .filter_map(|table| keys.get(table).cloned()),
        );
        keys.insert(step.file.table.clone(), hash(&on));
    }
    keys
}

/// What a file says.
pub(super) fn said(file: &SqlFile) -> String {
    format!("{} {:?} {}", file.table, file.head, file.statement)
}

/// The program: its version, and its file, since models and functions change without their version.
pub(super) fn program() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let file = file.and_then(|file| Ok((file.len(), file.modified()?)));
    format!("{} {:?}", env!("CARGO_PKG_VERSION"), file.ok())
}

pub(super) fn hash(parts: &[String]) -> String {
    crate::hex(&Sha256::digest(parts.join("\n")))
}
