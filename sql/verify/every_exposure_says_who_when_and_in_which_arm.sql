-- A contact without one of these would be missing from its arm, and the arms would no longer be what the lottery made.
select
    customer_id,
    campaign_id,
    arm,
    exposed_at
from clean.exposures
where
    customer_id is null
    or campaign_id is null
    or arm is null
    or exposed_at is null
