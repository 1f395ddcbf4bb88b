-- And a probability is one.
select kind, measure, stability_index, p_value
from predictions.drift
where stability_index < 0 or not coalesce(p_value between 0 and 1, true)
