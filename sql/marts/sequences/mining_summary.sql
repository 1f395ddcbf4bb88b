-- One row per kind of pattern: what was mined, and whether memory did for the support that was asked for.
-- Key: mined
-- mined                  sequential_patterns, sequence_rules
-- customer_count         customers whose purchases were mined
-- found_count            sequences found, single purchases among them; rules and windows found that are probable and no
--                        accident
-- support_count_asked    customers that must have bought one, or followed one
-- support_count_used     the same after it was raised to fit into memory
-- support_count_raised   support_count_used if it was raised, else null; the summary of the run tells it
-- is_support_raised      whether it was
-- piece_count            pieces in which the histories were mined; one if memory held them
with purchase_sequences as (
    select * from scores.purchase_sequences
),
sequence_rules as (
    select * from scores.sequence_rules
),
mined as (
    select
        'sequential_patterns' as mined,
        max(customer_count) filter (where pattern_id = 0) as customer_count,
        count(*) - 1 as found_count,
        max(support_count_used) as support_count_used,
        max(piece_count) as piece_count,
        $sequences_min_count as count_asked,
        $sequences_min_support as share_asked
    from purchase_sequences
    union all
    select
        'sequence_rules' as mined,
        max(risk_count) filter (where rule_id = 0) as customer_count,
        count(*) - 1 as found_count,
        max(support_count_used) as support_count_used,
        max(piece_count) as piece_count,
        $sequences_min_converted as count_asked,
        $sequences_min_converted_share as share_asked
    from sequence_rules
),
asked as (
    select
        *,
        greatest(cast(count_asked as bigint), cast(ceil(share_asked * customer_count) as bigint))
            as support_count_asked
    from mined
)
select
    mined,
    customer_count,
    found_count,
    support_count_asked,
    support_count_used,
    case when support_count_used > support_count_asked then support_count_used end as support_count_raised,
    support_count_used > support_count_asked as is_support_raised,
    piece_count
from asked
