-- One row per customer that the shop knows something of.
-- Key: customer_id
-- customer_id           who
-- region                where they live
-- latitude              degrees north
-- longitude             degrees east
-- acquisition_channel   how they were won
-- acquisition_cost      what winning them cost; null if the source does not say
-- first_known_date      customer since, where that is before the transactions begin
-- is_opted_out          whether they must not be contacted; false if the source does not say
with customers as (
    select * from raw.customers
)
select
    clean_text(customer_id) as customer_id,
    clean_text(region) as region,
    try_cast(latitude as double) as latitude,
    try_cast(longitude as double) as longitude,
    clean_text(acquisition_channel) as acquisition_channel,
    try_cast(acquisition_cost as decimal(18, 4)) as acquisition_cost,
    business_day(instant(first_known_date)) as first_known_date,
    coalesce(try_cast(is_opted_out as boolean), false) as is_opted_out
from customers
where clean_text(customer_id) is not null
