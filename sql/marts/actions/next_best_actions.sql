-- One row per customer for whom an action pays: the one with the highest expected margin after its cost, every term of its
-- formula, and the reason in words.
-- Why: nobody who opted out, nobody contacted in the last $contact_pause_days days, and nobody of the global control group.
-- Money for actions goes first to where a unit of it brings most, until $action_budget is spent (0: no limit).
-- Key: customer_id
-- customer_id         who
-- action              thank_and_protect, nurture_second, nurture_third, cross_sell, raise_margin, recover_category,
--                     save_fading, win_back, ask_referral or stop_spending
-- reason              why, in the language $language
-- evidence            of the response: measured by a test, assumed by the job, or known (money that is spent now)
-- response_rate       share of those contacted and still there who respond because of it
-- presence_probability   that the customer is still there; 1 without a model
-- margin_base         money that the action is about, see action_margins
-- stake_share         share of it that depends on the action
-- margin_at_stake     margin_base × stake_share
-- response_margin     what a response is worth: measured, the money expected of an order; else margin_at_stake
-- contact_cost        cost of one contact
-- margin_expected     response_rate × presence_probability × response_margin − contact_cost
-- spending_limit      what the contact may cost in all, offer included: $action_margin_share × response_rate ×
--                     presence_probability × response_margin
-- category            category to speak of; null if the action is about none
-- item_id             item to offer; null but for cross_sell
-- item_name           its name
-- runner_up           the second best action; null if no other pays
-- runner_up_margin    its expected margin
-- budget_rank         1 is best: by expected margin per money
-- cost_to_here        cost of this action and all better ones
-- is_in_budget        whether the budget reaches it
-- deadline            day after which it is late: from the customer's own rhythm or window; null without one
with action_choices as (
    select * from entities.action_choices
),
reachable_customers as (
    select * from entities.reachable_customers
),
reason_templates as (
    select * from entities.reason_templates
    where language = $language
),
second_choices as (
    select * from action_choices
    where choice = 2
),
ranked_actions as (
    select
        *,
        row_number() over (
            order by cast(margin_expected as double) / nullif(cast(contact_cost as double), 0) desc nulls first, customer_id
        ) as budget_rank
    from action_choices
    where choice = 1
),
costed_actions as (
    select
        *,
        sum(contact_cost) over (order by budget_rank) as cost_to_here
    from ranked_actions
)
select
    costed_actions.customer_id,
    costed_actions.action,
    replace(replace(replace(replace(replace(
        reason_templates.template,
        '{money}', cast(cast(costed_actions.margin_at_stake as decimal(18, 2)) as varchar)),
        '{days}', cast(reachable_customers.silent_days as varchar)),
        '{orders}', cast(reachable_customers.order_count as varchar)),
        '{category}', coalesce(costed_actions.category, '')),
        '{item}', coalesce(costed_actions.item_name, costed_actions.item_id, '')) as reason,
    costed_actions.evidence,
    costed_actions.response_rate,
    costed_actions.presence_probability,
    costed_actions.margin_base,
    costed_actions.stake_share,
    costed_actions.margin_at_stake,
    costed_actions.response_margin,
    costed_actions.contact_cost,
    costed_actions.margin_expected,
    costed_actions.spending_limit,
    costed_actions.category,
    costed_actions.item_id,
    costed_actions.item_name,
    second_choices.action as runner_up,
    second_choices.margin_expected as runner_up_margin,
    costed_actions.budget_rank,
    cast(costed_actions.cost_to_here as decimal(18, 4)) as cost_to_here,
    $action_budget = 0 or costed_actions.cost_to_here <= $action_budget as is_in_budget,
    costed_actions.deadline
from costed_actions
inner join reachable_customers on costed_actions.customer_id = reachable_customers.customer_id
inner join reason_templates on costed_actions.action = reason_templates.action
left join second_choices on costed_actions.customer_id = second_choices.customer_id
