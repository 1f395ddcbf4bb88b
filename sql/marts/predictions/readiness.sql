-- One row per model: whether it could be fitted to these data, and what was done instead.
-- Key: model
-- model         which
-- needs         what it learns from
-- found_count   how much of it there is
-- verdict       fitted; last run: the fit failed, or the job wants no other, and that of the last run is used; none: nothing is said, and
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
known_customers as (
    select count(*) as customer_count from features.segment_features
),
propensity_models as (
    select
        model,
        max(found_count) as found_count,
        count(fitted) as fitted_count,
        max(reason) as reason
    from scores.propensity_models
    group by model
),
fits as (
    select
        model,
        max(reason) as reason,
        case
            when count(value) = 0 then 'none'
            when max(reason) is not null then 'last run'
            else 'fitted'
        end as verdict
    from model_parameters
    group by model
)
select
    needs.model,
    'customers with a second purchase day' as needs,
    coalesce(repeaters.customer_count, 0) as found_count,
    fits.verdict,
    fits.reason
from needs
inner join fits on needs.model = fits.model
left join repeaters on needs.period = repeaters.period
union all
select
    fits.model,
    'customers with a purchase',
    known_customers.customer_count,
    fits.verdict,
    fits.reason
from fits
cross join known_customers
where fits.model = 'segments'
union all
select
    model,
    concat(
        'customers who did it in the ',
        case when model in ('best_tier', 'revenue_window', 'margin_window') then 'window' else 'horizon' end,
        ' before the last'
    ),
    found_count,
    case
        when fitted_count = 0 then 'none'
        when reason is not null then 'last run'
        else 'fitted'
    end,
    reason
from propensity_models
