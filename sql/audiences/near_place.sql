-- One row per customer who lives within $audiences_distance_km of the place at $audiences_latitude, $audiences_longitude.
-- Key: customer_id
-- customer_id   who
with known_customers as (
    select * from clean.customers
),
identities as (
    select * from clean.identities
)
select known_customers.customer_id
from known_customers
left join identities on known_customers.customer_id = identities.alias_id
where
    identities.alias_id is null
    and distance_km(
        known_customers.latitude, known_customers.longitude,
        cast($audiences_latitude as double), cast($audiences_longitude as double)
    ) <= cast($audiences_distance_km as double)
