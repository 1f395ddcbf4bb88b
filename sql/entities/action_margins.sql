-- One row per customer and action that would make sense: the margin at stake, by the formula of the action.
-- Why: the tables of other chapters join by one more branch of the union.
-- Key: customer_id, action
-- customer_id    who
-- action         thank_and_protect: what the trailing window brought, of who is in rhythm; nurture_second, nurture_third: what
--                a customer one order further is expected to bring beyond what this one is; cross_sell: margin of the item
--                in a basket, by the share of baskets such as the customer's that have it; raise_margin: what the mix costs
--                the shop a year; recover_category: what the missed category made a year; save_fading: what the window
--                brought less than was to be expected; win_back: what a returned customer brings, of those who would not
--                return on their own; ask_referral: what a referred customer brings in 365 days
-- margin_base    money that the action is about
-- stake_share    share of it that depends on the action
-- category       category to speak of, if any
-- item_id        item to offer, if any
-- item_name      its name
-- deadline       day after which it is late; null if the customer has no rhythm
with reachable_customers as (
    select * from entities.reachable_customers
),
profit_groups as (
    select * from value.profit_groups
),
margin_mix as (
    select * from price.margin_mix
),
value_trend as (
    select * from value.value_trend
),
winback as (
    select * from loyalty.winback
),
referral_prospects as (
    select * from entities.referral_prospects
),
action_offers as (
    select * from entities.action_offers
),
rungs as (
    select order_count, avg(margin_365_expected) as margin_365_mean
    from reachable_customers
    where order_count <= 3 and phase in ('trial', 'service', 'returned')
    group by order_count
),
margins as (
    select customer_id, 'thank_and_protect' as action, margin_window as margin_base, 1.0 as stake_share
    from profit_groups
    where profit_group = 'top' and not coalesce(is_fading, false)
    union all
    select
        reachable_customers.customer_id,
        case reachable_customers.order_count when 1 then 'nurture_second' else 'nurture_third' end as action,
        rungs.margin_365_mean - reachable_customers.margin_365_expected as margin_base,
        1.0 as stake_share
    from reachable_customers
    inner join rungs on reachable_customers.order_count + 1 = rungs.order_count
    where reachable_customers.phase = 'trial'
    union all
    select customer_id, 'raise_margin' as action, margin_gain_yearly as margin_base, 1.0 as stake_share
    from margin_mix
    where is_low_margin_only
    union all
    select customer_id, action, margin_base, stake_share
    from action_offers
    union all
    select
        customer_id,
        'save_fading' as action,
        margin_expected - margin_window as margin_base,
        1.0 as stake_share
    from value_trend
    where trend = 'fading'
    union all
    select
        customer_id,
        'win_back' as action,
        margin_expected as margin_base,
        1 - return_probability as stake_share
    from winback
    union all
    select customer_id, 'ask_referral' as action, referred_margin_mean as margin_base, 1.0 as stake_share
    from referral_prospects
)
select
    margins.customer_id,
    margins.action,
    cast(margins.margin_base as decimal(18, 4)) as margin_base,
    cast(margins.stake_share as double) as stake_share,
    action_offers.category,
    action_offers.item_id,
    action_offers.item_name,
    coalesce(reachable_customers.marketing_stop_date, reachable_customers.next_order_date) as deadline
from margins
inner join reachable_customers on margins.customer_id = reachable_customers.customer_id
left join action_offers
    on margins.customer_id = action_offers.customer_id
    and margins.action = action_offers.action
where
    margins.margin_base > 0
    and (margins.action <> 'thank_and_protect' or reachable_customers.phase in ('service', 'returned'))
