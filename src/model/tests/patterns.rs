//! Public data sets: as many patterns as other programs find in them.
//!
//! The files are looked for in `$CLIENTELE_DATA`, by default `shared/data` beside the workspace.
//! Where they are absent the tests say so and pass, but not on a build server (`CI` is set).

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

use std::fs::File;
use std::path::PathBuf;

use clientele_model::pattern::{
    Baskets, Constraints, Params, SequenceParams, Sequences, closed, frequent, frequent_sequences,
    maximal,
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

/// Numbers of all, closed and maximal sets as `PyFIM` 6.28 counts them (`fpgrowth`, targets s, c
/// and m), which has the same sets and supports.
fn agrees_with_pyfim(name: &str, expected: &[(u32, [usize; 3])]) {
    let Some(baskets) = baskets(name) else {
        return;
    };
    for &(min_count, expected) in expected {
        let params = Params {
            min_count,
            ..Params::default()
        };
        let found = [
            frequent(&baskets, &params, &Constraints::none()),
            closed(&baskets, &params),
            maximal(&baskets, &params),
        ];
        let found = found.map(|found| found.itemsets.len());
        assert_eq!(found, expected, "{name} at {min_count}");
    }
}

#[test]
fn retail_has_the_itemsets_of_pyfim() {
    let expected = [
        (10, [189_400, 159_396, 62_996]),
        (50, [16_778, 16_676, 7_112]),
        (100, [6_451, 6_438, 2_962]),
    ];
    agrees_with_pyfim("fimi/retail.parquet", &expected);
}

#[test]
fn t10i4d100k_has_the_itemsets_of_pyfim() {
    let expected = [
        (10, [411_365, 283_397, 127_264]),
        (50, [53_385, 46_993, 12_062]),
        (100, [27_532, 26_806, 4_054]),
    ];
    agrees_with_pyfim("fimi/T10I4D100K.parquet", &expected);
}

/// Numbers of patterns as prefixspan 0.5.2 counts them, with the same patterns and supports.
fn agrees_with_prefixspan(name: &str, expected: &[(u32, usize)]) {
    let Some(histories) = histories(name) else {
        return;
    };
    for &(min_count, expected) in expected {
        let params = SequenceParams {
            min_count,
            ..SequenceParams::default()
        };
        let found = frequent_sequences(&histories, &params);
        assert_eq!(found.patterns.len(), expected, "{name} at {min_count}");
    }
}

#[test]
fn bms1_has_the_sequences_of_prefixspan() {
    agrees_with_prefixspan("spmf/BMS1.parquet", &[(60, 3_991), (120, 798)]);
}

#[test]
fn msnbc_has_the_sequences_of_prefixspan() {
    agrees_with_prefixspan("spmf/MSNBC.parquet", &[(318, 45_279), (1_600, 1_463)]);
}
