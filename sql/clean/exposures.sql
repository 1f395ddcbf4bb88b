-- One row per contact of a campaign, or per customer of its control group, up to $run_date.
-- Why: a row without a customer, a campaign, an arm or an instant stays here, so that a promise can show it.
-- Key: none
-- customer_id    who
-- campaign_id    which campaign
-- arm            arm of the test, in lower case; control is the one that got nothing
-- contact_cost   what the contact cost; 0 if the source does not say
-- outcomes       what was measured elsewhere: names, values, and whether they are true or false; null if nothing was
-- covariate      what was known of the customer before the contact; null if the source does not say
-- exposed_date   day of the contact
-- exposed_at     its instant
with exposures as (
    select * from raw.exposures
),
typed_exposures as (
    select
        nullif(trim(cast(customer_id as varchar)), '') as customer_id,
        nullif(trim(cast(campaign_id as varchar)), '') as campaign_id,
        lower(nullif(trim(cast(arm as varchar)), '')) as arm,
        coalesce(try_cast(cost as decimal(18, 4)), 0) as contact_cost,
        outcomes,
        try_cast(covariate as decimal(18, 4)) as covariate,
        business_day(instant(exposed_at)) as exposed_date,
        instant(exposed_at) as exposed_at
    from exposures
)
select *
from typed_exposures
where coalesce(exposed_date <= $run_date, true)
