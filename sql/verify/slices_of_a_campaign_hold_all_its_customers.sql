-- Every customer of an arm stands in one slice of every dimension.
with campaign_effects as (
    select * from scores.campaign_effects
),
dimensions as (
    select
        campaign_id,
        outcome,
        arm,
        dimension,
        sum(customer_count) as customer_count
    from campaign_effects
    group by campaign_id, outcome, arm, dimension
)
select
    campaign_id,
    outcome,
    arm,
    min(customer_count) as fewest,
    max(customer_count) as most
from dimensions
group by campaign_id, outcome, arm
having min(customer_count) <> max(customer_count)
