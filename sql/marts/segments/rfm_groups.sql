-- One row per group of the job's `rfm_groups`: who is in it, and what they bring.
-- Key: group_name
-- group_name                the group
-- customer_count            customers
-- customer_share            share of all customers with a purchase; null if there are none
-- recency_days_mean         days from the last purchase to $run_date; null for an empty group
-- purchase_day_count_mean   days with a purchase; null for an empty group
-- revenue                   money, all-time
-- revenue_share             share of all their revenue; null if that is 0
with rfm as (
    select * from segments.rfm
),
groups as (
    select * from job.rfm_groups
),
sums as (
    select
        group_name,
        count(*) as customer_count,
        cast(sum(recency_days) as double) / count(*) as recency_days_mean,
        cast(sum(purchase_day_count) as double) / count(*) as purchase_day_count_mean,
        sum(revenue) as revenue
    from rfm
    group by group_name
)
select
    groups.group_name,
    coalesce(sums.customer_count, 0) as customer_count,
    cast(coalesce(sums.customer_count, 0) as double)
    / nullif(sum(sums.customer_count) over (), 0) as customer_share,
    sums.recency_days_mean,
    sums.purchase_day_count_mean,
    coalesce(sums.revenue, 0) as revenue,
    cast(coalesce(sums.revenue, 0) as double)
    / nullif(cast(sum(sums.revenue) over () as double), 0) as revenue_share
from groups
left join sums on groups.group_name = sums.group_name
