//! Depth-first growth of sequential patterns, the same order for any thread count.

use std::ops::Range;

use rayon::prelude::*;

use super::first_places::FirstPlaces;
use super::level::Level;
use super::narrow::narrow;
use super::patterns::{SequentialPatterns, Step};
use super::sink::{Budget, Sink};
use super::suffixes::{End, Suffixes};

/// Prefixes with more ends than this are grown by several threads.
const PARALLEL_ENDS: usize = 1 << 12;

/// Copying suffixes pays when so many times more items are read than are of use.
const COPY_FACTOR: usize = 2;

/// What holds for the whole search.
#[derive(Debug)]
pub(super) struct SequenceSearch<'a> {
    pub(super) min_count: u32,
    pub(super) max_length: usize,
    pub(super) max_gap_days: i64,
    pub(super) max_span_days: i64,
    /// The item behind each code.
    pub(super) labels: &'a [u32],
    /// Whether the first end per customer says all: nothing joins an element, no day matters.
    pub(super) first_end_only: bool,
    /// Of the histories searched, if the first end says all and the table is not too large.
    pub(super) first_places: Option<FirstPlaces>,
    /// The patterns that alone are looked for, in the order of the search, each beginning of one
    /// among them.
    pub(super) candidates: Option<&'a SequentialPatterns>,
    pub(super) budget: &'a Budget,
}

/// The pattern so far.
#[derive(Debug, Clone, Default)]
struct Prefix {
    items: Vec<u32>,
    element_starts: Vec<usize>,
}

impl Prefix {
    fn push(&mut self, step: Step, item: u32) {
        if step == Step::Follow {
            self.element_starts.push(self.items.len());
        }
        self.items.push(item);
    }

    fn pop(&mut self, step: Step) {
        self.items.pop();
        if step == Step::Follow {
            self.element_starts.pop();
        }
    }

    fn elements(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.element_starts.len()).map(|element| {
            let end = self.element_starts.get(element + 1).copied();
            &self.items[self.element_starts[element]..end.unwrap_or(self.items.len())]
        })
    }
}

impl SequenceSearch<'_> {
    /// The frequent patterns of all histories.
    pub(super) fn run(&self, all: &Suffixes) -> SequentialPatterns {
        let candidates = 0..self.candidates.map_or(0, SequentialPatterns::len);
        let mut worker = Worker::new(self, &Prefix::default(), (0, candidates));
        worker.grow(all, None);
        worker.sink.take()
    }

    /// The candidates among `range`, which share their first `length` steps, that go on with `step`.
    fn candidates_with(
        &self,
        range: &Range<usize>,
        (length, step): (usize, (Step, u32)),
    ) -> Range<usize> {
        let Some(candidates) = self.candidates else {
            return 0..0;
        };
        // One without a further step comes first, as None does.
        let next = |candidate: usize| candidates.steps(candidate).nth(length);
        let start = first_not(range, |candidate| next(candidate) < Some(step));
        start..first_not(range, |candidate| next(candidate) <= Some(step))
    }

    /// Whether suffixes can be copied without the items that do not extend the prefix.
    ///
    /// Under a maximum gap such an item may extend what grows from it: what is too far from A
    /// may be near to a B in between.
    fn may_copy(&self) -> bool {
        self.max_gap_days == i64::MAX && self.first_places.is_none()
    }

    /// Calls `visit` for every place where an item extends a match, with the end it makes.
    pub(super) fn visit(
        &self,
        suffixes: &Suffixes,
        origin: Option<&[End]>,
        mut visit: impl FnMut(Step, u32, End),
    ) {
        let Some(ends) = origin else {
            for sequence in 0..narrow(suffixes.sequences()) {
                for place in suffixes.places(sequence) {
                    let first_day = if self.first_end_only {
                        0
                    } else {
                        suffixes.day(place)
                    };
                    let end = End {
                        sequence,
                        place: narrow(place),
                        first_day,
                    };
                    visit(Step::Follow, suffixes.items[place], end);
                }
            }
            return;
        };
        if let Some(FirstPlaces::Lists(firsts)) = &self.first_places {
            for end in ends {
                for &(code, place) in firsts.behind(end.place) {
                    visit(Step::Follow, code, End { place, ..*end });
                }
            }
            return;
        }
        for ends in ends.chunk_by(|left, right| left.sequence == right.sequence) {
            if self.first_end_only {
                for place in suffixes.after(ends[0]) {
                    let end = End {
                        place: narrow(place),
                        ..ends[0]
                    };
                    visit(Step::Follow, suffixes.items[place], end);
                }
            } else {
                for &end in ends {
                    for place in suffixes.within(end) {
                        let end = End {
                            place: narrow(place),
                            ..end
                        };
                        visit(Step::Join, suffixes.items[place], end);
                    }
                }
                self.follow(suffixes, ends, |code, end| visit(Step::Follow, code, end));
            }
        }
    }

    /// Calls `visit` for the later places of one history that the gap and the span allow.
    fn follow(&self, suffixes: &Suffixes, ends: &[End], mut visit: impl FnMut(u32, End)) {
        let reach = self.max_gap_days.min(self.max_span_days);
        let mut earlier = 0;
        let last_day = suffixes.day(ends[ends.len() - 1].place as usize);
        let mut places = suffixes.after(ends[0]);
        while !places.is_empty() {
            let day = suffixes.day(places.start);
            if days_between(last_day, day) > reach {
                break;
            }
            let place = End {
                place: narrow(places.start),
                ..ends[0]
            };
            let element = places.start..suffixes.within(place).end;
            while earlier < ends.len() && (ends[earlier].place as usize) < element.start {
                earlier += 1;
            }
            let first_day = ends[..earlier]
                .iter()
                .rev()
                .take_while(|end| days_between(suffixes.day(end.place as usize), day) <= reach)
                .take(if reach == i64::MAX { 1 } else { earlier })
                .map(|end| end.first_day)
                .max();
            places.start = element.end;
            if let Some(first_day) = first_day
                && days_between(first_day, day) <= self.max_span_days
            {
                for place in element {
                    let end = End {
                        place: narrow(place),
                        first_day,
                        ..ends[0]
                    };
                    visit(suffixes.items[place], end);
                }
            }
        }
    }
}

/// The first number of `range`, or its end, of which `holds` does not hold, as it does of those before.
fn first_not(range: &Range<usize>, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

fn days_between(first: i32, last: i32) -> i64 {
    i64::from(last) - i64::from(first)
}

/// One thread's way through the search, and memory used again from prefix to prefix.
struct Worker<'a> {
    search: &'a SequenceSearch<'a>,
    prefix: Prefix,
    sink: Sink<'a, SequentialPatterns>,
    /// Bytes of the levels that led to the prefix.
    path: usize,
    /// The candidates that begin with the prefix.
    candidates: Range<usize>,
    spare: Vec<Level>,
}

impl<'a> Worker<'a> {
    fn new(
        search: &'a SequenceSearch<'a>,
        prefix: &Prefix,
        (path, candidates): (usize, Range<usize>),
    ) -> Self {
        let sink = Sink::new(search.budget);
        Self {
            search,
            prefix: prefix.clone(),
            sink,
            path,
            candidates,
            spare: Vec::new(),
        }
    }

    /// The patterns that extend the prefix, whose matches end at `origin`.
    fn grow(&mut self, suffixes: &Suffixes, origin: Option<&[End]>) {
        let mut level = self.spare.pop().unwrap_or_default();
        let (search, candidates) = (self.search, &self.candidates);
        let length = self.prefix.items.len();
        let wanted = |step, code: u32| {
            let step = (step, search.labels[code as usize]);
            search.candidates.is_none()
                || !search
                    .candidates_with(candidates, (length, step))
                    .is_empty()
        };
        let (read, mut useful) = level.fill(search, (suffixes, origin), wanted);
        let mut copy = std::mem::take(&mut level.copy);
        let mut ends = std::mem::take(&mut level.copied_ends);
        let mut source = suffixes;
        let before = self.path;
        self.path += level.bytes(read);
        if let Some(matches) = origin
            && self.search.may_copy()
            && useful > 0
            && read > COPY_FACTOR * useful
        {
            copy.copy(suffixes, matches, |code| level.is_useful(code), &mut ends);
            level.clear();
            (_, useful) = level.fill(search, (&copy, Some(&ends)), wanted);
            self.path += copy.bytes() + size_of::<End>() * ends.len();
            source = &copy;
        }
        if origin.is_some() {
            self.search.budget.reach(self.path);
        } else {
            // All paths share the first level.
            self.search.budget.hold(std::mem::take(&mut self.path));
        }
        if useful > PARALLEL_ENDS {
            self.fork(source, &level);
        } else {
            for &extension in &level.extensions {
                self.extend(source, extension, &level);
            }
        }
        self.path = before;
        level.clear();
        level.copy = copy;
        level.copied_ends = ends;
        self.spare.push(level);
    }

    /// The prefix with one extension, and what grows from it.
    fn extend(&mut self, suffixes: &Suffixes, (step, code): (Step, u32), level: &Level) {
        if self.sink.is_full() {
            return;
        }
        let bucket = &level.buckets[step as usize][code as usize];
        let item = self.search.labels[code as usize];
        let next = (self.prefix.items.len(), (step, item));
        let further = self.search.candidates_with(&self.candidates, next);
        let before = std::mem::replace(&mut self.candidates, further);
        self.prefix.push(step, item);
        let prefix = &self.prefix;
        let bytes = SequentialPatterns::bytes_of(prefix.items.len(), prefix.element_starts.len());
        self.sink.push(bytes, |patterns| {
            patterns.push(prefix.elements(), bucket.support);
        });
        if self.prefix.items.len() < self.search.max_length {
            self.grow(suffixes, Some(&bucket.ends));
        }
        self.prefix.pop(step);
        self.candidates = before;
    }

    /// As [`Worker::extend`] for all extensions, on all threads.
    fn fork(&mut self, suffixes: &Suffixes, level: &Level) {
        let (search, prefix) = (self.search, &self.prefix);
        let place = || (self.path, self.candidates.clone());
        let chunks: Vec<SequentialPatterns> = level
            .extensions
            .par_iter()
            .map_init(
                || Worker::new(search, prefix, place()),
                |worker, &extension| {
                    worker.extend(suffixes, extension, level);
                    worker.sink.take()
                },
            )
            .collect();
        for chunk in chunks {
            self.sink.append(|patterns| patterns.append(&chunk));
        }
    }
}
