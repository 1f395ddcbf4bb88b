-- Neither who opted out, nor who was contacted in the pause, nor the global control group has a next best action.
with next_best_actions as (
    select * from actions.next_best_actions
),
customers as (
    select * from entities.customers
),
campaign_contacts as (
    select * from entities.campaign_contacts
    where $run_date - contact_date < $contact_pause_days
),
control_customers as (
    select * from entities.control_customers
)
select
    next_best_actions.customer_id,
    next_best_actions.action
from next_best_actions
left join customers on next_best_actions.customer_id = customers.customer_id
left join campaign_contacts on next_best_actions.customer_id = campaign_contacts.customer_id
left join control_customers on next_best_actions.customer_id = control_customers.customer_id
where
    coalesce(customers.is_opted_out, true)
    or campaign_contacts.customer_id is not null
    or control_customers.customer_id is not null
