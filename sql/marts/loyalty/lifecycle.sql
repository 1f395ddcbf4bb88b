-- One row per known customer with a purchase: where they stand between the first try and the farewell, and why.
-- Key: customer_id
-- customer_id             who
-- class                   loyal from the third order; below it event_buyer, if at least half of what they bought fell in
--                         an event or on products of one season, else tester
-- phase                   below three orders trial, and lapsed_trial once contact is not worth it any more; then service
--                         (in rhythm), reactivation (silent longer than the rhythm allows), lost (so long that the chance
--                         to return is below $min_conversion), returned (in rhythm, after a silence longer than the
--                         rhythm allowed that ended in the trailing window)
-- reason                  why this phase, in words
-- order_count             purchases
-- expected_gap_days       mean days between purchase days, the shop's mean counted as one more gap
-- allowed_days            silence that is no reason to worry: expected gap and twice its standard deviation
-- silent_days             days since the last purchase
-- overdue_ratio           silent days / expected gap
-- event_revenue_share     share of what they bought in an event or on products of one season; null without products
-- season_revenue_share    share of what they bought that was products of one season: near 1 for who comes for the season
--                         alone, near 0 for who happened to come in it; null without products
-- probability_alive       that they are still a customer, by the purchase model; null without one
-- phase_date              first day of the phase
-- marketing_stop_date     first day on which contact is not worth it any more; null from the third order on, or if the
--                         chance never falls below $min_conversion
with customer_rhythms as (
    select * from entities.customer_rhythms
),
customer_spending as (
    select * from entities.customer_spending
),
return_chances as (
    select * from entities.return_chances
),
purchases as (
    select * from scores.purchases
),
stops as (
    select * from loyalty.order_ladder where dimension = 'all'
),
losses as (
    select rhythm_group, min(silent_days) as lost_after_days
    from return_chances
    where coalesce(return_probability, 0) < $min_conversion
    group by rhythm_group
),
limited_customers as (
    select
        customer_rhythms.*,
        stops.stop_after_days,
        first_stops.stop_after_days as first_stop_after_days,
        greatest(losses.lost_after_days, customer_rhythms.allowed_days + 1) as lost_after_days,
        coalesce($run_date - customer_rhythms.overdue_return_date < $window_days, false) as is_returned,
        cast(customer_spending.revenue_in_events as double)
        / nullif(cast(customer_spending.revenue_bought as double), 0) as event_revenue_share,
        cast(customer_spending.revenue_of_season as double)
        / nullif(cast(customer_spending.revenue_bought as double), 0) as season_revenue_share,
        purchases.probability_alive
    from customer_rhythms
    left join purchases on customer_rhythms.customer_id = purchases.customer_id
    left join customer_spending on customer_rhythms.customer_id = customer_spending.customer_id
    left join losses on customer_rhythms.rhythm_group = losses.rhythm_group
    left join stops on customer_rhythms.order_count = stops.order_number
    left join stops as first_stops on first_stops.order_number = 1
),
phased_customers as (
    select
        *,
        case
            when order_count < 3 and silent_days < coalesce(stop_after_days, silent_days + 1) then 'trial'
            when order_count < 3 then 'lapsed_trial'
            when silent_days >= lost_after_days then 'lost'
            when silent_days > allowed_days then 'reactivation'
            when is_returned then 'returned'
            else 'service'
        end as phase
    from limited_customers
)
select
    customer_id,
    case
        when order_count >= 3 then 'loyal'
        when event_revenue_share >= 0.5 then 'event_buyer'
        else 'tester'
    end as class,
    phase,
    case phase
        when 'trial' then 'order ' || order_count || ' of 3, silent ' || silent_days || ' days'
        when 'lapsed_trial' then 'silent ' || silent_days || ' days, hardly anyone goes on after ' || stop_after_days
        when 'lost' then 'silent ' || silent_days || ' days, hardly anyone returns after ' || lost_after_days
        when 'returned' then 'back after a silence that was out of rhythm'
        else 'silent ' || silent_days || ' days, up to ' || allowed_days || ' are in rhythm'
    end as reason,
    order_count,
    expected_gap_days,
    allowed_days,
    silent_days,
    silent_days / expected_gap_days as overdue_ratio,
    event_revenue_share,
    season_revenue_share,
    probability_alive,
    case phase
        when 'trial' then case
            when second_order_date - first_purchase_date >= first_stop_after_days then second_order_date
            else first_purchase_date
        end
        when 'lapsed_trial' then cast(cast(last_purchase_date as int) + stop_after_days as date)
        when 'lost' then cast(cast(last_purchase_date as int) + lost_after_days as date)
        when 'reactivation' then cast(cast(last_purchase_date as int) + allowed_days + 1 as date)
        else coalesce(overdue_return_date, third_order_date)
    end as phase_date,
    case
        when order_count < 3 then cast(cast(last_purchase_date as int) + stop_after_days as date)
    end as marketing_stop_date
from phased_customers
