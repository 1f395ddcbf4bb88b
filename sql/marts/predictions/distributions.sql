-- One row per feature or score and bin: how it is distributed over the customers, so that the next run can compare.
-- Key: kind, measure, bin_number
-- kind             feature: what models are given (see features.customer_features); score: what they say
-- measure          which
-- bin_number       from 1, each about a tenth of the customers; 0 is what is missing
-- upper            upper end of the bin, inclusive, halfway to the next value; null for what is missing, and for the last
-- customer_count   customers in it, of a sample
-- customer_share   share of the sample
with distributions as (
    select * from scores.distributions
)
select
    kind,
    measure,
    bin_number,
    upper,
    customer_count,
    cast(customer_count as double) / sum(customer_count) over (partition by kind, measure) as customer_share
from distributions
