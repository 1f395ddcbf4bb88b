-- One row per loyal customer who went silent (phases reactivation and lost), best first: who is worth winning back, and
-- what may it cost.
-- Key: customer_id
-- customer_id               who
-- phase                     reactivation or lost
-- winback_rank              1 is best: by return_probability × margin_at_stake, since contact changes most where a return is
--                           neither sure nor hopeless; who must not be contacted comes last
-- order_count               purchases
-- margin_last_year          margin of the 365 days that end with the last purchase
-- margin_expected           margin that a returned customer makes in the 365 days after the return: that of the last year,
--                           by the ratio in which those who returned before did; null if nobody has returned a year ago
-- value_expected            return_probability × margin_expected: what comes of them without contact
-- margin_at_stake           (1 − return_probability) × margin_expected: what does not, the most that contact can gain
-- offer_max                 what a return is worth: $winback_margin_share of margin_expected; 0 where it is below 0
-- silent_days               days since the last purchase
-- overdue_ratio             silent days / expected gap
-- return_probability        chance to return on their own within $ladder_horizon_days: how often customers of such a rhythm
--                           did who were silent as long (Kaplan–Meier)
-- is_opted_out              whether they must not be contacted
-- last_purchase_date        day of the last purchase
with lifecycle as (
    select * from loyalty.lifecycle
),
customer_rhythms as (
    select * from entities.customer_rhythms
),
customers as (
    select * from entities.customers
),
orders as (
    select * from entities.orders
),
return_chances as (
    select * from entities.return_chances
),
returned_margins as (
    select * from entities.returned_margins
),
-- margin a day after the return to margin a day before the silence
recovery as (
    select
        greatest(cast(sum(margin_after) as double), 0) / (365 * count(*)) * sum(seen_days)
        / nullif(greatest(cast(sum(margin_before) as double), 0), 0) as margin_ratio
    from returned_margins
),
silent_customers as (
    select
        lifecycle.customer_id,
        lifecycle.phase,
        lifecycle.order_count,
        lifecycle.silent_days,
        lifecycle.overdue_ratio,
        customer_rhythms.rhythm_group,
        customer_rhythms.last_purchase_date
    from lifecycle
    inner join customer_rhythms on lifecycle.customer_id = customer_rhythms.customer_id
    where lifecycle.phase in ('reactivation', 'lost')
),
last_years as (
    select
        silent_customers.customer_id,
        sum(orders.margin) as margin_last_year
    from silent_customers
    inner join orders on silent_customers.customer_id = orders.customer_id
    where silent_customers.last_purchase_date - orders.order_date < 365
    group by silent_customers.customer_id
),
valued_customers as (
    select
        silent_customers.*,
        last_years.margin_last_year,
        cast(cast(last_years.margin_last_year as double) * recovery.margin_ratio as decimal(18, 4)) as margin_expected,
        coalesce(return_chances.return_probability, 0) as return_probability,
        customers.is_opted_out
    from silent_customers
    inner join last_years on silent_customers.customer_id = last_years.customer_id
    inner join customers on silent_customers.customer_id = customers.customer_id
    left join return_chances
        on silent_customers.rhythm_group = return_chances.rhythm_group
        and silent_customers.silent_days = return_chances.silent_days
    cross join recovery
)
select
    customer_id,
    phase,
    row_number() over (
        order by
            is_opted_out,
            return_probability * (1 - return_probability) * cast(margin_last_year as double) desc,
            margin_last_year desc,
            customer_id
    ) as winback_rank,
    order_count,
    margin_last_year,
    margin_expected,
    cast(return_probability * cast(margin_expected as double) as decimal(18, 4)) as value_expected,
    cast((1 - return_probability) * cast(margin_expected as double) as decimal(18, 4)) as margin_at_stake,
    case
        when margin_expected > 0
            then cast($winback_margin_share * cast(margin_expected as double) as decimal(18, 4))
        when margin_expected <= 0 then 0
    end as offer_max,
    silent_days,
    overdue_ratio,
    return_probability,
    is_opted_out,
    last_purchase_date
from valued_customers
