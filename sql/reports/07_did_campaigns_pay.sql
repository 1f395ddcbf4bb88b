-- Did the campaigns pay: margin that would not have come otherwise, against the cost.
select
    campaign_id,
    arm,
    treated_count as customers,
    round(margin_incremental, 2) as margin_more,
    round(net_margin, 2) as after_cost,
    round(p_value, 3) as p_value,
    verdict,
    next_step
from campaigns.campaign_results
where
    outcome = 'margin'
    and dimension = 'all'
order by campaign_id, arm
