-- One row per way in: what the customers who began with it are worth, and how low the first offer may go.
-- Why: rates and means are of customers whose 12 (36) months since the first purchase are up. A customer whose first
-- order had several products stands in the row of each. That customers won by a lower price stay as well is assumed.
-- Key: entry_kind, entry
-- entry_kind                             all, category, channel, discount_band or product of the first order
-- entry                                  the category, channel, band or product id; all
-- entry_name                             name of the product; else as entry
-- customer_count                         customers who began with it
-- customer_count_12_months               those whose first 365 days are up
-- customer_count_36_months               those whose first 1,095 days are up
-- repeat_rate                            share with a second purchase within 365 days; null without customers to tell
-- third_order_rate                       share with a third one within 365 days
-- first_revenue_mean                     money of the first order per customer
-- first_margin_mean                      money of the first order per customer
-- acquisition_cost_mean                  what winning one cost, over those of whom it is known; null if of none
-- margin_12_months_mean                  margin of the first 365 days per customer, the first order included
-- margin_12_months_se                    its standard error; null below two customers
-- allowable_acquisition_cost             margin of the 365 days after the first order per customer: what winning one may
--                                        cost, beside a first order that pays for itself, to be even after 12 months
-- allowable_acquisition_cost_36_months   the same of 1,095 days; null without customers to tell
-- break_even_first_price_cut             share of the first order's revenue that may be given away to be even after 12
--                                        months and the known acquisition cost; at most 1; below 0 it never pays
with entry_customers as (
    select * from entities.entry_customers
),
products as (
    select * from entities.products
),
sums as (
    select
        entry_kind,
        entry,
        count(*) as customer_count,
        count(*) filter (where has_12_months) as customer_count_12_months,
        count(*) filter (where has_36_months) as customer_count_36_months,
        count(*) filter (where has_12_months and order_count_12_months >= 2) as repeat_count,
        count(*) filter (where has_12_months and order_count_12_months >= 3) as third_order_count,
        cast(sum(first_revenue) filter (where has_12_months) as double) as first_revenue,
        cast(sum(first_margin) filter (where has_12_months) as double) as first_margin,
        cast(sum(margin_12_months) filter (where has_12_months) as double) as margin_12_months,
        cast(sum(
            cast(margin_12_months as decimal(18, 4)) * cast(margin_12_months as decimal(18, 4))
        ) filter (where has_12_months) as double) as margin_12_months_squares,
        cast(
            sum(margin_36_months - first_margin) filter (where has_36_months) as double
        ) as margin_36_months_later,
        cast(sum(acquisition_cost) as double) / nullif(count(acquisition_cost), 0) as acquisition_cost_mean
    from entry_customers
    group by entry_kind, entry
),
means as (
    select
        *,
        first_revenue / nullif(customer_count_12_months, 0) as first_revenue_mean,
        first_margin / nullif(customer_count_12_months, 0) as first_margin_mean,
        margin_12_months / nullif(customer_count_12_months, 0) as margin_12_months_mean,
        case
            when customer_count_12_months > 1 then sqrt(
                greatest(
                    margin_12_months_squares
                    - margin_12_months * margin_12_months / customer_count_12_months, 0
                )
                / customer_count_12_months / (customer_count_12_months - 1)
            )
        end as margin_12_months_se
    from sums
)
select
    means.entry_kind,
    means.entry,
    coalesce(products.product_name, means.entry) as entry_name,
    means.customer_count,
    means.customer_count_12_months,
    means.customer_count_36_months,
    cast(means.repeat_count as double) / nullif(means.customer_count_12_months, 0) as repeat_rate,
    cast(means.third_order_count as double) / nullif(means.customer_count_12_months, 0) as third_order_rate,
    means.first_revenue_mean,
    means.first_margin_mean,
    means.acquisition_cost_mean,
    means.margin_12_months_mean,
    means.margin_12_months_se,
    cast(
        means.margin_12_months_mean - means.first_margin_mean as decimal(18, 4)
    ) as allowable_acquisition_cost,
    means.margin_36_months_later / nullif(means.customer_count_36_months, 0) as allowable_acquisition_cost_36_months,
    least(
        (means.margin_12_months_mean - coalesce(means.acquisition_cost_mean, 0))
        / nullif(means.first_revenue_mean, 0), 1
    ) as break_even_first_price_cut
from means
left join products
    on means.entry = products.product_id
    and means.entry_kind = 'product'
