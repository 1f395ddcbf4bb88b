//! The key of every piece: what the rows that come from one file depend on.

use super::keys::{self, Depends, keys, program, said};
use super::pieces::{Keyed, Pieces};
use crate::job::Otherwise;
use crate::plan::{Gate, Pieces as ByFile, Step, TableName};
use crate::read::{Input, InputFile};
use std::collections::{BTreeMap, BTreeSet};

/// The date that every run has and that no other setting stands for.
const RUN_DATE: &str = "run_date";

impl<'run> Pieces<'run> {
    /// Every file of `input` with the key of the piece of `step` that comes from it.
    pub(super) fn keyed(
        &self,
        step: &Step,
        by_file: &ByFile,
        input: &'run Input,
        states: &BTreeMap<String, String>,
    ) -> Vec<Keyed<'run>> {
        let table = self.key(step, by_file, input);
        let key = |file: &InputFile| {
            let state = states.get(&file.path).cloned().unwrap_or_default();
            let identity = format!("{} {} {}", file.path, file.bytes, file.version);
            keys::hash(&[table.clone(), identity, state])
        };
        input.each.iter().map(|file| (file, key(file))).collect()
    }

    /// The key of the table of `step`, but for the files it comes from. What the table reads that its pieces are as of
    /// stands for the sources that this reads, and for the run date if that is named there.
    fn key(&self, step: &Step, by_file: &ByFile, input: &Input) -> String {
        let as_of = by_file.as_of.as_ref();
        let told = as_of.map(|table| self.reads(table)).unwrap_or_default();
        let named = |table: &TableName| {
            self.step(table)
                .map(|step| self.parameters.named(&step.file.statement))
        };
        let has_run_date = told
            .iter()
            .filter_map(named)
            .any(|named| named.contains_key(RUN_DATE));
        let keys = keys(self.plan, |step| {
            let mut settings = self.parameters.named(&step.file.statement);
            if has_run_date {
                settings.remove(RUN_DATE);
            }
            let mut on = vec![said(&step.file), format!("{settings:?}")];
            let reads: Vec<_> = step.file.reads.iter().collect();
            let given = reads.iter().filter(|table| !told.contains(**table));
            on.extend(given.filter_map(|table| self.given(table, input)));
            Depends { on, reads }
        });
        let of_table = keys.get(&step.file.table).cloned().unwrap_or_default();
        keys::hash(&[self.of_every_table(input), of_table])
    }

    /// What every row of a source depends on beside its file.
    fn of_every_table(&self, input: &Input) -> String {
        let source = &self.settings["sources"][input.name];
        let how = ["format", "delimiter", "columns", "reject"].map(|setting| &source[setting]);
        let rejecting =
            |gate: &&Gate| gate.check.otherwise == Otherwise::Reject && gate.of.table == input.name;
        let checks: Vec<_> = self.plan.gates.iter().filter(rejecting).collect();
        let compared = checks
            .iter()
            .filter_map(|gate| self.given(&gate.known_in.as_ref()?.0, input));
        let compared: Vec<String> = compared.collect();
        let days = ["time_zone", "day_starts_at_hour"].map(|setting| &self.settings[setting]);
        format!(
            "{} {how:?} {days:?} {:?} {checks:?} {compared:?}",
            program(),
            input.columns
        )
    }

    /// What a table is that no SQL file makes; nothing for the source whose files are told apart.
    fn given(&self, table: &TableName, of: &Input) -> Option<String> {
        match table.schema.as_str() {
            "raw" if table.table == of.name => None,
            "raw" => {
                let input = self.inputs.iter().find(|input| input.name == table.table);
                Some(
                    input
                        .map_or("absent", |input| &input.fingerprint)
                        .to_owned(),
                )
            }
            "job" => Some(self.settings.to_string()),
            "last" | "run" => Some(self.run_date.to_string()),
            _ => None,
        }
    }

    /// All that `table` reads, directly or through others.
    fn reads(&self, table: &TableName) -> BTreeSet<TableName> {
        let mut read = BTreeSet::new();
        let mut open = vec![table.clone()];
        while let Some(table) = open.pop() {
            let step = self.step(&table);
            if read.insert(table) {
                open.extend(
                    step.into_iter()
                        .flat_map(|step| step.file.reads.iter().cloned()),
                );
            }
        }
        read
    }

    /// The source and all tables that depend on it, as a query names what it scans.
    pub(super) fn dependent(&self, input: &Input) -> BTreeSet<String> {
        let source = TableName::new("raw", input.name);
        let mut dependent = BTreeSet::from([&source]);
        for step in &self.plan.steps {
            if step.file.reads.iter().any(|read| dependent.contains(read)) {
                dependent.insert(&step.file.table);
            }
        }
        let names = dependent.into_iter().map(ToString::to_string);
        names.chain([input.name.to_owned()]).collect()
    }
}
