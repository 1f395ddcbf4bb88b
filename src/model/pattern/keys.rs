//! Sequential patterns as flat slices, which an index can find.

use super::patterns::SequentialPatterns;

/// Ends an element in a key.
const BREAK: u32 = u32::MAX;

/// Every pattern as one slice: its items, and a break behind each element.
pub(super) struct Keys {
    codes: Vec<u32>,
    ends: Vec<usize>,
}

impl Keys {
    pub(super) fn of(patterns: &SequentialPatterns) -> Self {
        let mut keys = Self {
            codes: Vec::new(),
            ends: Vec::new(),
        };
        for pattern in 0..patterns.len() {
            for element in patterns.elements(pattern) {
                keys.codes.extend_from_slice(element);
                keys.codes.push(BREAK);
            }
            keys.ends.push(keys.codes.len());
        }
        keys
    }

    pub(super) fn get(&self, pattern: usize) -> &[u32] {
        let start = if pattern == 0 {
            0
        } else {
            self.ends[pattern - 1]
        };
        &self.codes[start..self.ends[pattern]]
    }

    /// Writes `key` without the item at `place` to `shorter`; an empty element goes too. No item
    /// stands at a break.
    pub(super) fn without(key: &[u32], place: usize, shorter: &mut Vec<u32>) -> bool {
        if key[place] == BREAK {
            return false;
        }
        let alone = (place == 0 || key[place - 1] == BREAK) && key[place + 1] == BREAK;
        shorter.clear();
        shorter.extend_from_slice(&key[..place]);
        shorter.extend_from_slice(&key[place + 1 + usize::from(alone)..]);
        true
    }
}
