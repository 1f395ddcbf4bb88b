-- One row per kind of pattern: what was mined, and whether memory did for the support that was asked for.
-- Key: mined
-- mined                  sequential_patterns, sequence_rules
-- customer_count         customers whose purchases were mined
-- found_count            sequences found, single purchases among them; rules and windows found that are probable and no
--                        accident
-- support_count_asked    customers that must have bought one, or followed one
-- support_count_used     the same after it was raised to fit into memory; of rules as asked for where none was found
-- support_count_raised   support_count_used if it was raised, else null; the summary of the run tells it
-- is_support_raised      whether it was
with purchase_sequences as (
    select * from scores.purchase_sequences
),
sequence_rules as (
    select * from scores.sequence_rules
),
patterns as (
    select
        max(customer_count) filter (where pattern_id = 0) as customer_count,
        count(*) - 1 as found_count,
        max(support_count_used) as support_count_used
    from purchase_sequences
),
rules as (
    select
        count(*) as found_count,
        max(support_count_used) as support_count_used
    from sequence_rules
),
mined as (
    select
        'sequential_patterns' as mined,
        customer_count,
        found_count,
        greatest(cast($sequences_min_count as bigint), cast(ceil($sequences_min_support * customer_count) as bigint))
            as support_count_asked,
        support_count_used
    from patterns
    union all
    select
        'sequence_rules' as mined,
        patterns.customer_count,
        rules.found_count,
        greatest(
            cast($sequences_min_converted as bigint),
            cast(ceil($sequences_min_converted_share * patterns.customer_count) as bigint)
        ) as support_count_asked,
        rules.support_count_used
    from patterns
    cross join rules
),
used as (
    select
        mined,
        customer_count,
        found_count,
        support_count_asked,
        greatest(support_count_used, support_count_asked) as support_count_used
    from mined
)
select
    mined,
    customer_count,
    found_count,
    support_count_asked,
    support_count_used,
    case when support_count_used > support_count_asked then support_count_used end as support_count_raised,
    support_count_used > support_count_asked as is_support_raised
from used
