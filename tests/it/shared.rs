//! A part of a query that stands in it more than once.

use crate::shop::{Shop, batch};
use crate::tables::counts;

/// Chance tells the same twice only if it was asked once.
const TWICE: &str = "-- One row per customer.
-- Key: customer_id
with drawn as (
    select
        customer_id,
        max(random()) as number
    from entities.lines
    group by customer_id
)
select
    one.customer_id,
    cast(one.number = other.number as int) as is_same
from drawn as one
inner join drawn as other on one.customer_id = other.customer_id";

#[tokio::test]
async fn what_a_query_reads_twice_is_computed_once() {
    let head = "order_id,customer_id,ordered_at,product_id,quantity,revenue";
    let lines = (0..50).map(|line| format!("\no{line},c{},2025-03-01,p,1,1", line % 20));
    let lines = head.to_owned() + &lines.collect::<String>();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("probe")).unwrap();
    std::fs::write(folder.path().join("probe/twice.sql"), TWICE).unwrap();
    // with room for it in memory, and without
    for kept_share in [0.5, 0.0] {
        let settings = format!(
            "sql={}; output.publish=[probe]; resources.kept_share={kept_share}",
            folder.path().display()
        );
        let shop = Shop::new(&[("in/transactions.csv", &lines)]).await;
        let shop = shop.with(&settings);
        shop.run().await.unwrap();
        let table = batch(shop.bytes("latest/probe/twice.parquet").await.unwrap());
        assert_eq!(counts(&table, "is_same"), [1; 20], "{kept_share}");
    }
}
