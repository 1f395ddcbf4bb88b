-- Categories that were a habit and are now bought elsewhere.
select
    category,
    count(*) as customers,
    sum(cast(margin_yearly as decimal(18, 4))) as margin_yearly,
    sum(sum(cast(margin_yearly as decimal(18, 4)))) over () as margin_yearly_all
from loyalty.category_defections
where category <> 'other'
group by category
order by margin_yearly desc, category
limit 10
