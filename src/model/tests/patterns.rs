//! Public data sets: the patterns that other programs find in them, one for one.
//!
//! The files are looked for in `$CLIENTELE_DATA`, by default `shared/data` beside the workspace.
//! Where they are absent the tests say so and pass, but not on a build server (`CI` is set).

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::fs::File;
use std::path::PathBuf;

use clientele_model::pattern::{
    Baskets, Candidates, Constraints, Frequent, FrequentSequences, Params, SequenceParams,
    Sequences, closed, frequent, frequent_sequences, maximal,
};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, List, RowAccessor};

/// The lists in the second column of a data set, or nothing if the test is to be skipped.
fn lists(name: &str) -> Option<Vec<List>> {
    let default = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let folder = std::env::var_os("CLIENTELE_DATA").map_or_else(default, PathBuf::from);
    let Ok(file) = File::open(folder.join(name)) else {
        assert!(
            std::env::var_os("CI").is_none(),
            "{name} is not in {}",
            folder.display()
        );
        println!("skipped: {name} is not in {}", folder.display());
        return None;
    };
    let reader = SerializedFileReader::new(file).expect("a Parquet file");
    let rows = reader.get_row_iter(None).expect("rows");
    Some(
        rows.map(|row| row.expect("a row").get_list(1).expect("a list").clone())
            .collect(),
    )
}

fn items(list: &List) -> Vec<u32> {
    let item = |field: &Field| match field {
        Field::Int(item) => u32::try_from(*item).expect("an item code"),
        other => panic!("{other} is no item"),
    };
    list.elements().iter().map(item).collect()
}

fn baskets(name: &str) -> Option<Baskets> {
    Some(lists(name)?.iter().map(items).collect())
}

fn histories(name: &str) -> Option<Sequences> {
    let history = |elements: &List| -> Vec<(i32, u32)> {
        let days = (0..).zip(elements.elements());
        days.flat_map(|(day, element)| match element {
            Field::ListInternal(element) => items(element).into_iter().map(move |item| (day, item)),
            other => panic!("{other} is no element"),
        })
        .collect()
    };
    Some(lists(name)?.iter().map(history).collect())
}

/// As `next` of `SplitMix64` makes it from a state.
fn mix(state: u64) -> u64 {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

fn sum_of(items: &[u32]) -> u64 {
    let mixed = items.iter().map(|&item| mix(u64::from(item)));
    mixed.fold(0, u64::wrapping_add)
}

/// The number of patterns, and the checksum that the head of the reference file defines.
type Sum = (usize, u64);

fn checksum(patterns: impl Iterator<Item = (u64, u32)>) -> Sum {
    patterns.fold((0, 0_u64), |(patterns, sum), (pattern, count)| {
        let weighted = pattern.wrapping_mul(2 * u64::from(count) + 1);
        (patterns + 1, sum.wrapping_add(weighted))
    })
}

fn sets(found: &Frequent) -> Sum {
    let sets = found.itemsets.iter();
    checksum(sets.map(|(items, count)| (sum_of(items), count)))
}

fn sequences(found: &FrequentSequences) -> Sum {
    let patterns = &found.patterns;
    checksum((0..patterns.len()).map(|index| {
        let elements = patterns.elements(index);
        let sum = elements.fold(1_469_598_103_934_665_603, |sum, element| {
            mix(sum).wrapping_mul(3).wrapping_add(sum_of(element))
        });
        (sum, patterns.count(index))
    }))
}

/// What the reference file says of a data set: minimum count, kind, and what is to be found.
fn expected(name: &str) -> Vec<(u32, &'static str, Sum)> {
    let lines = include_str!("reference/frequent_patterns.csv").lines();
    let rows = lines
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<&str>>());
    let of_name = rows.filter(|row| row[0] == name);
    let expected: Vec<_> = of_name
        .map(|row| {
            let sum = u64::from_str_radix(row[4], 16).expect("a checksum");
            let patterns = row[3].parse().expect("a number of patterns");
            (row[1].parse().expect("a count"), row[2], (patterns, sum))
        })
        .collect();
    assert!(!expected.is_empty(), "{name} is not in the reference file");
    expected
}

fn itemsets_are_those_of_the_peers(name: &str) {
    let Some(baskets) = baskets(&format!("fimi/{name}.parquet")) else {
        return;
    };
    for (min_count, kind, expected) in expected(name) {
        let params = Params {
            min_count,
            ..Params::default()
        };
        let found = match kind {
            "all" => frequent(&baskets, &params, &Constraints::none()),
            "closed" => closed(&baskets, &params),
            _ => maximal(&baskets, &params),
        };
        assert_eq!(sets(&found), expected, "{name}, {kind} at {min_count}");
    }
}

fn sequences_are_those_of_the_peers(name: &str) {
    let Some(histories) = histories(&format!("spmf/{name}.parquet")) else {
        return;
    };
    for (min_count, kind, expected) in expected(name) {
        let params = SequenceParams {
            min_count,
            ..SequenceParams::default()
        };
        let found = frequent_sequences(&histories, &params);
        assert_eq!(sequences(&found), expected, "{name}, {kind} at {min_count}");
    }
}

#[test]
fn retail_has_the_itemsets_of_the_peers() {
    itemsets_are_those_of_the_peers("retail");
}

#[test]
fn t10i4d100k_has_the_itemsets_of_the_peers() {
    itemsets_are_those_of_the_peers("T10I4D100K");
}

#[test]
fn bms1_has_the_sequences_of_the_peers() {
    sequences_are_those_of_the_peers("BMS1");
}

#[test]
fn msnbc_has_the_sequences_of_the_peers() {
    sequences_are_those_of_the_peers("MSNBC");
}

#[test]
fn retail_in_pieces_within_a_limit_has_the_itemsets_of_the_whole() {
    let Some(baskets) = baskets("fimi/retail.parquet") else {
        return;
    };
    let params = Params {
        min_count: 10,
        limit_bytes: 12_000_000,
        ..Params::default()
    };
    let pieces: Vec<Baskets> = (0..4)
        .map(|piece| baskets.iter().skip(piece).step_by(4).collect())
        .collect();
    let mut candidates = Candidates::new(baskets.len(), params);
    for piece in &pieces {
        candidates.mine(piece, &Constraints::none());
    }
    let mut exact = candidates.count();
    for piece in &pieces {
        exact.add(piece);
    }
    let found = exact.finish();
    assert!(found.min_count > 10);
    let direct = Params {
        min_count: found.min_count,
        ..Params::default()
    };
    let direct = frequent(&baskets, &direct, &Constraints::none());
    assert_eq!(sets(&found), sets(&direct));
}
