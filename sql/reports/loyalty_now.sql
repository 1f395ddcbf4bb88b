-- Loyal customers, and those of them who went silent.
select
    count(*) filter (where class = 'loyal') as loyal_customers,
    count(*) filter (where phase = 'reactivation') as silent_customers
from loyalty.lifecycle
