-- One row per reachable customer and action that pays, best first: every term of its expected margin.
-- Why: whoever should cost nothing more gets no other action.
-- Key: customer_id, action
-- customer_id       who
-- action            what to do
-- choice            1 is best: by expected margin
-- evidence          measured, assumed, or known: money that is spent now
-- response_rate     share of the contacted who respond because of it
-- margin_base       money a year that the action is about
-- stake_share       share of it that depends on the action
-- margin_at_stake   margin_base × stake_share
-- contact_cost      cost of one contact
-- margin_expected   response_rate × margin_at_stake − contact_cost
-- spending_limit    what a contact may cost in all, offer included: $action_margin_share × response_rate × margin_at_stake
-- category          category to speak of, if any
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
        cast(cast(margin_base as double) * stake_share as decimal(18, 4)) as margin_at_stake,
        cast(
            response_rate * cast(margin_base as double) * stake_share as decimal(18, 4)
        ) as margin_of_response
    from action_margins
    inner join action_rates on action_margins.action = action_rates.action
    left join wasted_costs on action_margins.customer_id = wasted_costs.customer_id
    where wasted_costs.customer_id is null
),
choices as (
    select
        customer_id,
        action,
        evidence,
        response_rate,
        margin_base,
        stake_share,
        margin_at_stake,
        contact_cost,
        cast(margin_of_response - contact_cost as decimal(18, 4)) as margin_expected,
        cast($action_margin_share * cast(margin_of_response as double) as decimal(18, 4)) as spending_limit,
        category,
        deadline
    from staked_margins
    where contact_cost <= $action_margin_share * cast(margin_of_response as double)
    union all
    select
        wasted_costs.customer_id,
        'stop_spending' as action,
        'known' as evidence,
        cast(1 as double) as response_rate,
        wasted_costs.spent_window as margin_base,
        cast(1 as double) as stake_share,
        wasted_costs.spent_window as margin_at_stake,
        cast(0 as decimal(18, 4)) as contact_cost,
        cast(wasted_costs.spent_window as decimal(18, 4)) as margin_expected,
        cast(0 as decimal(18, 4)) as spending_limit,
        null as category,
        $run_date as deadline
    from wasted_costs
    inner join reachable_customers on wasted_costs.customer_id = reachable_customers.customer_id
)
select
    *,
    row_number() over (partition by customer_id order by margin_expected desc, action) as choice
from choices
