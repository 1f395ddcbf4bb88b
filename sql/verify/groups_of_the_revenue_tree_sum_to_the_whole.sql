-- In every dimension the revenue of the groups is that of the shop, up to the rounding of sums.
with dimensions as (
    select
        period,
        dimension,
        sum(amount) as revenue
    from value.revenue_tree
    where node = 'revenue'
    group by period, dimension
)
select
    dimensions.period,
    dimensions.dimension,
    dimensions.revenue,
    whole.revenue as whole_revenue
from dimensions
inner join dimensions as whole
    on dimensions.period = whole.period
    and whole.dimension = 'all'
where abs(dimensions.revenue - whole.revenue) > 0.001 + 0.000001 * abs(whole.revenue)
