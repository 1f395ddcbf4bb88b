-- One row per run: what was mined, and whether memory did for the support that was asked for.
-- Key: customer_count
-- customer_count        customers whose purchases were mined
-- pattern_count         sequences found, single purchases among them
-- support_count_asked   customers that must have bought one
-- support_count_used    the same after it was raised to fit into memory
-- is_support_raised     whether it was
with purchase_sequences as (
    select * from scores.purchase_sequences
),
mined as (
    select
        max(customer_count) filter (where pattern_id = 0) as customer_count,
        count(*) - 1 as pattern_count,
        max(support_count_used) as support_count_used
    from purchase_sequences
),
asked as (
    select
        *,
        greatest(cast($sequences_min_count as bigint), cast(ceil($sequences_min_support * customer_count) as bigint))
            as support_count_asked
    from mined
)
select
    customer_count,
    pattern_count,
    support_count_asked,
    support_count_used,
    support_count_used > support_count_asked as is_support_raised
from asked
