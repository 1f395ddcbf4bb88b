-- One row per reachable customer and action that pays, best first: every term of its expected margin.
-- Why: whoever should cost nothing more gets no other action. What a test has measured is purchases, so a measured response
-- is worth an order of the customer; an assumed one is worth what the action is about.
-- Key: customer_id, action
-- customer_id       who
-- action            what to do
-- choice            1 is best: by expected margin
-- evidence          measured, assumed, or known: money that is spent now
-- response_rate     share of those contacted and still there who respond because of it
-- presence_probability  that the customer is still there
-- margin_base       money that the action is about, see action_margins
-- stake_share       share of it that depends on the action
-- margin_at_stake   margin_base × stake_share
-- response_margin   what a response is worth: measured, the money expected of an order; else margin_at_stake
-- contact_cost      cost of one contact
-- margin_expected   response_rate × presence_probability × response_margin − contact_cost
-- spending_limit    what a contact may cost in all, offer included: $action_margin_share × response_rate ×
--                   presence_probability × response_margin
-- category          category to speak of, if any
-- item_id           item to offer, if any
-- item_name         its name
-- deadline          day after which it is late; null if the customer has no rhythm
with action_margins as (
    select * from entities.action_margins
),
action_rates as (
    select * from entities.action_rates
),
wasted_costs as (
    select * from entities.wasted_costs
),
reachable_customers as (
    select * from entities.reachable_customers
),
staked_margins as (
    select
        action_margins.*,
        action_rates.evidence,
        action_rates.response_rate,
        action_rates.contact_cost,
        reachable_customers.presence_probability,
        reachable_customers.order_margin,
        cast(cast(margin_base as double) * stake_share as decimal(18, 4)) as margin_at_stake
    from action_margins
    inner join action_rates on action_margins.action = action_rates.action
    inner join reachable_customers on action_margins.customer_id = reachable_customers.customer_id
    left join wasted_costs on action_margins.customer_id = wasted_costs.customer_id
    where wasted_costs.customer_id is null
),
response_margins as (
    select
        *,
        case when evidence = 'measured' then order_margin else margin_at_stake end as response_margin
    from staked_margins
),
expected_margins as (
    select
        *,
        cast(
            response_rate * presence_probability * cast(response_margin as double) as decimal(18, 4)
        ) as margin_of_response
    from response_margins
),
choices as (
    select
        customer_id,
        action,
        evidence,
        response_rate,
        presence_probability,
        margin_base,
        stake_share,
        margin_at_stake,
        response_margin,
        contact_cost,
        cast(margin_of_response - contact_cost as decimal(18, 4)) as margin_expected,
        cast($action_margin_share * cast(margin_of_response as double) as decimal(18, 4)) as spending_limit,
        category,
        item_id,
        item_name,
        deadline
    from expected_margins
    where contact_cost <= $action_margin_share * cast(margin_of_response as double)
    union all
    select
        wasted_costs.customer_id,
        'stop_spending' as action,
        'known' as evidence,
        cast(1 as double) as response_rate,
        cast(1 as double) as presence_probability,
        wasted_costs.spent_window as margin_base,
        cast(1 as double) as stake_share,
        wasted_costs.spent_window as margin_at_stake,
        wasted_costs.spent_window as response_margin,
        cast(0 as decimal(18, 4)) as contact_cost,
        cast(wasted_costs.spent_window as decimal(18, 4)) as margin_expected,
        cast(0 as decimal(18, 4)) as spending_limit,
        null as category,
        null as item_id,
        null as item_name,
        $run_date as deadline
    from wasted_costs
    inner join reachable_customers on wasted_costs.customer_id = reachable_customers.customer_id
)
select
    *,
    row_number() over (partition by customer_id order by margin_expected desc, action) as choice
from choices
