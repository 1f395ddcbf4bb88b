-- One row per campaign, treated arm, outcome and slice: what the arm brought beyond its control group, and what follows.
-- Why: customers count in the arm that the lottery gave them and from their first contact on; an effect is adjusted by
-- what the customer did before (CUPED), and its verdict asks for margin whether it paid its cost.
-- Needs: exposures or models.campaigns.control_share
-- Key: campaign_id, arm, outcome, dimension, slice
-- campaign_id               which campaign; all actions: everybody against the global control group, over the trailing
--                           window
-- arm                       the treated arm
-- outcome                   conversion (share with a purchase), orders, revenue, margin, or what was measured elsewhere under
--                           the name that the job gives it
-- dimension                 all, orders_before (purchases before the contact), region or channel
-- slice                     its value; all
-- verdict                   won: it pays; lost: it does not; not proven; blocked: the arms are not as planned; null without
--                           anything to compare
-- next_step                 roll_out, stop, test_on or repair
-- warning                   what to know before believing it; null if nothing
-- treated_count             customers of the arm whose days of outcome have passed: $campaigns_outcome_days,
--                           for all actions $window_days
-- control_count             customers of the control group, likewise; null without one
-- treated_mean              outcome a head as it was observed, what is beyond winsor_limit cut off
-- control_mean              of the control group
-- effect                    outcome a head more than control, adjusted; this and what follows is null without a control
--                           group, and where no customer differs from another
-- effect_error              its standard error
-- effect_lower              lower end of the interval of confidence 1 − $campaigns_alpha
-- effect_upper              upper end
-- lift                      effect as a share of the adjusted control mean; null if that is not above 0
-- lift_lower                lower end of its interval (Fieller); null where the control mean cannot be told from 0
-- lift_upper                upper end
-- p_value                   chance of so large an effect, if there were none
-- false_discovery_rate      of the test whether it pays, over the arms of the campaign, or over all of its slices
-- test_level                what that rate is held against: $campaigns_alpha, far less at an early look
-- variance_reduction        share of the squared error that the adjustment took away: found, not promised
-- sample_ratio_p            chance of arms so far from their planned shares; null if the job plans none
-- smallest_effect           that such a test sees with probability $campaigns_power
-- winsor_limit              amount beyond which an outcome counted as this amount
-- look_fraction             share of the members whose days of outcome have passed
-- overlap_share             share of the arm whom another campaign treated at the same time; null for all actions
-- contact_cost              what the contacts of the arm cost
-- margin_incremental        money that would not have come otherwise; this and what follows is null but for margin
-- margin_incremental_lower  lower end of its interval
-- margin_incremental_upper  upper end
-- net_margin                margin_incremental less what the arm cost more than control
-- return_on_investment      net_margin / that cost; null without a cost
with campaign_effects as (
    select * from scores.campaign_effects
),
campaign_overlaps as (
    select * from entities.campaign_overlaps
),
controls as (
    select * from campaign_effects
    where arm = 'control'
)
select
    treated.campaign_id,
    treated.arm,
    treated.outcome,
    treated.dimension,
    treated.slice,
    treated.verdict,
    treated.next_step,
    case
        when controls.arm is null then 'no control group'
        when treated.verdict = 'blocked' then 'the arms are not of the planned sizes'
        when treated.look_fraction < 1 then 'early look: not all days have passed'
        when treated.sample_ratio_p is null then 'the job plans no shares: sizes of arms unchecked'
        when campaign_overlaps.overlap_share > 0 then 'other campaigns treated the same customers'
        when treated.outcome = 'margin' and treated.contact_cost = 0 then 'nothing says what contacts cost: they count as free'
        when treated.campaign_id = 'all actions' then 'looked at every night: of twenty nights one may be chance'
    end as warning,
    treated.customer_count as treated_count,
    controls.customer_count as control_count,
    cast(treated.outcome_sum as double) / treated.customer_count as treated_mean,
    cast(controls.outcome_sum as double) / controls.customer_count as control_mean,
    treated.effect,
    treated.effect_error,
    treated.effect_lower,
    treated.effect_upper,
    treated.lift,
    treated.lift_lower,
    treated.lift_upper,
    treated.p_value,
    treated.false_discovery_rate,
    treated.test_level,
    treated.variance_reduction,
    treated.sample_ratio_p,
    treated.smallest_effect,
    treated.winsor_limit,
    treated.look_fraction,
    campaign_overlaps.overlap_share,
    treated.contact_cost,
    cast(treated.margin_incremental as decimal(18, 4)) as margin_incremental,
    cast(treated.margin_incremental_lower as decimal(18, 4)) as margin_incremental_lower,
    cast(treated.margin_incremental_upper as decimal(18, 4)) as margin_incremental_upper,
    cast(treated.net_margin as decimal(18, 4)) as net_margin,
    treated.return_on_investment
from campaign_effects as treated
left join controls
    on treated.campaign_id = controls.campaign_id
    and treated.outcome = controls.outcome
    and treated.dimension = controls.dimension
    and treated.slice = controls.slice
left join campaign_overlaps
    on treated.campaign_id = campaign_overlaps.campaign_id
    and treated.arm = campaign_overlaps.arm
where treated.arm <> 'control'
