-- One row per rhythm and length of silence: how likely customers of three purchases or more still come back.
-- Key: rhythm_group, silent_days
-- rhythm_group          expected gap up to 30, 60, 120 days, or longer: 1–4
-- silent_days           days without a purchase
-- risk_count            silences that lasted so long at least
-- waiting_probability   chance of a silence longer than so many days (Kaplan–Meier: who may yet come back is counted as
--                       long as they could be seen)
-- return_probability    chance to come back within $ladder_horizon_days after so many silent days, as far as the past of
--                       the shop can show
with purchase_silences as (
    select * from entities.purchase_silences
),
counted_silences as (
    select
        rhythm_group,
        silent_days,
        count(*) filter (where has_next) as return_count,
        count(*) as silence_count
    from purchase_silences
    where order_count >= 3
    group by rhythm_group, silent_days
),
days as (
    select unnest(range(0, 14600)) as silent_days
),
rhythms as (
    select distinct rhythm_group from counted_silences
),
at_risk as (
    select
        rhythms.rhythm_group,
        days.silent_days,
        coalesce(counted_silences.return_count, 0) as return_count,
        coalesce(sum(counted_silences.silence_count) over (
            partition by rhythms.rhythm_group
            order by days.silent_days desc
        ), 0) as risk_count
    from rhythms
    cross join days
    left join counted_silences
        on rhythms.rhythm_group = counted_silences.rhythm_group
        and days.silent_days = counted_silences.silent_days
),
survival as (
    select
        rhythm_group,
        silent_days,
        risk_count,
        case
            when max(case when return_count = risk_count and risk_count > 0 then 1 else 0 end) over so_far = 1 then 0
            else exp(sum(
                case
                    when return_count < risk_count then ln(1 - cast(return_count as double) / risk_count)
                    else 0
                end
            ) over so_far)
        end as waiting_probability
    from at_risk
    window so_far as (partition by rhythm_group order by silent_days)
)
select
    rhythm_group,
    silent_days,
    risk_count,
    waiting_probability,
    1 - lead(waiting_probability, $ladder_horizon_days) over (
        partition by rhythm_group
        order by silent_days
    ) / nullif(waiting_probability, 0) as return_probability
from survival
