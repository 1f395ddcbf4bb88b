-- Where the customers stand, from the first try to the farewell.
select
    phase,
    count(*) as customers,
    cast(count(*) as double) / sum(count(*)) over () as customer_share,
    cast(avg(cast(overdue_ratio as decimal(18, 6))) as double) as overdue_ratio
from loyalty.lifecycle
group by phase
order by
    case phase
        when 'trial' then 1 when 'service' then 2 when 'returned' then 3
        when 'reactivation' then 4 when 'lapsed_trial' then 5 else 6
    end
