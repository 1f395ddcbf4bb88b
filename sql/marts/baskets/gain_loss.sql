-- One row per category and flow: where the change of its revenue between the two windows comes from, and goes to.
-- Why: what a customer spends more in one category and less in another has moved, as far as both amounts reach; it is
-- shared out over the categories of the customer in proportion to their changes.
-- Key: category, flow
-- category         upper level of the product tree; other where a product has none
-- flow             new_customers, lost_customers: without any revenue in the other window; bought_more, bought_less;
--                  switched_from, switched_to: other categories; anonymous: lines of nobody known
-- customer_count   customers in it; 0 for anonymous
-- revenue_change   money in the trailing window − money in the window before
-- change_rate      revenue_change / revenue of the category in the window before; null if that is not above 0
with customer_category_windows as (
    select * from entities.customer_category_windows
),
changes as (
    select
        customer_id,
        category,
        revenue_window,
        revenue_previous,
        revenue_window - revenue_previous as change
    from customer_category_windows
),
customer_changes as (
    select
        customer_id,
        count(*) filter (where revenue_window <> 0) = 0 as is_lost,
        count(*) filter (where revenue_previous <> 0) = 0 as is_new,
        sum(case when change > 0 then change else 0 end) as gain,
        sum(case when change < 0 then -change else 0 end) as loss
    from changes
    where customer_id is not null
    group by customer_id
),
split_changes as (
    select
        changes.category,
        changes.change,
        case
            when changes.customer_id is null then 'anonymous'
            when customer_changes.is_new then 'new_customers'
            when customer_changes.is_lost then 'lost_customers'
        end as whole_flow,
        cast(case
            when changes.change > 0
                then cast(changes.change as double)
                    * least(1.0, cast(customer_changes.loss as double) / cast(customer_changes.gain as double))
            when changes.change < 0
                then cast(changes.change as double)
                    * least(1.0, cast(customer_changes.gain as double) / cast(customer_changes.loss as double))
            else 0
        end as decimal(18, 4)) as switched
    from changes
    left join customer_changes on changes.customer_id = customer_changes.customer_id
    where changes.change <> 0
),
flows as (
    select
        category,
        coalesce(whole_flow, case when change > 0 then 'bought_more' else 'bought_less' end) as flow,
        case when whole_flow is null then change - switched else change end as amount
    from split_changes
    union all
    select
        category,
        case when change > 0 then 'switched_from' else 'switched_to' end as flow,
        switched as amount
    from split_changes
    where whole_flow is null
),
category_totals as (
    select
        category,
        sum(revenue_previous) as revenue_previous
    from customer_category_windows
    group by category
)
select
    flows.category,
    flows.flow,
    count(*) filter (where flows.flow <> 'anonymous') as customer_count,
    cast(sum(flows.amount) as decimal(18, 4)) as revenue_change,
    case
        when max(category_totals.revenue_previous) > 0
            then cast(sum(flows.amount) as double) / cast(max(category_totals.revenue_previous) as double)
    end as change_rate
from flows
inner join category_totals on flows.category = category_totals.category
where flows.amount <> 0
group by flows.category, flows.flow
