-- What was checked: every check that does not hold, and how many hold.
select
    case when verdict = 'passed' then concat('check_of_', kind) else check_name end as checked,
    verdict,
    count(*) as checks,
    sum(broken_count) as broken_rows
from base.checks
group by 1, 2
order by verdict = 'passed', checked
