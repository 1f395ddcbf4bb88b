-- One row per day that falls in an event: the job's, every year, or one of the source's.
-- Key: event_date
-- event_date   the day
-- event        the event; the alphabetically first if there are several
with yearly_events as (
    select * from job.events
),
dated_events as (
    select * from clean.events
),
days as (
    select cast(unnest(generate_series(
        cast($run_date - interval '40 years' as date), $run_date, interval '1 day'
    )) as date) as event_date
),
days_of_yearly_events as (
    select
        days.event_date,
        yearly_events.event
    from days
    cross join yearly_events
    where
        case
            when yearly_events.from_month_day <= yearly_events.to_month_day
                then to_char(days.event_date, '%m-%d')
                    between yearly_events.from_month_day and yearly_events.to_month_day
            else
                to_char(days.event_date, '%m-%d') >= yearly_events.from_month_day
                or to_char(days.event_date, '%m-%d') <= yearly_events.to_month_day
        end
),
days_of_dated_events as (
    select
        days.event_date,
        dated_events.event
    from days
    inner join dated_events
        on days.event_date >= dated_events.start_date
        and days.event_date <= dated_events.end_date
),
event_days as (
    select * from days_of_yearly_events
    union all
    select * from days_of_dated_events
)
select
    event_date,
    min(event) as event
from event_days
group by event_date
