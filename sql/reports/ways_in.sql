-- What customers are worth in their first year, by the category of the first order: how low may the first offer go.
select
    entry_name as category,
    customer_count_12_months as customers,
    cast(margin_12_months_mean as decimal(18, 4)) as margin_12_months_mean,
    cast(margin_12_months_mean - 1.96 * margin_12_months_se as decimal(18, 4)) as margin_lower,
    cast(margin_12_months_mean + 1.96 * margin_12_months_se as decimal(18, 4)) as margin_upper,
    cast(allowable_acquisition_cost as decimal(18, 4)) as allowable_acquisition_cost,
    third_order_rate
from value.entry_offers
where entry_kind = 'category' and entry_name not in ('other', 'unknown') and margin_12_months_se is not null
order by margin_12_months_mean desc, entry_name
limit 10
