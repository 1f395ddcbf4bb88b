-- One row per id that is another name of a customer.
-- Key: alias_id
-- alias_id      another id of the person
-- customer_id   the id that counts
with identities as (
    select * from raw.identities
)
select
    clean_text(alias_id) as alias_id,
    clean_text(customer_id) as customer_id
from identities
where clean_text(alias_id) is not null
