-- One row per feature or score: whether it is still distributed over the customers as in the last run.
-- Why: a model that is given what it never saw says what nobody should believe.
-- Key: kind, measure
-- kind                  feature: what models are given (see features.customer_features); score: what they say
-- measure               which
-- verdict               steady: hardly moved, or no more than by chance; moved; shifted: another distribution; null in the
--                       first run, and of a score whose model was not fitted then, or is not now
-- stability_index       population stability index over the bins of the last run: below 0.1 hardly moved, from 0.25 on shifted
-- p_value               probability that chance alone moves it so far; null where nothing is compared
-- customer_count        customers asked, of a sample
-- customer_count_last   customers asked in the last run; 0 where nothing is compared
with drift as (
    select * from scores.drift
)
select
    kind,
    measure,
    case
        when stability_index < 0.1 or p_value > 0.01 then 'steady'
        when stability_index < 0.25 then 'moved'
        when stability_index is not null then 'shifted'
    end as verdict,
    stability_index,
    p_value,
    customer_count,
    customer_count_last
from drift
