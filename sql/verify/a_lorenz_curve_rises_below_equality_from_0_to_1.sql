-- The poorer part of the customers never makes more than its share of the money, and all of them make all of it.
with points as (
    select
        measure,
        customer_percent,
        amount_share,
        lag(amount_share, 1, 0) over (partition by measure order by customer_percent) as amount_share_before
    from value.lorenz_curve
    where amount_share is not null
)
select *
from points
where
    amount_share < amount_share_before - 1e-9
    or amount_share > customer_percent / 100.0 + 1e-9
    or (customer_percent = 0 and amount_share <> 0)
    or (customer_percent = 100 and abs(amount_share - 1) > 1e-9)
