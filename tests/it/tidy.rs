//! The rules of the house, as a test.

use clientele::plan::{Catalog, TableName};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const LINES_OF_A_FILE: usize = 400;
const LINES_OF_A_FUNCTION: usize = 70;
const LINES_OF_SQL: usize = 90;
const LINES_OF_MAIN: usize = 60;

/// Each heavy crate and where it may be named.
const HOMES: [(&str, &[&str]); 13] = [
    (
        "object_store",
        &[
            "store.rs", "read/", "publish/", "error/", "error.rs", "cluster/",
        ],
    ),
    ("clap", &["cli/", "main.rs"]),
    ("deltalake", &["publish/delta/"]),
    ("ballista_core", &["cluster/"]),
    ("ballista_executor", &["cluster/"]),
    ("ballista_scheduler", &["cluster/"]),
    ("tonic", &["cluster/"]),
    ("serde_saphyr", &["job/", "handoff/", "report/"]),
    ("granit_parser", &["job/"]),
    ("reqwest", &["observe/"]),
    ("tokio_postgres", &["publish/"]),
    ("ndarray", &["model/", "score/"]),
    (
        "datafusion",
        &[
            "plan/",
            "read/",
            "report/",
            "score/",
            "stage/",
            "error/",
            "error.rs",
            "lib.rs",
            "run.rs",
            "scan.rs",
            "cluster/",
            "no_cluster.rs",
        ],
    ),
];

/// What the mathematics never sees.
const NOT_IN_THE_MODEL: [&str; 6] = [
    "arrow",
    "datafusion",
    "tokio",
    "object_store",
    "std::fs",
    "std::env",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(pattern: &str) -> Vec<(String, String)> {
    let mut found: Vec<_> = glob::glob(&format!("{}/{pattern}", root().display()))
        .unwrap()
        .map(|path| path.unwrap())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().display().to_string();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

#[test]
fn no_file_is_longer_than_it_may_be() {
    let mut long = Vec::new();
    for (name, text) in files("src/**/*.rs") {
        if name.starts_with("src/model/tests") || name.starts_with("src/model/examples") {
            continue;
        }
        let limit = if name == "src/main.rs" {
            LINES_OF_MAIN
        } else {
            LINES_OF_A_FILE
        };
        let lines = without_tests(&text).lines().count();
        if lines > limit {
            long.push(format!("{name}: {lines} lines"));
        }
    }
    for (name, text) in files("sql/**/*.sql") {
        let lines = text.lines().filter(|line| !line.starts_with("--")).count();
        if lines > LINES_OF_SQL {
            long.push(format!("{name}: {lines} lines"));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn no_function_is_longer_than_it_may_be() {
    let mut long = Vec::new();
    let is_program =
        |(name, _): &(String, String)| !name.contains("/tests/") && !name.contains("/examples/");
    for (name, text) in files("src/**/*.rs").into_iter().filter(is_program) {
        let lines: Vec<_> = without_tests(&text).lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let is_function = [
                "fn ",
                "pub fn ",
                "pub(super) fn ",
                "pub(crate) fn ",
                "async fn ",
                "pub async fn ",
            ]
            .iter()
            .any(|word| line.trim_start().starts_with(word));
            if !is_function || line.trim_end().ends_with(';') || line.trim_end().ends_with('}') {
                continue;
            }
            let closing = format!("{}}}", " ".repeat(indent));
            let length = lines[start..]
                .iter()
                .position(|line| *line == closing)
                .unwrap_or(0);
            if length > LINES_OF_A_FUNCTION {
                long.push(format!("{name}:{}: {length} lines", start + 1));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// Whether the text names a path that begins with `word`.
fn names(text: &str, word: &str) -> bool {
    let path = format!("{word}::");
    let is_whole = |at: usize| {
        !text[..at].ends_with(|letter: char| letter.is_alphanumeric() || "_:".contains(letter))
    };
    text.match_indices(&path).any(|(at, _)| is_whole(at))
}

#[test]
fn each_heavy_crate_has_its_home() {
    let mut strangers = Vec::new();
    for (name, text) in files("src/**/*.rs") {
        let below = name.trim_start_matches("src/");
        for (word, homes) in HOMES {
            if names(&text, word) && !homes.iter().any(|home| below.starts_with(home)) {
                strangers.push(format!("{name} names {word}"));
            }
        }
        if below.starts_with("model/") && !below.contains("tests/") && !below.contains("examples/")
        {
            for word in NOT_IN_THE_MODEL {
                if names(without_tests(&text), word) {
                    strangers.push(format!("{name} names {word}"));
                }
            }
        }
    }
    assert!(strangers.is_empty(), "{}", strangers.join("\n"));
}

#[test]
fn stages_do_not_know_each_other() {
    let may_know = [
        ("job", &["error"][..]),
        ("plan", &["error", "job"]),
        ("read", &["error", "job", "store"]),
        ("stage", &["error", "job", "plan"]),
        ("score", &["job", "stage"]),
        ("publish", &["error", "job", "store"]),
        (
            "observe",
            &["error", "job", "publish", "read", "run", "stage"],
        ),
        (
            "report",
            &["error", "job", "plan", "publish", "read", "stage", "store"],
        ),
    ];
    let stages = [
        "job", "plan", "read", "stage", "score", "publish", "report", "run", "cli", "generate",
        "observe", "cache",
    ];
    let mut strangers = Vec::new();
    for (stage, known) in may_know {
        for (name, text) in files(&format!("src/{stage}/**/*.rs")) {
            for other in stages
                .iter()
                .filter(|other| **other != stage && !known.contains(other))
            {
                if text.contains(&format!("crate::{other}::")) {
                    strangers.push(format!("{name} knows {other}"));
                }
            }
        }
    }
    assert!(strangers.is_empty(), "{}", strangers.join("\n"));
}

#[test]
fn every_table_says_what_a_row_is_its_key_and_its_columns() {
    let catalog = Catalog::load(None).unwrap();
    let mut silent = Vec::new();
    for file in catalog.tables.values() {
        let text = std::fs::read_to_string(root().join(&file.path)).unwrap();
        if !file.head.about.starts_with("One row per ") || !text.contains("\n-- Key: ") {
            silent.push(format!(
                "{}: the head must say what one row is, and its key",
                file.path
            ));
        }
        if file.head.columns.is_empty() {
            silent.push(format!("{}: the head names no column", file.path));
        }
        for key in file
            .head
            .key
            .iter()
            .filter(|key| !file.head.columns.iter().any(|(name, _)| name == *key))
        {
            silent.push(format!(
                "{}: the key {key} is no column of the head",
                file.path
            ));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

#[test]
fn no_table_is_named_like_a_chapter() {
    let catalog = Catalog::load(None).unwrap();
    let chapters: BTreeSet<&str> = catalog.tables.keys().map(TableName::chapter).collect();
    let ambiguous: Vec<String> = catalog
        .tables
        .keys()
        .filter(|table| chapters.contains(table.table.as_str()) && table.chapter() != table.table)
        .map(ToString::to_string)
        .collect();
    assert!(ambiguous.is_empty(), "{}", ambiguous.join("\n"));
}

#[test]
fn only_clean_reads_raw() {
    let catalog = Catalog::load(None).unwrap();
    for file in catalog
        .tables
        .values()
        .filter(|file| file.table.schema != "clean")
    {
        assert!(
            file.reads.iter().all(|read| read.schema != "raw"),
            "{} reads raw",
            file.path
        );
    }
}

#[test]
fn every_published_table_has_a_test_that_a_person_can_check() {
    let catalog = Catalog::load(None).unwrap();
    let internal = ["clean", "entities", "features", "scores"];
    let mut untested = Vec::new();
    for file in catalog.tables.values() {
        let test = format!("tests/{}", file.path.replace(".sql", ".slt"));
        if !internal.contains(&file.table.schema.as_str()) && !root().join(&test).exists() {
            untested.push(test);
        }
    }
    assert!(untested.is_empty(), "missing: {}", untested.join("\n"));
}

#[test]
fn every_table_of_value_loyalty_and_price_has_a_law() {
    let catalog = Catalog::load(None).unwrap();
    let is_promised = |table: &&TableName| {
        let mut promises = catalog.promises.values();
        promises.any(|promise| promise.reads.contains(*table))
    };
    let of_law = |table: &&TableName| ["value", "loyalty", "price"].contains(&table.chapter());
    let tables = catalog.tables.keys().filter(of_law);
    let lawless: Vec<String> = tables
        .filter(|table| !is_promised(table))
        .map(ToString::to_string)
        .collect();
    assert!(lawless.is_empty(), "{}", lawless.join("\n"));
}

#[test]
fn every_slt_mirrors_a_table() {
    for path in crate::sql::test_files() {
        let name = path
            .strip_prefix(root().join("tests"))
            .unwrap()
            .with_extension("sql");
        assert!(
            root().join(&name).exists(),
            "{} tests no table",
            path.display()
        );
    }
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let words = ["work", "tmp", "root", "home"].map(|folder| format!("/{folder}/"));
    let mut found = Vec::new();
    for pattern in [
        "src/**/*.rs",
        "sql/**/*.sql",
        "jobs/*.yaml",
        "*.md",
        "Makefile",
        "docs/*.md",
    ] {
        for (name, text) in files(pattern) {
            for word in words.iter().filter(|word| text.contains(*word)) {
                found.push(format!("{name} names {word}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(Path::new(&root()).join("LICENSE").exists());
}
