-- One row per review of the tiers and whole unit of margin, of the customers above 0.
-- Why: units are few beside customers, so that no window runs over all of them.
-- Key: period, review_number, margin_unit
-- period           window, previous or earlier
-- review_number    1 is the last day
-- margin_unit      margin rounded down
-- margin_to_here   money of the customers of this unit and of all better ones
-- margin_total     money of all customers above 0
with tier_reviews as (
    select * from entities.tier_reviews
),
units as (
    select
        period,
        review_number,
        cast(floor(margin) as bigint) as margin_unit,
        sum(margin) as margin
    from tier_reviews
    where margin > 0
    group by period, review_number, cast(floor(margin) as bigint)
)
select
    period,
    review_number,
    margin_unit,
    sum(margin) over (
        partition by period, review_number
        order by margin_unit desc
    ) as margin_to_here,
    sum(margin) over (partition by period, review_number) as margin_total
from units
