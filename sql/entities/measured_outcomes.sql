-- One row per campaign, customer and outcome that was measured elsewhere and is named in the job.
-- Why: over several contacts of a customer values are summed, and what was true once is true.
-- Key: campaign_id, customer_id, outcome
-- campaign_id   which campaign
-- customer_id   who, after identities
-- outcome       its name
-- value         what was measured; 1 for true, 0 for false
with exposures as (
    select customer_id, campaign_id, unnest(outcomes) as measured from clean.exposures
),
identities as (
    select * from clean.identities
),
named_exposures as (
    select
        exposures.campaign_id,
        coalesce(identities.customer_id, exposures.customer_id) as customer_id,
        exposures.measured['outcome'] as outcome,
        exposures.measured['value'] as value,
        exposures.measured['is_flag'] as is_flag
    from exposures
    left join identities on exposures.customer_id = identities.alias_id
)
select
    campaign_id,
    customer_id,
    outcome,
    cast(case when is_flag then max(value) else sum(value) end as decimal(18, 4)) as value
from named_exposures
where value is not null
group by campaign_id, customer_id, outcome, is_flag
