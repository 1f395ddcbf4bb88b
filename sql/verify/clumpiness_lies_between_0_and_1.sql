-- Parts of a whole are clumped more than not at all, and less than all at once; so is the chance of it.
select
    customer_id,
    clumpiness
from loyalty.regularity
where
    clumpiness is null
    or clumpiness < -0.000001
    or clumpiness > 1
    or clumpiness_p_value is null
    or clumpiness_p_value not between 0 and 1
