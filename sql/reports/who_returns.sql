-- The chance that a silent customer returns without being asked, by the days of silence.
select
    cast(floor(silent_days / 30.0) * 30 as bigint) as silent_days,
    count(*) as customers,
    cast(sum(cast(return_probability as decimal(18, 9))) as double) / count(*) as return_probability,
    sum(cast(margin_at_stake as decimal(18, 4))) as margin_at_stake,
    sum(count(*)) over () as customers_all,
    sum(sum(cast(margin_at_stake as decimal(18, 4)))) over () as margin_at_stake_all
from loyalty.winback
where not coalesce(is_opted_out, false)
group by 1
order by 1
