//! What customers bought after a prefix, reduced to items that can still extend it.

use super::narrow::narrow;
use super::sequences::Sequences;

/// Where a customer's history matches the prefix: the place of its last item.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct End {
    pub(super) sequence: u32,
    /// Number of the item among all items.
    pub(super) place: u32,
    /// Day of the first element of the match; the latest one if several lead here.
    pub(super) first_day: i32,
}

/// Dated item sets per customer.
#[derive(Debug, Default)]
pub(super) struct Suffixes {
    pub(super) items: Vec<u32>,
    /// By place: the element it is in.
    elements: Vec<u32>,
    element_ends: Vec<u32>,
    days: Vec<i32>,
    sequence_ends: Vec<u32>,
}

impl Suffixes {
    /// The whole histories, over the items that have a code in `codes`.
    pub(super) fn of(sequences: &Sequences, codes: &[Option<u32>]) -> Self {
        let mut all = Self::default();
        for customer in 0..sequences.len() {
            for (day, items) in sequences.history(customer) {
                all.items
                    .extend(items.iter().filter_map(|&item| codes[item as usize]));
                all.end_element(day);
            }
            all.sequence_ends.push(narrow(all.items.len()));
        }
        all
    }

    /// Memory that the histories take.
    pub(super) fn bytes(&self) -> usize {
        size_of::<u32>() * (2 * self.items.len() + 2 * self.days.len() + self.sequence_ends.len())
    }

    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.elements.clear();
        self.element_ends.clear();
        self.days.clear();
        self.sequence_ends.clear();
    }

    /// Ends the element of the items since the last one, if there are any.
    fn end_element(&mut self, day: i32) {
        if self.items.len() > self.elements.len() {
            self.elements
                .resize(self.items.len(), narrow(self.days.len()));
            self.element_ends.push(narrow(self.items.len()));
            self.days.push(day);
        }
    }

    /// Whether no element has two items.
    pub(super) fn is_single(&self) -> bool {
        self.days.len() == self.items.len()
    }

    pub(super) fn sequences(&self) -> usize {
        self.sequence_ends.len()
    }

    /// The places of the history of `sequence`.
    pub(super) fn places(&self, sequence: u32) -> std::ops::Range<usize> {
        let before = (sequence as usize).checked_sub(1);
        let start = before.map_or(0, |before| self.sequence_ends[before] as usize);
        start..self.sequence_ends[sequence as usize] as usize
    }

    /// The places behind `end` in its element.
    pub(super) fn within(&self, end: End) -> std::ops::Range<usize> {
        let element = self.elements[end.place as usize] as usize;
        end.place as usize + 1..self.element_ends[element] as usize
    }

    /// The places in later elements than that of `end`.
    pub(super) fn after(&self, end: End) -> std::ops::Range<usize> {
        self.within(end).end..self.sequence_ends[end.sequence as usize] as usize
    }

    /// The day of `place`.
    pub(super) fn day(&self, place: usize) -> i32 {
        self.days[self.elements[place] as usize]
    }

    /// Copies from `parent` the histories from their first end on: the ends, and the items that
    /// `keeps` lets through. Returns the ends in the copy.
    pub(super) fn copy(
        &mut self,
        parent: &Self,
        ends: &[End],
        keeps: impl Fn(u32) -> bool,
        copied: &mut Vec<End>,
    ) {
        self.clear();
        copied.clear();
        for ends in ends.chunk_by(|left, right| left.sequence == right.sequence) {
            let mut next_end = ends.iter().peekable();
            let places = ends[0].place as usize..parent.places(ends[0].sequence).end;
            let sequence = narrow(self.sequence_ends.len());
            let mut day = parent.day(places.start);
            let mut element = parent.elements[places.start];
            for place in places {
                if parent.elements[place] != element {
                    self.end_element(day);
                    element = parent.elements[place];
                    day = parent.days[element as usize];
                }
                if let Some(end) = next_end.next_if(|end| end.place as usize == place) {
                    copied.push(End {
                        sequence,
                        place: narrow(self.items.len()),
                        ..*end
                    });
                    self.items.push(parent.items[place]);
                } else if keeps(parent.items[place]) {
                    self.items.push(parent.items[place]);
                }
            }
            self.end_element(day);
            self.sequence_ends.push(narrow(self.items.len()));
        }
    }
}
