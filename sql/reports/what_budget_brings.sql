-- What a budget brings: the margin to be expected of the best steps that cost money, up to each amount of it.
with steps as (
    select
        step_rank,
        cost_to_here as budget,
        count(*) filter (where step = 1) over (order by step_rank) as customers,
        sum(cast(margin_step as decimal(18, 4))) over (order by step_rank) as margin_expected
    from actions.action_steps
    where cost_step > 0
),
placed as (
    select
        *,
        max(margin_expected) over () as margin_all,
        ceil(40 * cast(budget as double) / nullif(cast(max(budget) over () as double), 0)) as fortieth
    from steps
)
select
    max(budget) as budget,
    max(customers) as customers,
    cast(max(margin_expected) as decimal(18, 4)) as margin_expected,
    max(max(budget)) over () as budget_all,
    cast(max(margin_all) as decimal(18, 4)) as margin_expected_all,
    min(min(budget) filter (where 2 * margin_expected >= margin_all)) over () as half_margin_budget_all
from placed
group by fortieth
order by budget
