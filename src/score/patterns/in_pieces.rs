//! Histories that memory does not hold: what is made of them is the same.

use super::super::Room;
use super::super::columns::{counts, of_counts, of_texts, schema};
use super::gather::AllHistories;
use super::{find_sequence_rules, mine_sequences};
use crate::job::{Job, Overrides};
use crate::stage::{Given, Rows};
use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::DataType;
use clientele_model::pattern::Sequences;
use datafusion::error::Result;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::TryStreamExt;

const CUSTOMERS: i64 = 6_000;
const ITEMS: i64 = 12;

/// A number that looks like chance and is always the same.
fn draw(customer: i64, place: i64, below: i64) -> i64 {
    let mixed = (customer + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64.cast_signed())
        ^ (place + 1).wrapping_mul(0xC2B2_AE3D_27D4_EB4F_u64.cast_signed());
    (mixed ^ (mixed >> 29))
        .wrapping_mul(0x94D0_49BB_1331_11EB_u64.cast_signed())
        .rem_euclid(below)
}

/// Customers with one to nine days of one or two items, low ones more often.
fn rows() -> RecordBatch {
    let lines = (0..CUSTOMERS).flat_map(|customer| {
        let days = 1 + draw(customer, 0, 9);
        (0..days).flat_map(move |day| {
            let item = |place| {
                let place = 4 * day + place;
                draw(customer, place, ITEMS).min(draw(customer, place + 99, ITEMS))
            };
            let items = std::collections::BTreeSet::from([item(1), item(2)]);
            items
                .into_iter()
                .map(move |item| (customer, -20 * (days - day), item))
        })
    });
    let lines: Vec<(i64, i64, i64)> = lines.collect();
    let names = [AllHistories::KEY, "day", "item_code"];
    let columns = vec![
        of_counts(lines.iter().map(|line| line.0)),
        of_counts(lines.iter().map(|line| line.1)),
        of_counts(lines.iter().map(|line| line.2)),
    ];
    RecordBatch::try_new(schema(names.map(|name| (name, DataType::Int64))), columns).unwrap()
}

/// Items that are called by their codes.
fn items() -> Given {
    let text = || of_texts((0..ITEMS).map(|item| item.to_string()));
    let columns = vec![
        of_counts(0..ITEMS),
        text(),
        text(),
        text(),
        of_counts((0..ITEMS).map(|_| 0)),
    ];
    let names = [
        "item_code",
        "item_id",
        "item_name",
        "category",
        "parent_code",
    ];
    let types = [
        DataType::Int64,
        DataType::Utf8,
        DataType::Utf8,
        DataType::Utf8,
        DataType::Int64,
    ];
    let batch = RecordBatch::try_new(schema(names.into_iter().zip(types)), columns).unwrap();
    Given::from([("features.items".to_owned(), vec![batch])])
}

type Model = fn(Rows, &Given, (&Job, &Room)) -> Result<Rows>;

/// The answer of a model in so much room, without the number of pieces, and that.
async fn answer(model: Model, settings: &str, memory_bytes: usize) -> (RecordBatch, u32) {
    let text = "run_date: 2025-12-31\nsources: {transactions: {url: in}}\noutput: {url: out}\n";
    let set = settings.split("; ").map(str::to_owned).collect();
    let overrides = Overrides {
        set,
        ..Overrides::default()
    };
    let job = Job::parse(text, &overrides).unwrap();
    let scratch = std::env::temp_dir();
    let room = Room {
        memory_bytes,
        scratch,
    };
    let rows = rows();
    let schema = rows.schema();
    let stream = futures::stream::iter([Ok(rows)]);
    let rows: Rows = Box::pin(RecordBatchStreamAdapter::new(schema, stream));
    let found = model(rows, &items(), (&job, &room)).unwrap();
    let schema = found.schema();
    let found: Vec<RecordBatch> = found.try_collect().await.unwrap();
    let mut found = concat_batches(&schema, &found).unwrap();
    let pieces = counts(&found, "piece_count").unwrap()[0];
    found.remove_column(schema.index_of("piece_count").unwrap());
    (found, pieces)
}

/// In all memory and in the rooms given, the least of which takes more than a few pieces.
async fn is_the_same(model: Model, settings: &str, rooms: [usize; 2]) {
    let (whole, one) = answer(model, settings, usize::MAX).await;
    assert_eq!(one, 1);
    assert!(
        whole.num_rows() > 20,
        "{settings}: {} rows",
        whole.num_rows()
    );
    let mut most = 1;
    for memory_bytes in rooms {
        let (parted, pieces) = answer(model, settings, memory_bytes).await;
        assert!(
            pieces > most,
            "{memory_bytes} bytes: {pieces} pieces after {most}"
        );
        assert_eq!(parted, whole, "{settings}: {memory_bytes} bytes");
        most = pieces;
    }
}

#[tokio::test]
async fn patterns_of_histories_in_pieces_are_those_of_all_in_memory() {
    for keep in ["all", "closed", "maximal"] {
        let settings = format!(
            "models.sequences.keep={keep}; models.sequences.max_gap_days=60; \
             models.sequences.max_length=2; models.sequences.min_support=0.05"
        );
        is_the_same(mine_sequences, &settings, [4_500_000, 3_000_000]).await;
    }
}

#[tokio::test]
async fn rules_of_histories_in_pieces_are_those_of_all_in_memory_to_the_last_bit() {
    let settings = "models.sequences.max_antecedent=2; models.sequences.min_lift=0; \
                    models.sequences.max_false_discovery_rate=1; models.sequences.windows_days=[30, 90]";
    is_the_same(find_sequence_rules, settings, [4_500_000, 3_000_000]).await;
}

#[test]
fn a_history_comes_back_from_its_file_as_it_was() {
    use super::pieces::Piece;
    let histories: Sequences = [vec![(-9, 4), (-9, 2), (0, 4)], vec![], vec![(-3, 0)]]
        .into_iter()
        .collect();
    let back = Sequences::of(&histories.batch(0..3).unwrap());
    let all = |histories: &Sequences| format!("{histories:?}");
    assert_eq!(all(&back), all(&histories));
    let last = Sequences::of(&histories.batch(2..3).unwrap());
    assert_eq!(last.history(0).collect::<Vec<_>>(), [(-3, &[0][..])]);
}
