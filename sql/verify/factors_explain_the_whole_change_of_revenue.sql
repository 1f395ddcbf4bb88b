-- What the factors explain sums to the change, for revenue and for margin, to a thousandth or a millionth of it all.
with explained_changes as (
    select
        dimension,
        group_name,
        max(abs(amount)) filter (where node = 'revenue') as revenue,
        sum(revenue_change_explained) filter (where node = 'revenue') as revenue_change,
        sum(revenue_change_explained) filter (where node not in ('revenue', 'margin')) as revenue_explained,
        sum(margin_change_explained) filter (where node = 'margin') as margin_change,
        sum(margin_change_explained) filter (where node not in ('revenue', 'margin')) as margin_explained
    from value.revenue_tree
    group by dimension, group_name
)
select
    dimension,
    group_name,
    revenue_change,
    revenue_explained,
    margin_change,
    margin_explained
from explained_changes
where
    abs(revenue_change - revenue_explained) > 0.001 + 0.000001 * revenue
    or abs(margin_change - margin_explained) > 0.001 + 0.000001 * revenue
