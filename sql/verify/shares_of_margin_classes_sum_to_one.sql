-- What a customer buys is of a high, a mid or a low margin.
select
    customer_id,
    high_margin_share,
    mid_margin_share,
    low_margin_share
from price.margin_mix
where abs(high_margin_share + mid_margin_share + low_margin_share - 1) > 0.000000001
