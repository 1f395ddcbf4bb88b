-- One row per review of the tiers and customer in it: how much of the margin those above them make.
-- Why: customers of one margin have one place.
-- Key: period, review_number, customer_id
-- period          see entities.tier_reviews
-- review_number   1 is the last day
-- customer_id     who
-- better_share    share of the margin that better customers make; 1 for who brought none
with tier_reviews as (
    select * from entities.tier_reviews
),
tier_steps as (
    select * from entities.tier_steps
),
customers_in_units as (
    select
        period,
        review_number,
        customer_id,
        cast(floor(margin) as bigint) as margin_unit,
        case
            when margin > 0 then sum(margin) over (
                partition by period, review_number, cast(floor(margin) as bigint), margin > 0
                order by margin
            )
        end as margin_up_to_here
    from tier_reviews
)
select
    customers_in_units.period,
    customers_in_units.review_number,
    customers_in_units.customer_id,
    -- rounded, so that a bound that is met is met
    coalesce(round(
        cast(tier_steps.margin_to_here - customers_in_units.margin_up_to_here as double)
        / cast(tier_steps.margin_total as double), 12
    ), 1) as better_share
from customers_in_units
left join tier_steps
    on customers_in_units.period = tier_steps.period
    and customers_in_units.review_number = tier_steps.review_number
    and customers_in_units.margin_unit = tier_steps.margin_unit
