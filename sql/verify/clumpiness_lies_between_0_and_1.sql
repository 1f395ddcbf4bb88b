-- Parts of a whole are clumped more than not at all, and less than all at once.
select
    customer_id,
    clumpiness
from loyalty.regularity
where
    clumpiness is null
    or clumpiness < -0.000001
    or clumpiness > 1
