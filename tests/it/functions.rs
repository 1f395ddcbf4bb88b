//! What the functions beside the engine's own answer.

use crate::shop::{Shop, batch};
use crate::tables::counts;
use std::fmt::Write;

const DISTINCT: &str = "-- One row per customer.
-- Key: customer_id
select
    customer_id,
    distinct_count(product_id) as ours,
    count(distinct product_id) as engines,
    distinct_count(product_id) filter (where quantity > 1) as ours_of_some,
    count(distinct product_id) filter (where quantity > 1) as engines_of_some,
    distinct_count(order_id, product_id) as ours_of_pairs,
    count(distinct concat(order_id, ' ', product_id)) filter (where product_id is not null) as engines_of_pairs
from entities.lines
group by customer_id
union all
select
    'everybody',
    distinct_count(product_id),
    count(distinct product_id),
    distinct_count(product_id) filter (where quantity > 1),
    count(distinct product_id) filter (where quantity > 1),
    distinct_count(order_id, product_id),
    count(distinct concat(order_id, ' ', product_id)) filter (where product_id is not null)
from entities.lines";

const HALVES: &str = "-- One row per customer.
-- Key: customer_id
with parts as (
    select
        customer_id,
        order_id,
        max(quantity) as quantity,
        distinct_hashes(product_id) as hashes
    from entities.lines
    group by customer_id, order_id
),
together as (
    select
        customer_id,
        distinct_union_count(hashes) as ours,
        distinct_union_count(hashes) filter (where quantity > 1) as ours_of_some
    from parts
    group by customer_id
    union all
    select 'everybody', distinct_union_count(hashes), distinct_union_count(hashes) filter (where quantity > 1)
    from parts
),
whole as (
    select
        lines.customer_id,
        count(distinct lines.product_id) as engines,
        count(distinct lines.product_id) filter (where parts.quantity > 1) as engines_of_some
    from entities.lines as lines
    inner join parts on lines.customer_id = parts.customer_id and lines.order_id = parts.order_id
    group by lines.customer_id
    union all
    select 'everybody', count(distinct lines.product_id), count(distinct lines.product_id) filter (where parts.quantity > 1)
    from entities.lines as lines
    inner join parts on lines.customer_id = parts.customer_id and lines.order_id = parts.order_id
)
select together.customer_id, ours, ours_of_some, engines, engines_of_some
from together
inner join whole on together.customer_id = whole.customer_id";

#[tokio::test]
async fn what_is_distinct_in_parts_is_counted_together_as_the_engine_counts_the_whole() {
    let table = probed(HALVES).await;
    assert_eq!(table.num_rows(), 702);
    assert_eq!(counts(&table, "ours"), counts(&table, "engines"));
    assert_eq!(
        counts(&table, "ours_of_some"),
        counts(&table, "engines_of_some")
    );
}

/// The rows of a query over 20,000 lines of 701 customers.
async fn probed(sql: &str) -> arrow::array::RecordBatch {
    let mut lines = "order_id,customer_id,ordered_at,product_id,quantity,revenue\n".to_owned();
    for line in 0_u64..20_000 {
        // scattered, so that every customer stands in every part of the file
        let dice = line.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let product = if dice % 11 == 0 {
            String::new()
        } else {
            format!("a product with a long name {}", dice % 97)
        };
        writeln!(
            lines,
            "o{},c{},2025-03-01,{product},{},1",
            dice % 5_003,
            dice % 701,
            dice % 3 + 1
        )
        .unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("probe")).unwrap();
    std::fs::write(folder.path().join("probe/distinct.sql"), sql).unwrap();
    let settings = format!(
        "sql={}; output.publish=[probe]; resources.threads=3",
        folder.path().display()
    );
    let shop = Shop::new(&[("in/transactions.csv", &lines)]).await;
    let shop = shop.with(&settings);
    shop.run().await.unwrap();
    batch(shop.bytes("latest/probe/distinct.parquet").await.unwrap())
}

#[tokio::test]
async fn what_is_distinct_is_counted_as_the_engine_counts_it() {
    let table = probed(DISTINCT).await;
    assert_eq!(table.num_rows(), 701 + 1);
    for what in ["", "_of_some", "_of_pairs"] {
        let ours = counts(&table, &format!("ours{what}"));
        let engines = counts(&table, &format!("engines{what}"));
        assert_eq!(ours, engines, "{what}");
        assert!(ours.iter().max() > Some(&80), "{what}");
    }
}
