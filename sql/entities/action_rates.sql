-- One row per action of the job: how many respond because of it, and how that is known.
-- Why: measured by the difference in conversion of a test whose arms are what the lottery made, else assumed by the job.
-- Key: action
-- action          name of the action
-- evidence        measured or assumed
-- response_rate   share of the contacted who respond because of it
-- contact_cost    cost of one contact
with actions as (
    select * from job.actions
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
    greatest(coalesce(campaign_effects.effect, actions.response_rate), 0) as response_rate,
    cast(actions.contact_cost as decimal(18, 4)) as contact_cost
from actions
left join campaign_effects
    on actions.campaign_id = campaign_effects.campaign_id
    and actions.arm = campaign_effects.arm
