-- Groups of equal size differ by at most one.
select
    measure,
    min(customer_count) as smallest,
    max(customer_count) as largest
from value.revenue_deciles
group by measure
having max(customer_count) - min(customer_count) > 1
