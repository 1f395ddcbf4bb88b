-- Did the campaigns pay: margin a head more than of those who were left alone.
select
    concat(campaign_id, ' · ', arm) as campaign,
    treated_count as customers,
    cast(effect as decimal(18, 4)) as margin_effect,
    cast(effect_lower as decimal(18, 4)) as margin_lower,
    cast(effect_upper as decimal(18, 4)) as margin_upper,
    cast(net_margin as decimal(18, 4)) as net_margin,
    verdict,
    next_step,
    count(*) filter (where verdict = 'won') over () as won_all,
    count(*) over () as arms_all
from campaigns.campaign_results
where outcome = 'margin' and dimension = 'all' and control_count >= $min_group_size and effect is not null
order by campaign_id, arm
