-- One row per campaign of the source and customer in one of its arms: the lottery's arm, whatever happened afterwards.
-- Why: who was in two arms counts in the one that came first, since leaving them out would undo the lottery.
-- Key: campaign_id, customer_id
-- campaign_id     which campaign
-- customer_id     who, after identities
-- arm             the first arm they were in
-- contact_cost    what all contacts cost
-- covariate       what was known of them before; null if the source does not say
-- exposed_date    day of the first contact
-- exposed_at      its instant
with exposures as (
    select * from clean.exposures
),
identities as (
    select * from clean.identities
),
named_exposures as (
    select
        exposures.*,
        coalesce(identities.customer_id, exposures.customer_id) as person_id
    from exposures
    left join identities on exposures.customer_id = identities.alias_id
)
select
    campaign_id,
    person_id as customer_id,
    first_value(arm order by exposed_at, arm) as arm,
    sum(contact_cost) as contact_cost,
    max(covariate) as covariate,
    min(exposed_date) as exposed_date,
    min(exposed_at) as exposed_at
from named_exposures
group by campaign_id, person_id
