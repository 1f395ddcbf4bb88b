//! Which of many sets is the one in hand: a hash table of set numbers, open addressing.

use super::narrow::narrow;

/// No set.
const ABSENT: u32 = u32::MAX;

/// Numbers of sets that are stored elsewhere, found by their items.
#[derive(Debug, Default)]
pub(super) struct SetIndex {
    slots: Vec<u32>,
    mask: usize,
}

impl SetIndex {
    /// Memory that the slots take.
    pub(super) fn bytes(&self) -> usize {
        size_of::<u32>() * self.slots.len()
    }

    /// Forgets all sets and makes room for `sets`.
    pub(super) fn clear(&mut self, sets: usize) {
        let size = (2 * sets + 1).next_power_of_two();
        self.slots.clear();
        self.slots.resize(size, ABSENT);
        self.mask = size - 1;
    }

    /// The set equal to `items`, where `get` gives the items of a known one.
    pub(super) fn find<'a>(
        &self,
        items: &(impl Iterator<Item = u32> + Clone),
        get: impl Fn(usize) -> &'a [u32],
    ) -> Option<usize> {
        self.slot(items, get).err()
    }

    /// As [`SetIndex::find`]; a set that is not known yet is remembered as `index`.
    pub(super) fn find_or_insert<'a>(
        &mut self,
        items: &(impl Iterator<Item = u32> + Clone),
        index: usize,
        get: impl Fn(usize) -> &'a [u32],
    ) -> Option<usize> {
        match self.slot(items, get) {
            Err(known) => Some(known),
            Ok(free) => {
                self.slots[free] = narrow(index);
                None
            }
        }
    }

    /// The free slot for `items`, or as error the set that is equal to them.
    fn slot<'a>(
        &self,
        items: &(impl Iterator<Item = u32> + Clone),
        get: impl Fn(usize) -> &'a [u32],
    ) -> Result<usize, usize> {
        let mut slot = hash(items.clone()) & self.mask;
        loop {
            match self.slots[slot] {
                ABSENT => return Ok(slot),
                known if get(known as usize).iter().copied().eq(items.clone()) => {
                    return Err(known as usize);
                }
                _ => slot = (slot + 1) & self.mask,
            }
        }
    }
}

/// Multiply and rotate: item codes are no adversary.
fn hash(items: impl Iterator<Item = u32>) -> usize {
    let mixed = items.fold(0_u64, |state, item| {
        (state.rotate_left(5) ^ u64::from(item)).wrapping_mul(0x517c_c1b7_2722_0a95)
    });
    (mixed >> 32) as usize
}
