-- Where the customers stand: from the first try to the farewell.
select
    phase,
    count(*) as customers,
    round(100.0 * count(*) / sum(count(*)) over (), 1) as percent
from loyalty.lifecycle
group by phase
order by customers desc, phase
