//! Depth-first growth of sequential patterns, the same order for any thread count.

use rayon::prelude::*;

use super::narrow::narrow;
use super::patterns::SequentialPatterns;
use super::sink::{Budget, Sink};
use super::suffixes::{End, Suffixes};

/// How a pattern grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The item joins the last element.
    Join = 0,
    /// The item comes later, in an element of its own.
    Follow = 1,
}

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
    pub(super) budget: &'a Budget,
}

/// An item that extends the prefix in enough histories.
#[derive(Debug, Clone, Copy)]
struct Extension {
    step: Step,
    code: u32,
    support: u32,
    /// Its ends among those of all extensions.
    start: usize,
    end: usize,
}

/// What one code does as an extension; [`NO_TALLY`] between prefixes.
#[derive(Debug, Clone, Copy)]
struct Tally {
    sequence: u32,
    support: u32,
    visits: usize,
    /// Where its next end goes.
    next: usize,
}

const NO_TALLY: Tally = Tally {
    sequence: u32::MAX,
    support: 0,
    visits: 0,
    next: usize::MAX,
};

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
        let mut worker = Worker::new(self, &Prefix::default());
        worker.grow(all, None);
        worker.sink.take()
    }

    /// Whether an item that cannot extend a prefix can extend nothing that grows from it.
    ///
    /// Under a maximum gap it can: what is too far from A may be near to a B in between.
    fn may_copy(&self) -> bool {
        self.max_gap_days == i64::MAX
    }

    /// Calls `visit` for every place where an item extends a match, with the end it makes.
    fn visit(
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

fn days_between(first: i32, last: i32) -> i64 {
    i64::from(last) - i64::from(first)
}

/// One thread's way through the search, and memory used again from prefix to prefix.
struct Worker<'a> {
    search: &'a SequenceSearch<'a>,
    prefix: Prefix,
    sink: Sink<'a, SequentialPatterns>,
    /// By step and code.
    tallies: [Vec<Tally>; 2],
    /// Steps and codes with a tally.
    touched: Vec<(Step, u32)>,
    spare: Vec<Level>,
}

/// What one prefix holds while its extensions are grown.
#[derive(Debug, Default)]
struct Level {
    extensions: Vec<Extension>,
    ends: Vec<End>,
    copy: Suffixes,
    copied_ends: Vec<End>,
}

impl<'a> Worker<'a> {
    fn new(search: &'a SequenceSearch<'a>, prefix: &Prefix) -> Self {
        Self {
            search,
            prefix: prefix.clone(),
            sink: Sink::new(search.budget),
            tallies: [
                vec![NO_TALLY; search.labels.len()],
                vec![NO_TALLY; search.labels.len()],
            ],
            touched: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// The patterns that extend the prefix, whose matches end at `origin`.
    fn grow(&mut self, suffixes: &Suffixes, origin: Option<&[End]>) {
        let mut level = self.spare.pop().unwrap_or_default();
        let read = self.tally(suffixes, origin);
        let useful = self.select(&mut level);
        let Level {
            extensions,
            ends,
            copy,
            copied_ends,
        } = &mut level;
        let (suffixes, origin) = match origin {
            Some(matches)
                if self.search.may_copy() && read > COPY_FACTOR * useful && useful > 0 =>
            {
                copy.copy(suffixes, matches, |code| self.is_useful(code), copied_ends);
                (&*copy, Some(copied_ends.as_slice()))
            }
            _ => (suffixes, origin),
        };
        self.deliver(suffixes, origin, ends);
        for (step, code) in self.touched.drain(..) {
            self.tallies[step as usize][code as usize] = NO_TALLY;
        }
        if ends.len() > PARALLEL_ENDS {
            self.fork(suffixes, extensions, ends);
        } else {
            for extension in &*extensions {
                self.extend(suffixes, extension, ends);
            }
        }
        self.spare.push(level);
    }

    /// Counts the histories of every extension; returns how many places were read.
    fn tally(&mut self, suffixes: &Suffixes, origin: Option<&[End]>) -> usize {
        let (tallies, touched) = (&mut self.tallies, &mut self.touched);
        let mut read = 0;
        self.search.visit(suffixes, origin, |step, code, end| {
            let tally = &mut tallies[step as usize][code as usize];
            read += 1;
            tally.visits += 1;
            if tally.sequence != end.sequence {
                if tally.support == 0 {
                    touched.push((step, code));
                }
                tally.sequence = end.sequence;
                tally.support += 1;
            }
        });
        read
    }

    /// Gives `level` the frequent extensions; returns how many places they were read at.
    fn select(&mut self, level: &mut Level) -> usize {
        level.extensions.clear();
        let mut useful = 0;
        for &(step, code) in &self.touched {
            let tally = &mut self.tallies[step as usize][code as usize];
            tally.sequence = u32::MAX;
            if tally.support >= self.search.min_count {
                useful += tally.visits;
                let ends = if self.search.first_end_only {
                    tally.support as usize
                } else {
                    tally.visits
                };
                let support = tally.support;
                level.extensions.push(Extension {
                    step,
                    code,
                    support,
                    start: 0,
                    end: ends,
                });
            }
        }
        level
            .extensions
            .sort_unstable_by_key(|extension| (extension.step as u8, extension.code));
        let mut start = 0;
        for extension in &mut level.extensions {
            extension.start = start;
            self.tallies[extension.step as usize][extension.code as usize].next = start;
            start += extension.end;
            extension.end = start;
        }
        level.ends.clear();
        level.ends.resize(start, End::default());
        useful
    }

    /// Puts the ends of every frequent extension in their places.
    fn deliver(&mut self, suffixes: &Suffixes, origin: Option<&[End]>, ends: &mut [End]) {
        if ends.is_empty() {
            return;
        }
        let tallies = &mut self.tallies;
        let first_end_only = self.search.first_end_only;
        self.search.visit(suffixes, origin, |step, code, end| {
            let tally = &mut tallies[step as usize][code as usize];
            if tally.next != usize::MAX && !(first_end_only && tally.sequence == end.sequence) {
                tally.sequence = end.sequence;
                ends[tally.next] = end;
                tally.next += 1;
            }
        });
    }

    /// Whether `code` is a frequent extension in either way.
    fn is_useful(&self, code: u32) -> bool {
        self.tallies
            .iter()
            .any(|tallies| tallies[code as usize].next != usize::MAX)
    }

    /// The prefix with one extension, and what grows from it.
    fn extend(&mut self, suffixes: &Suffixes, extension: &Extension, ends: &[End]) {
        if self.sink.is_full() {
            return;
        }
        let &Extension {
            step,
            code,
            support,
            start,
            end,
        } = extension;
        self.prefix.push(step, self.search.labels[code as usize]);
        let prefix = &self.prefix;
        self.sink
            .push(|patterns| patterns.push(prefix.elements(), support));
        if self.prefix.items.len() < self.search.max_length {
            self.grow(suffixes, Some(&ends[start..end]));
        }
        self.prefix.pop(step);
    }

    /// As [`Worker::extend`] for all extensions, on all threads.
    fn fork(&mut self, suffixes: &Suffixes, extensions: &[Extension], ends: &[End]) {
        let (search, prefix) = (self.search, &self.prefix);
        let chunks: Vec<SequentialPatterns> = extensions
            .par_iter()
            .map_init(
                || Worker::new(search, prefix),
                |worker, extension| {
                    worker.extend(suffixes, extension, ends);
                    worker.sink.take()
                },
            )
            .collect();
        for chunk in chunks {
            self.sink.append(|patterns| patterns.append(&chunk));
        }
    }
}
