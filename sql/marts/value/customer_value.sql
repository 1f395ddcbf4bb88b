-- One row per known customer: the contribution statement up to $run_date, and where the customer stands.
-- Why: costs that are given for all customers together are no cost of one; see acquisition_cohorts.
-- Key: customer_id
-- customer_id              who
-- margin_basis             actual, or assumed if a line had no cost
-- acquisition_cost_basis   given; none if nobody says what winning them cost, which counts as 0
-- marketing_cost_basis     given; none if nobody says what was spent on them, which counts as 0
-- tier                     the best tier of the trailing window and of the reviews in the $tier_grace_days before, from
--                          which a customer has not fallen yet; null without a purchase in their windows
-- tier_earned              the tier of the trailing window alone; null without a purchase in it
-- revenue_decile           1 is best, all-time; equal amounts in the order of the customer ids
-- margin_decile            1 is best, all-time
-- order_count              purchases
-- order_count_window       purchases in the trailing window
-- revenue                  money, all-time
-- cost                     what the goods cost
-- margin                   revenue − cost
-- discount                 money taken off; not a part of revenue
-- acquisition_cost         what winning them cost
-- marketing_cost           what was spent on them since
-- value_to_date            margin − acquisition_cost − marketing_cost
-- revenue_window           money in the trailing window
-- margin_window            money in the trailing window
-- order_revenue_mean       average order value; null without a purchase
-- gap_days_mean            mean days between purchase days; null below two
-- probability_alive        that they are still a customer; this and what follows is null without a purchase, or if the
--                          purchase model cannot be fitted
-- none_30_probability      that they buy nothing in the next 30 days
-- none_90_probability      in the next 90 days
-- none_365_probability     in the next 365 days
-- orders_90_expected       orders in the next 90 days, those of one day counted as one
-- orders_365_expected      in the next 365 days
-- orders_365_lower         lower end of the range in which they lie with probability $purchases_interval
-- orders_365_upper         upper end of it
-- margin_90_expected       money in the next 90 days
-- margin_365_expected      money in the next 365 days
-- lifetime_value           money in the next $lifetime_years years, discounted at $discount_rate a year
-- lifetime_value_lower     lower end of the range in which it lies with probability $purchases_interval
-- lifetime_value_upper     upper end of it
-- first_order_date         day of the first order
-- last_order_date          day of the last purchase; null without one
-- next_order_date          day by which half of such customers, if they are still there, have bought again
with customers as (
    select * from entities.customers
),
customer_costs as (
    select * from entities.customer_costs
),
customer_tiers as (
    select * from entities.customer_tiers
),
purchases as (
    select * from scores.purchases
),
ranked_customers as (
    select
        measure,
        customer_id,
        cast(customer_rank as bigint) as customer_rank,
        cast(customer_count as bigint) % 10 as larger_count,
        cast(customer_count as bigint) / 10 as size
    from entities.ranked_customers
),
-- ten groups of equal size, the first ones larger by one where it does not go up evenly
deciles as (
    select
        measure,
        customer_id,
        case
            when customer_rank <= larger_count * (size + 1)
                then (customer_rank - 1) / (size + 1) + 1
            else larger_count + (customer_rank - larger_count * (size + 1) - 1) / nullif(size, 0) + 1
        end as decile
    from ranked_customers
),
revenue_deciles as (
    select * from deciles
    where measure = 'revenue'
),
margin_deciles as (
    select * from deciles
    where measure = 'margin'
)
select
    customers.customer_id,
    customers.margin_basis,
    case when customer_costs.acquisition_cost is null then 'none' else 'given' end as acquisition_cost_basis,
    case when customer_costs.marketing_cost is null then 'none' else 'given' end as marketing_cost_basis,
    customer_tiers.tier,
    customer_tiers.tier_earned,
    cast(revenue_deciles.decile as int) as revenue_decile,
    cast(margin_deciles.decile as int) as margin_decile,
    customers.order_count,
    customers.order_count_window,
    customers.revenue,
    customers.revenue - customers.margin as cost,
    customers.margin,
    customers.discount,
    coalesce(customer_costs.acquisition_cost, 0) as acquisition_cost,
    coalesce(customer_costs.marketing_cost, 0) as marketing_cost,
    customers.margin
    - coalesce(customer_costs.acquisition_cost, 0)
    - coalesce(customer_costs.marketing_cost, 0) as value_to_date,
    customers.revenue_window,
    customers.margin_window,
    customers.order_revenue_mean,
    customers.gap_days_mean,
    purchases.probability_alive,
    purchases.none_30_probability,
    purchases.none_90_probability,
    purchases.none_365_probability,
    purchases.orders_90_expected,
    purchases.orders_365_expected,
    cast(purchases.orders_365_lower as int) as orders_365_lower,
    cast(purchases.orders_365_upper as int) as orders_365_upper,
    cast(purchases.orders_90_expected * purchases.order_margin_expected as decimal(18, 4)) as margin_90_expected,
    cast(purchases.orders_365_expected * purchases.order_margin_expected as decimal(18, 4)) as margin_365_expected,
    cast(purchases.lifetime_value as decimal(18, 4)) as lifetime_value,
    cast(purchases.lifetime_value_lower as decimal(18, 4)) as lifetime_value_lower,
    cast(purchases.lifetime_value_upper as decimal(18, 4)) as lifetime_value_upper,
    customers.first_order_date,
    customers.last_order_date,
    cast(cast($run_date as int) + cast(ceil(least(purchases.next_order_days, 36500.0)) as int) as date)
        as next_order_date
from customers
inner join revenue_deciles on customers.customer_id = revenue_deciles.customer_id
inner join margin_deciles on customers.customer_id = margin_deciles.customer_id
left join customer_costs on customers.customer_id = customer_costs.customer_id
left join customer_tiers on customers.customer_id = customer_tiers.customer_id
left join purchases on customers.customer_id = purchases.customer_id
