-- Are the best customers losing value: the trailing window against what was to be expected, by tenths of one window ago.
select
    revenue_decile as decile,
    customer_count as customers,
    margin_window,
    cast(margin_expected as decimal(18, 4)) as margin_expected,
    margin_previous,
    margin_ratio as margin_to_expected_share,
    margin_ratio_naive as margin_to_previous_share,
    fading_count as fading_customers,
    rising_count as rising_customers
from value.value_trend_by_decile
order by revenue_decile
