-- One row per action of the job: how many respond because of it, and how that is known.
-- Why: measured by the difference in conversion of a test whose arms are what the lottery made, else assumed by the job.
-- Whoever has left for good does not respond, so a rate is that of those who are still there: a test says it of all, and
-- of its customers as large a share was there as now is of those who may be contacted.
-- Key: action
-- action          name of the action
-- evidence        measured or assumed
-- response_rate   share of those contacted and still there who respond because of it: with a purchase, if it is measured
-- contact_cost    cost of one contact
with actions as (
    select * from job.actions
),
presence as (
    select cast(avg(cast(presence_probability as decimal(18, 12))) as double) as presence_mean
    from entities.reachable_customers
),
campaign_effects as (
    select * from scores.campaign_effects
    where
        outcome = 'conversion'
        and dimension = 'all'
        and verdict <> 'blocked'
)
select
    actions.action,
    case when campaign_effects.effect is null then 'assumed' else 'measured' end as evidence,
    case
        when campaign_effects.effect is null then actions.response_rate
        else greatest(least(campaign_effects.effect / presence.presence_mean, 1), 0)
    end as response_rate,
    cast(actions.contact_cost as decimal(18, 4)) as contact_cost
from actions
cross join presence
left join campaign_effects
    on actions.campaign_id = campaign_effects.campaign_id
    and actions.arm = campaign_effects.arm
