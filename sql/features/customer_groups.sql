-- One row per level and known customer with a group: where they stand today.
-- Key: level, customer_id
-- level         tier or segment
-- customer_id   who
-- group_name    which
with customer_tiers as (
    select * from entities.customer_tiers
    where tier is not null
),
segments as (
    select * from scores.segment_distances
    where segment is not null
)
select 'tier' as level, customer_id, tier as group_name from customer_tiers
union all
select 'segment', customer_id, cast(cast(segment as int) as varchar) from segments
