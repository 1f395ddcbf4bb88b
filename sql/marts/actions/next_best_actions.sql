-- One row per customer for whom an action pays: the one with the highest expected margin after its cost that the budget
-- reaches, every term of its formula, and the reason in words.
-- Why: nobody who opted out, nobody contacted in the last $contact_pause_days days, and nobody of the global control group.
-- Money goes first to where a unit of it brings most (see action_steps), until $action_budget is spent (0: no limit).
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
-- runner_up           the best of the other actions, also if the budget does not reach it; null if no other pays
-- runner_up_margin    its expected margin
-- budget_rank         the lower, the sooner money is spent on it: the rank of its step
-- cost_to_here        cost of this step and all better ones
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
action_steps as (
    select * from actions.action_steps
),
-- the last step that the budget reaches, else the first
ordered_steps as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by is_in_budget desc, case when is_in_budget then -step else step end
        ) as place
    from action_steps
),
chosen_actions as (
    select
        action_choices.*,
        ordered_steps.step_rank,
        ordered_steps.cost_to_here,
        ordered_steps.is_in_budget
    from ordered_steps
    inner join action_choices
        on ordered_steps.customer_id = action_choices.customer_id
        and ordered_steps.action = action_choices.action
    where ordered_steps.place = 1
)
select
    chosen_actions.customer_id,
    chosen_actions.action,
    replace(replace(replace(replace(replace(
        reason_templates.template,
        '{money}', cast(cast(chosen_actions.margin_at_stake as decimal(18, 2)) as varchar)),
        '{days}', cast(reachable_customers.silent_days as varchar)),
        '{orders}', cast(reachable_customers.order_count as varchar)),
        '{category}', coalesce(chosen_actions.category, '')),
        '{item}', coalesce(chosen_actions.item_name, chosen_actions.item_id, '')) as reason,
    chosen_actions.evidence,
    chosen_actions.response_rate,
    chosen_actions.presence_probability,
    chosen_actions.margin_base,
    chosen_actions.stake_share,
    chosen_actions.margin_at_stake,
    chosen_actions.response_margin,
    chosen_actions.contact_cost,
    chosen_actions.margin_expected,
    chosen_actions.spending_limit,
    chosen_actions.category,
    chosen_actions.item_id,
    chosen_actions.item_name,
    other_choices.action as runner_up,
    other_choices.margin_expected as runner_up_margin,
    chosen_actions.step_rank as budget_rank,
    chosen_actions.cost_to_here,
    chosen_actions.is_in_budget,
    chosen_actions.deadline
from chosen_actions
inner join reachable_customers on chosen_actions.customer_id = reachable_customers.customer_id
inner join reason_templates on chosen_actions.action = reason_templates.action
left join action_choices as other_choices
    on chosen_actions.customer_id = other_choices.customer_id
    and other_choices.choice = case chosen_actions.choice when 1 then 2 else 1 end
