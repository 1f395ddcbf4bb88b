//! `distinct_hashes(a, …)` and `distinct_union_count(hashes)`: `distinct_count` in two halves, so that what was counted
//! apart can be counted together. The first says what a group has, the second how much several of them have together.

use super::distinct_count::{Distinct, hash_list};
use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::filter;
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility,
};
use std::sync::Arc;

/// One of the two functions as the engine knows it.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Half {
    name: &'static str,
    signature: Signature,
    /// Whether it takes hashes, and does not give them.
    is_union: bool,
}

impl Half {
    pub(super) fn hashes() -> Self {
        Self {
            name: "distinct_hashes",
            signature: Signature::variadic_any(Volatility::Immutable),
            is_union: false,
        }
    }

    pub(super) fn union_count() -> Self {
        Self {
            name: "distinct_union_count",
            signature: Signature::exact(vec![hash_list()], Volatility::Immutable),
            is_union: true,
        }
    }
}

impl AggregateUDFImpl for Half {
    fn name(&self) -> &'static str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(if self.is_union {
            DataType::Int64
        } else {
            hash_list()
        })
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(args.name, hash_list(), false))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(self.sets())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(self.sets())
    }
}

impl Half {
    fn sets(&self) -> Box<Sets> {
        Box::new(Sets {
            distinct: Distinct::default(),
            is_union: self.is_union,
        })
    }
}

/// What groups have.
#[derive(Debug)]
struct Sets {
    distinct: Distinct,
    is_union: bool,
}

impl GroupsAccumulator for Sets {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        chosen: Option<&BooleanArray>,
        group_count: usize,
    ) -> Result<()> {
        if !self.is_union {
            return GroupsAccumulator::update_batch(
                &mut self.distinct,
                values,
                groups,
                chosen,
                group_count,
            );
        }
        let Some(chosen) = chosen else {
            return GroupsAccumulator::merge_batch(self, values, groups, group_count);
        };
        let kept = groups.iter().zip(chosen);
        let kept = kept.filter(|(_, is_chosen)| is_chosen.unwrap_or(false));
        let kept: Vec<usize> = kept.map(|(group, _)| *group).collect();
        let lists = filter(&values[0], chosen)?;
        GroupsAccumulator::merge_batch(self, &[lists], &kept, group_count)
    }

    fn merge_batch(
        &mut self,
        states: &[ArrayRef],
        groups: &[usize],
        group_count: usize,
    ) -> Result<()> {
        GroupsAccumulator::merge_batch(&mut self.distinct, states, groups, group_count)
    }

    fn evaluate(&mut self, groups: EmitTo) -> Result<ArrayRef> {
        if self.is_union {
            return GroupsAccumulator::evaluate(&mut self.distinct, groups);
        }
        let mut state = GroupsAccumulator::state(&mut self.distinct, groups)?;
        Ok(state.remove(0))
    }

    fn state(&mut self, groups: EmitTo) -> Result<Vec<ArrayRef>> {
        GroupsAccumulator::state(&mut self.distinct, groups)
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        chosen: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        if !self.is_union {
            return self.distinct.convert_to_state(values, chosen);
        }
        if chosen.is_none() {
            return Ok(values.to_vec());
        }
        // one list for each row, an empty one where the row does not count
        let mut sets = Self {
            distinct: Distinct::default(),
            is_union: true,
        };
        let rows: Vec<usize> = (0..values[0].len()).collect();
        GroupsAccumulator::update_batch(&mut sets, values, &rows, chosen, rows.len())?;
        GroupsAccumulator::state(&mut sets, EmitTo::All)
    }

    fn size(&self) -> usize {
        GroupsAccumulator::size(&self.distinct)
    }
}

/// All rows as one group.
impl Accumulator for Sets {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; values[0].len()];
        GroupsAccumulator::update_batch(self, values, &groups, None, 1)
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let groups = vec![0; states[0].len()];
        GroupsAccumulator::merge_batch(self, states, &groups, 1)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.is_union {
            return Accumulator::evaluate(&mut self.distinct);
        }
        let mut state = Accumulator::state(&mut self.distinct)?;
        Ok(state.remove(0))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Accumulator::state(&mut self.distinct)
    }

    fn size(&self) -> usize {
        GroupsAccumulator::size(self)
    }
}
