//! `distinct_hashes(a, …)` and `distinct_union_count(hashes)`: `distinct_count` in two halves, so that what was counted
//! apart can be counted together. The first says what a group has, the second how much several of them have together.

use super::distinct_count::{Distinct, OneGroup, hash_list, hash_lists};
use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray};
use arrow::datatypes::{DataType, Field, FieldRef, UInt64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use std::sync::Arc;

/// `distinct_hashes` as the engine knows it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct DistinctHashes {
    signature: Signature,
}

impl DistinctHashes {
    pub(super) fn new() -> Self {
        let signature = Signature::variadic_any(Volatility::Immutable);
        Self { signature }
    }
}

impl AggregateUDFImpl for DistinctHashes {
    fn name(&self) -> &'static str {
        "distinct_hashes"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(hash_list())
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(args.name, hash_list(), false))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let none = hash_lists(vec![0], Vec::new())?;
        let none = ScalarValue::try_from_array(&none, 0)?;
        Ok(Box::new(OneGroup::new(Hashes::default(), none)))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Hashes::default()))
    }
}

/// What groups have, which is also the answer.
#[derive(Debug, Default)]
struct Hashes(Distinct);

impl GroupsAccumulator for Hashes {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        chosen: Option<&BooleanArray>,
        group_count: usize,
    ) -> Result<()> {
        self.0.update_batch(values, groups, chosen, group_count)
    }

    fn merge_batch(
        &mut self,
        states: &[ArrayRef],
        groups: &[usize],
        group_count: usize,
    ) -> Result<()> {
        self.0.merge_batch(states, groups, group_count)
    }

    fn evaluate(&mut self, groups: EmitTo) -> Result<ArrayRef> {
        Ok(self.state(groups)?.remove(0))
    }

    fn state(&mut self, groups: EmitTo) -> Result<Vec<ArrayRef>> {
        self.0.state(groups)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        chosen: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        self.0.convert_to_state(values, chosen)
    }

    fn size(&self) -> usize {
        self.0.size()
    }
}

/// `distinct_union_count` as the engine knows it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct DistinctUnionCount {
    signature: Signature,
}

impl DistinctUnionCount {
    pub(super) fn new() -> Self {
        let signature = Signature::exact(vec![hash_list()], Volatility::Immutable);
        Self { signature }
    }
}

impl AggregateUDFImpl for DistinctUnionCount {
    fn name(&self) -> &'static str {
        "distinct_union_count"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(args.name, hash_list(), false))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let none = ScalarValue::Int64(Some(0));
        Ok(Box::new(OneGroup::new(Union::default(), none)))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Union::default()))
    }
}

/// Groups that have one list only: of which array, and its place there.
type Only = Vec<(usize, (usize, usize))>;

/// What groups have together. Most have one list only, which is then left where it is.
#[derive(Debug, Default)]
struct Union {
    lists: Vec<ListArray>,
    /// The first list of each group: of which array, and its place there.
    firsts: Vec<Option<(usize, usize)>>,
    /// What groups with several lists have.
    several: Distinct,
}

impl Union {
    fn hashes(&self, (array, row): (usize, usize)) -> Vec<u64> {
        let row = self.lists[array].value(row);
        row.as_primitive::<UInt64Type>().values().to_vec()
    }

    fn add(&mut self, list: (usize, usize), group: usize) {
        let Some(first) = self.firsts[group] else {
            self.firsts[group] = Some(list);
            return;
        };
        let mut hashes = self.hashes(list);
        if self.several.count(group) == 0 {
            hashes.extend(self.hashes(first));
        }
        for hash in hashes {
            self.several.add(group, hash);
        }
    }

    /// The counts of the first groups, what those of them have that have several lists, and the only list of the others.
    fn take(&mut self, groups: EmitTo) -> (Vec<i64>, Vec<(usize, u64)>, Only) {
        let (mut counts, taken) = self.several.take(groups);
        let firsts = groups.take_needed(&mut self.firsts);
        let mut only = Vec::new();
        for (group, first) in firsts.into_iter().enumerate() {
            if let (0, Some((array, row))) = (counts[group], first) {
                counts[group] = i64::from(self.lists[array].value_length(row));
                only.push((group, (array, row)));
            }
        }
        (counts, taken, only)
    }
}

impl GroupsAccumulator for Union {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        chosen: Option<&BooleanArray>,
        group_count: usize,
    ) -> Result<()> {
        self.firsts.resize(group_count, None);
        self.several.grow(group_count);
        let array = self.lists.len();
        self.lists.push(values[0].as_list::<i32>().clone());
        for (row, group) in groups.iter().enumerate() {
            let is_chosen = chosen.is_none_or(|chosen| chosen.is_valid(row) && chosen.value(row));
            if is_chosen && values[0].is_valid(row) {
                self.add((array, row), *group);
            }
        }
        Ok(())
    }

    fn merge_batch(
        &mut self,
        states: &[ArrayRef],
        groups: &[usize],
        group_count: usize,
    ) -> Result<()> {
        self.update_batch(states, groups, None, group_count)
    }

    fn evaluate(&mut self, groups: EmitTo) -> Result<ArrayRef> {
        let (counts, ..) = self.take(groups);
        Ok(Arc::new(Int64Array::from(counts)))
    }

    fn state(&mut self, groups: EmitTo) -> Result<Vec<ArrayRef>> {
        let (counts, mut taken, only) = self.take(groups);
        for (group, list) in only {
            let hashes = self.hashes(list);
            taken.extend(hashes.into_iter().map(|hash| (group, hash)));
        }
        Ok(vec![hash_lists(counts, taken)?])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        chosen: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let mut rows = Self::default();
        let groups: Vec<usize> = (0..values[0].len()).collect();
        rows.update_batch(values, &groups, chosen, groups.len())?;
        rows.state(EmitTo::All)
    }

    fn size(&self) -> usize {
        let lists: usize = self.lists.iter().map(Array::get_array_memory_size).sum();
        let firsts = self.firsts.capacity() * size_of::<Option<(usize, usize)>>();
        lists + firsts + self.several.size()
    }
}
