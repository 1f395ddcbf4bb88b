-- What would change if those who buy little that earns bought as the shop does.
select
    is_low_margin_only as low_margin_only,
    count(*) as customers,
    sum(margin_yearly) as margin_yearly,
    sum(margin_yearly_at_shop_mix) as margin_yearly_at_shop_mix,
    sum(margin_gain_yearly) as margin_gain_yearly
from price.margin_mix
group by 1
order by 1 desc
