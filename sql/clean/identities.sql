-- One row per id that is another name of a customer.
-- Key: alias_id
-- alias_id      another id of the person
-- customer_id   the id that counts
with identities as (
    select * from raw.identities
)
select
    nullif(trim(cast(alias_id as varchar)), '') as alias_id,
    nullif(trim(cast(customer_id as varchar)), '') as customer_id
from identities
where nullif(trim(cast(alias_id as varchar)), '') is not null
