-- What a budget brings: the margin to be expected of the best actions, up to each amount of money.
with ranked as (
    select
        budget_rank,
        cast(cost_to_here as decimal(18, 4)) as budget,
        sum(cast(margin_expected as decimal(18, 4))) over (order by budget_rank) as margin_expected
    from actions.next_best_actions
    where budget_rank is not null
),
placed as (
    select
        *,
        max(margin_expected) over () as margin_all,
        ceil(40 * cast(budget as double) / nullif(cast(max(budget) over () as double), 0)) as fortieth
    from ranked
)
select
    max(budget) as budget,
    max(budget_rank) as customers,
    cast(max(margin_expected) as decimal(18, 4)) as margin_expected,
    max(max(budget)) over () as budget_all,
    cast(max(margin_all) as decimal(18, 4)) as margin_expected_all,
    min(min(budget) filter (where 2 * margin_expected >= margin_all)) over () as half_margin_budget_all
from placed
group by fortieth
order by customers
