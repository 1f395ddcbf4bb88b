-- One row per contact of a campaign with a customer who was not held out.
-- Key: none
-- customer_id    who, after identities
-- contact_date   day of the contact
with exposures as (
    select * from clean.exposures
    where arm <> 'control'
),
identities as (
    select * from clean.identities
)
select
    coalesce(identities.customer_id, exposures.customer_id) as customer_id,
    exposures.exposed_date as contact_date
from exposures
left join identities on exposures.customer_id = identities.alias_id
