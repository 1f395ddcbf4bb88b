-- One row per model: whether it could be fitted to these data, and what was done instead.
-- Key: model
-- model         which
-- needs         what it learns from
-- found_count   how much of it there is
-- verdict       fitted; last run: the fit failed, and the parameters of the last run are used; none: nothing is said, and
--               its columns are null
-- reason        why it is not fitted; null if it is
with purchase_cells as (
    select * from features.purchase_cells
),
model_parameters as (
    select * from predictions.model_parameters
),
repeaters as (
    select
        period,
        sum(customer_count) as customer_count
    from purchase_cells
    where repeat_count > 0
    group by period
),
needs as (
    select * from (values
        ('purchases', 'now'), ('spend', 'now'),
        ('purchases_window_ago', 'window_ago'), ('spend_window_ago', 'window_ago')
    ) as needs (model, period)
),
fits as (
    select
        model,
        count(value) as value_count,
        max(reason) as reason
    from model_parameters
    group by model
)
select
    needs.model,
    'customers with a second purchase day' as needs,
    coalesce(repeaters.customer_count, 0) as found_count,
    case
        when fits.value_count = 0 then 'none'
        when fits.reason is not null then 'last run'
        else 'fitted'
    end as verdict,
    fits.reason
from needs
inner join fits on needs.model = fits.model
left join repeaters on needs.period = repeaters.period
