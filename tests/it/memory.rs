//! Queries that do not fit into memory.

use crate::shop::{Shop, batch};
use crate::tables::counts;

/// Either side of the join is about a hundred megabytes.
const LARGE: &str = "-- One row per customer.
-- Key: customer_id
with texts as (
    select
        one.customer_id,
        one.order_id || other.order_id || third.order_id as id,
        repeat(one.order_id || other.order_id, 150) as text
    from entities.lines as one
    cross join entities.lines as other
    cross join entities.lines as third
)
select
    one.customer_id,
    count(*) as pair_count,
    sum(cast(one.text = other.text as int)) as same_count
from texts as one
inner join texts as other on one.id = other.id
group by one.customer_id";

#[tokio::test]
async fn a_join_that_does_not_fit_is_made_by_sorting() {
    let head = "order_id,customer_id,ordered_at,product_id,quantity,revenue";
    let lines = (100..150).map(|line| format!("\n{line},c{},2025-03-01,p,1,1", line % 20));
    let lines = head.to_owned() + &lines.collect::<String>();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("probe")).unwrap();
    std::fs::write(folder.path().join("probe/large.sql"), LARGE).unwrap();
    let settings = format!(
        "sql={}; output.publish=[probe]; resources.memory_limit=128MiB; resources.threads=1; resources.kept_share=0",
        folder.path().display()
    );
    let shop = Shop::new(&[("in/transactions.csv", &lines)]).await;
    let shop = shop.with(&settings);
    shop.run().await.unwrap();
    let table = batch(shop.bytes("latest/probe/large.parquet").await.unwrap());
    assert_eq!(counts(&table, "pair_count"), counts(&table, "same_count"));
    assert_eq!(counts(&table, "pair_count").iter().sum::<i64>(), 125_000);
}
