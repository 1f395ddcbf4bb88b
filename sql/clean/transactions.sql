-- One row per row of the source, typed, with the reason why it does not count, if there is one.
-- Why: what one row says of itself stands here and nowhere else; a date after the run date is not wrong, only later.
-- Key: none
-- order_id         order or receipt
-- customer_id      who; null where nobody knows
-- product_id       what; null where the line names no product
-- product_name     name on the line, if it has one
-- category         category on the line, if it has one
-- channel          where it was bought
-- quantity         how many; negative when returned
-- revenue          what the customer pays, after discount, before tax
-- discount         money taken off
-- cost             what the line cost the shop; null where the source does not say
-- is_later         whether the line is dated after the run date
-- order_date       day of business
-- ordered_at       instant
-- rejection        why the row does not count; null if it does
-- source_file      where the row came from
-- source_record    the whole row as JSON
with transactions as (
    select * from raw.transactions
),
typed as (
    select
        clean_text(order_id) as order_id,
        clean_text(customer_id) as customer_id,
        clean_text(product_id) as product_id,
        clean_text(product_name) as product_name,
        clean_text(category) as category,
        clean_text(channel) as channel,
        try_cast(quantity as decimal(18, 4)) as quantity,
        try_cast(revenue as decimal(18, 4)) as revenue,
        try_cast(discount as decimal(18, 4)) as discount,
        try_cast(cost as decimal(18, 4)) as cost,
        instant(ordered_at) as ordered_at,
        business_day(instant(ordered_at)) as order_date,
        ordered_at is null as has_date_missing,
        quantity is null as has_quantity_missing,
        revenue is null as has_revenue_missing,
        discount is not null as has_discount,
        cost is not null as has_cost,
        job_reason,
        source_file,
        source_record
    from transactions
),
copies_counted as (
    select
        *,
        1 as copy_number
    from typed
    where not $deduplicate
    union all
    select
        *,
        row_number() over (
            partition by source_record
            order by source_file
        ) as copy_number
    from typed
    where $deduplicate
),
judged as (
    select
        *,
        coalesce(order_date > $run_date, false) as is_later,
        case
            when job_reason is not null then job_reason
            when order_id is null then 'order id is missing'
            when has_date_missing then 'date is missing'
            when ordered_at is null then 'date cannot be read'
            when order_date > $run_date + cast($future_days as int) then 'date is in the future'
            when has_revenue_missing then 'revenue is missing'
            when revenue is null then 'revenue cannot be read'
            when has_quantity_missing then 'quantity is missing'
            when quantity is null then 'quantity cannot be read'
            when has_discount and discount is null then 'discount cannot be read'
            when has_cost and cost is null then 'cost cannot be read'
            when copy_number > 1 then 'line is a duplicate'
        end as rejection
    from copies_counted
)
select
    order_id,
    customer_id,
    product_id,
    product_name,
    category,
    channel,
    quantity,
    revenue,
    coalesce(discount, 0) as discount,
    cost,
    is_later and rejection is null as is_later,
    order_date,
    ordered_at,
    rejection,
    source_file,
    source_record
from judged
