-- What flows into a category and out of it sums to the change of its revenue.
with changes as (
    select
        category,
        sum(revenue_window - revenue_previous) as change
    from entities.customer_category_windows
    group by category
),
flows as (
    select
        category,
        sum(revenue_change) as change
    from baskets.gain_loss
    group by category
)
select
    changes.category,
    changes.change,
    flows.change as explained
from changes
left join flows on changes.category = flows.category
where changes.change <> coalesce(flows.change, 0)
