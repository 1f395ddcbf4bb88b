//! `distinct_hashes(a, …)` and `distinct_union_count(hashes)`: `distinct_count` in two halves, so that what was counted
//! apart can be counted together. The first says what a group has, the second how much several of them have together.

use super::distinct_count::{Distinct, OneGroup, hash_list, hash_lists, whole};
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

/// What groups have together. Most have one list only, which is then left where it is.
#[derive(Debug, Default)]
struct Union {
    lists: Vec<ListArray>,
    groups: Vec<Has>,
    /// What groups with several lists have.
    several: Distinct,
}

/// What a group has.
#[derive(Debug, Default, Clone, Copy)]
enum Has {
    #[default]
    Nothing,
    /// One list: of which array, and its place there.
    One(usize, usize),
    Several,
}

impl Union {
    fn hashes(&self, array: usize, row: usize) -> Vec<u64> {
        let row = self.lists[array].value(row);
        row.as_primitive::<UInt64Type>().values().to_vec()
    }

    fn add(&mut self, (array, row): (usize, usize), group: usize) {
        let mut hashes = self.hashes(array, row);
        match self.groups[group] {
            Has::Nothing => {
                self.groups[group] = Has::One(array, row);
                return;
            }
            Has::One(array, row) => hashes.extend(self.hashes(array, row)),
            Has::Several => {}
        }
        self.groups[group] = Has::Several;
        for hash in hashes {
            self.several.add(group, hash);
        }
    }

    /// Forgets the arrays of which no group has a list any more. Groups go in the order in which they came, so these are the
    /// first ones.
    fn let_go(&mut self) {
        let places = self.groups.iter().filter_map(|has| match has {
            Has::One(array, _) => Some(*array),
            _ => None,
        });
        let unused = places.min().unwrap_or(self.lists.len());
        self.lists.drain(..unused);
        self.lists.shrink_to_fit();
        for has in &mut self.groups {
            if let Has::One(array, _) = has {
                *array -= unused;
            }
        }
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
        self.groups.resize(group_count, Has::Nothing);
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
        let (counts, _) = self.several.take(groups);
        let groups = groups.take_needed(&mut self.groups).into_iter();
        let counts = groups.zip(counts).map(|(has, count)| match has {
            Has::One(array, row) => i64::from(self.lists[array].value_length(row)),
            _ => whole(count),
        });
        let counts = Int64Array::from_iter_values(counts);
        self.let_go();
        Ok(Arc::new(counts))
    }

    fn state(&mut self, groups: EmitTo) -> Result<Vec<ArrayRef>> {
        let (mut counts, hashes) = self.several.take(groups);
        let groups = groups.take_needed(&mut self.groups).into_iter();
        let (mut hashes, mut all) = (hashes.into_iter(), Vec::new());
        for (has, count) in groups.zip(&mut counts) {
            if let Has::One(array, row) = has {
                let own = self.hashes(array, row);
                *count = own.len();
                all.extend(own);
            } else {
                all.extend(hashes.by_ref().take(*count));
            }
        }
        self.let_go();
        Ok(vec![hash_lists(counts, all)?])
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
        lists + self.groups.capacity() * size_of::<Has>() + self.several.size()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_been_given_is_held_no_longer() {
        let list = |hashes: &[u64]| -> ArrayRef {
            Arc::new(hash_lists(vec![1; hashes.len()], hashes.to_vec()).unwrap())
        };
        let mut union = Union::default();
        union.merge_batch(&[list(&[1, 2])], &[0, 1], 2).unwrap();
        union.merge_batch(&[list(&[3, 4])], &[1, 2], 3).unwrap();
        union.merge_batch(&[list(&[5])], &[3], 4).unwrap();
        let all = union.size();
        let counts = |counted: &ArrayRef| {
            counted
                .as_primitive::<arrow::datatypes::Int64Type>()
                .values()
                .to_vec()
        };
        assert_eq!(counts(&union.evaluate(EmitTo::First(2)).unwrap()), [1, 2]);
        assert_eq!((union.lists.len(), union.size() < all), (2, true));
        union.merge_batch(&[list(&[6])], &[0], 2).unwrap();
        assert_eq!(counts(&union.evaluate(EmitTo::All).unwrap()), [2, 1]);
        assert!(union.lists.is_empty());
    }
}
