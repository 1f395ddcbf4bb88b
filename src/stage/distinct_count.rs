//! `distinct_count(a, …)`: how many different values, or combinations of values without a null, a group has.
//!
//! The engine's `count(distinct …)` holds a set of texts for each group, which takes gigabytes where an order or a
//! customer is a group. Here one list holds for all groups the 64-bit hashes of what they have, sorted and cleared of
//! repeated ones whenever it is full: rows of a group mostly come together, so that this touches memory in its order,
//! where a set would miss the cache at every row. The chance that two different values of a group of n share a hash is
//! below n² / 2⁶⁵, one in a billion for n = 200,000.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, ListArray, UInt64Array};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, FieldRef, UInt64Type};
use datafusion::common::hash_utils::{QualityRandomState, create_hashes};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use std::fmt;
use std::sync::Arc;

/// The function as the engine knows it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct DistinctCount {
    signature: Signature,
}

impl DistinctCount {
    pub(super) fn new() -> Self {
        let signature = Signature::variadic_any(Volatility::Immutable);
        Self { signature }
    }
}

impl AggregateUDFImpl for DistinctCount {
    fn name(&self) -> &'static str {
        "distinct_count"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn is_nullable(&self) -> bool {
        false
    }

    fn default_value(&self, _: &DataType) -> Result<ScalarValue> {
        Ok(ScalarValue::Int64(Some(0)))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(args.name, hash_list(), false))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let groups = Distinct::default();
        Ok(Box::new(OneGroup::new(groups, ScalarValue::Int64(Some(0)))))
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Distinct::default()))
    }
}

/// What groups have.
#[derive(Debug, Default)]
pub(super) struct Distinct {
    /// Groups, each with the hash of a value; some may stand there more than once.
    seen: Vec<(usize, u64)>,
    group_count: usize,
}

impl Distinct {
    /// Makes room for so many groups.
    pub(super) fn grow(&mut self, group_count: usize) {
        self.group_count = group_count;
    }

    pub(super) fn add(&mut self, group: usize, hash: u64) {
        if self.seen.len() == self.seen.capacity() {
            self.drop_repeated();
            // at least half is free then, so that rows are sorted a few times and not at every turn
            self.seen.reserve(self.seen.len());
        }
        self.seen.push((group, hash));
    }

    fn drop_repeated(&mut self) {
        self.seen.sort_unstable();
        self.seen.dedup();
    }

    /// How many values each of the first groups has, and their hashes group by group; the groups after them move up.
    pub(super) fn take(&mut self, groups: EmitTo) -> (Vec<usize>, Vec<u64>) {
        let group_count = match groups {
            EmitTo::All => self.group_count,
            EmitTo::First(count) => count,
        };
        self.drop_repeated();
        let taken = self.seen.partition_point(|(group, _)| *group < group_count);
        let mut later = self.seen.split_off(taken);
        for (group, _) in &mut later {
            *group -= group_count;
        }
        self.group_count -= group_count;
        let mut counts = vec![0; group_count];
        let taken = std::mem::replace(&mut self.seen, later).into_iter();
        let hashes = taken.map(|(group, hash)| {
            counts[group] += 1;
            hash
        });
        let hashes = hashes.collect();
        (counts, hashes)
    }
}

impl GroupsAccumulator for Distinct {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        group_count: usize,
    ) -> Result<()> {
        self.grow(group_count);
        let counted = counted(values, filter);
        for (row, (hash, group)) in hashes(values)?.into_iter().zip(groups).enumerate() {
            if counted.as_ref().is_none_or(|counted| counted.is_valid(row)) {
                self.add(*group, hash);
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
        self.grow(group_count);
        let lists = states[0].as_list::<i32>();
        let hashes = lists.values().as_primitive::<UInt64Type>().values();
        for (range, group) in lists.value_offsets().windows(2).zip(groups) {
            for hash in &hashes[place(range[0])..place(range[1])] {
                self.add(*group, *hash);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, groups: EmitTo) -> Result<ArrayRef> {
        let (counts, _) = self.take(groups);
        let counts = counts.into_iter().map(whole);
        Ok(Arc::new(Int64Array::from_iter_values(counts)))
    }

    fn state(&mut self, groups: EmitTo) -> Result<Vec<ArrayRef>> {
        let (counts, hashes) = self.take(groups);
        Ok(vec![hash_lists(counts, hashes)?])
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let counted = counted(values, filter);
        let is_counted = |row| counted.as_ref().is_none_or(|counted| counted.is_valid(row));
        let mut hashes = hashes(values)?;
        let lengths = (0..hashes.len()).map(|row| usize::from(is_counted(row)));
        let offsets = OffsetBuffer::from_lengths(lengths);
        let mut row = 0..;
        hashes.retain(|_| row.next().is_some_and(is_counted));
        Ok(vec![Arc::new(lists(offsets, hashes)?)])
    }

    fn size(&self) -> usize {
        self.seen.capacity() * size_of::<(usize, u64)>()
    }
}

/// All rows as one group.
#[derive(Debug)]
pub(super) struct OneGroup<G> {
    groups: G,
    /// The answer where there is no row.
    none: ScalarValue,
}

impl<G> OneGroup<G> {
    pub(super) fn new(groups: G, none: ScalarValue) -> Self {
        Self { groups, none }
    }
}

impl<G: GroupsAccumulator + fmt::Debug + Sync> Accumulator for OneGroup<G> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; values[0].len()];
        self.groups.update_batch(values, &groups, None, 1)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; states[0].len()];
        self.groups.merge_batch(states, &groups, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let answer = self.groups.evaluate(EmitTo::All)?;
        if answer.is_empty() {
            return Ok(self.none.clone());
        }
        ScalarValue::try_from_array(&answer, 0)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let mut state = self.groups.state(EmitTo::All)?.remove(0);
        if state.is_empty() {
            state = hash_lists(vec![0], Vec::new())?;
        }
        Ok(vec![ScalarValue::try_from_array(&state, 0)?])
    }

    fn size(&self) -> usize {
        self.groups.size()
    }
}

/// What a group has, as a column holds it.
pub(super) fn hash_list() -> DataType {
    DataType::List(item())
}

pub(super) fn hashes(values: &[ArrayRef]) -> Result<Vec<u64>> {
    let mut hashes = vec![0; values[0].len()];
    create_hashes(values, &QualityRandomState::with_seed(0), &mut hashes)?;
    Ok(hashes)
}

/// The rows that count, valid; all if there are none that do not.
fn counted(values: &[ArrayRef], filter: Option<&BooleanArray>) -> Option<NullBuffer> {
    let chosen = filter.map(|filter| match filter.nulls() {
        Some(known) => NullBuffer::new(filter.values() & known.inner()),
        None => NullBuffer::new(filter.values().clone()),
    });
    let known = values.iter().map(Array::logical_nulls);
    known.chain([chosen]).fold(None, |all, one| {
        NullBuffer::union(all.as_ref(), one.as_ref())
    })
}

/// So many of the hashes for each group, one group after the other.
pub(super) fn hash_lists(counts: Vec<usize>, hashes: Vec<u64>) -> Result<ArrayRef> {
    Ok(Arc::new(lists(OffsetBuffer::from_lengths(counts), hashes)?))
}

fn lists(offsets: OffsetBuffer<i32>, hashes: Vec<u64>) -> Result<ListArray> {
    let hashes = Arc::new(UInt64Array::from(hashes));
    Ok(ListArray::try_new(item(), offsets, hashes, None)?)
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(DataType::UInt64, false))
}

/// An offset, which is never negative.
fn place(offset: i32) -> usize {
    usize::try_from(offset).unwrap_or_default()
}

pub(super) fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
