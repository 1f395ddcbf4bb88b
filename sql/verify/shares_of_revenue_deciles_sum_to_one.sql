-- The shares of the ten deciles are the whole.
select
    measure,
    sum(amount_share) as share_sum,
    max(cumulative_share) as cumulative_share
from value.revenue_deciles
group by measure
having abs(sum(amount_share) - 1) > 1e-9
