-- Of concentration: the best 1, 5, 10 and 20 percent, rounded up to whole customers, make at least what the curve leaves to
-- so many, more of them make more, and the Gini index lies between 0 and 1.
with concentration as (
    select * from value.concentration
    where gini is not null
),
lorenz_curve as (
    select
        measure,
        1 - max(amount_share) filter (where customer_percent = 99) as best_01_share,
        1 - max(amount_share) filter (where customer_percent = 95) as best_05_share,
        1 - max(amount_share) filter (where customer_percent = 90) as best_10_share,
        1 - max(amount_share) filter (where customer_percent = 80) as best_20_share
    from value.lorenz_curve
    group by measure
)
select concentration.*
from concentration
inner join lorenz_curve on concentration.measure = lorenz_curve.measure
where
    concentration.gini not between -1e-9 and 1
    or concentration.top_01_share < lorenz_curve.best_01_share - 1e-9
    or concentration.top_05_share < greatest(lorenz_curve.best_05_share, concentration.top_01_share) - 1e-9
    or concentration.top_10_share < greatest(lorenz_curve.best_10_share, concentration.top_05_share) - 1e-9
    or concentration.top_20_share < greatest(lorenz_curve.best_20_share, concentration.top_10_share) - 1e-9
