-- What to do tomorrow: the best action of every customer for whom one pays.
select
    action,
    customer_count as customers,
    round(contact_cost, 2) as cost,
    round(margin_expected, 2) as margin_after_cost
from actions.action_summary
order by margin_expected desc, action
