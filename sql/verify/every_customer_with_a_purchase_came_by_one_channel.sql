-- Of category, channel and discount of the first order each customer has one, so the groups sum to all.
with kinds as (
    select
        entry_kind,
        sum(customer_count) as customer_count
    from value.entry_offers
    where entry_kind <> 'product'
    group by entry_kind
)
select
    kinds.entry_kind,
    kinds.customer_count,
    all_entries.customer_count as all_customer_count
from kinds
inner join kinds as all_entries on all_entries.entry_kind = 'all'
where kinds.customer_count <> all_entries.customer_count
