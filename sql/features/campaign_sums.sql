-- One row per campaign, outcome, slice and arm: sums from which all comparisons follow.
-- Why: outcomes beyond the limit count as the limit, in all arms alike.
-- Key: campaign_id, outcome, dimension, slice, arm
-- campaign_id         which campaign
-- outcome             see campaign_outcomes
-- dimension           all, orders_before, region or channel
-- slice               its value; all
-- arm                 arm of the test
-- customer_count      customers
-- outcome_sum         of the outcome
-- outcome_squares     of its square
-- covariate_sum       of the covariate
-- covariate_squares   of its square
-- product_sum         of the product of both
-- winsor_limit        amount beyond which an outcome counts as this amount; null if there is no outcome
-- contact_cost        what the contacts cost
-- planned_share       of the arm, as the job says; null if it does not
-- look_fraction       share of the campaign's members whose days of outcome have passed
with campaign_outcomes as (
    select * from features.campaign_outcomes
),
campaign_members as (
    select * from entities.campaign_members
),
planned_arms as (
    select * from entities.planned_arms
),
limits as (
    select
        campaign_id,
        outcome,
        cast(
            percentile_cont($campaigns_winsor_quantile) within group (order by cast(abs(value) as double))
            as decimal(18, 4)
        ) as winsor_limit
    from campaign_outcomes
    where value <> 0
    group by campaign_id, outcome
),
looks as (
    select
        members.campaign_id,
        outcomes.outcome,
        cast(outcomes.customer_count as double) / members.customer_count as look_fraction
    from (
        select campaign_id, count(*) as customer_count from campaign_members
        group by campaign_id
    ) as members
    inner join (
        select campaign_id, outcome, count(*) as customer_count from campaign_outcomes
        group by campaign_id, outcome
    ) as outcomes
        on members.campaign_id = outcomes.campaign_id
),
cut_outcomes as (
    select
        campaign_outcomes.*,
        limits.winsor_limit,
        case
            when value > winsor_limit then winsor_limit
            when value < -winsor_limit then -winsor_limit
            else value
        end as cut_value
    from campaign_outcomes
    left join limits
        on campaign_outcomes.campaign_id = limits.campaign_id
        and campaign_outcomes.outcome = limits.outcome
),
sliced_outcomes as (
    select *, 'all' as dimension, 'all' as slice from cut_outcomes
    union all
    select *, 'orders_before' as dimension, order_count_ever as slice from cut_outcomes
    union all
    select *, 'region' as dimension, region as slice from cut_outcomes
    union all
    select *, 'channel' as dimension, channel as slice from cut_outcomes
)
select
    sliced_outcomes.campaign_id,
    sliced_outcomes.outcome,
    sliced_outcomes.dimension,
    sliced_outcomes.slice,
    sliced_outcomes.arm,
    count(*) as customer_count,
    sum(cast(cut_value as decimal(18, 4))) as outcome_sum,
    sum(cast(cut_value as decimal(18, 4)) * cast(cut_value as decimal(18, 4))) as outcome_squares,
    sum(covariate) as covariate_sum,
    sum(covariate * covariate) as covariate_squares,
    sum(covariate * cast(cut_value as decimal(18, 4))) as product_sum,
    max(winsor_limit) as winsor_limit,
    sum(contact_cost) as contact_cost,
    max(planned_arms.share) as planned_share,
    max(looks.look_fraction) as look_fraction
from sliced_outcomes
inner join looks
    on sliced_outcomes.campaign_id = looks.campaign_id
    and sliced_outcomes.outcome = looks.outcome
left join planned_arms
    on sliced_outcomes.campaign_id = planned_arms.campaign_id
    and sliced_outcomes.arm = planned_arms.arm
group by
    sliced_outcomes.campaign_id,
    sliced_outcomes.outcome,
    sliced_outcomes.dimension,
    sliced_outcomes.slice,
    sliced_outcomes.arm
