-- Nobody reaches an order without the one before it.
with rungs as (
    select
        dimension,
        group_name,
        order_number,
        customer_count,
        next_count
    from loyalty.order_ladder
)
select
    lower_rung.dimension,
    lower_rung.group_name,
    lower_rung.order_number,
    lower_rung.next_count,
    upper_rung.customer_count
from rungs as lower_rung
inner join rungs as upper_rung
    on lower_rung.dimension = upper_rung.dimension
    and lower_rung.group_name = upper_rung.group_name
    and lower_rung.order_number + 1 = upper_rung.order_number
where lower_rung.next_count <> upper_rung.customer_count
