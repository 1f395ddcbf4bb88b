-- One row per known customer: what purchase models may tell them apart by.
-- Why: the job names its covariates; what it does not name keeps no customers apart. Who was there before the data begin
-- is first seen the sooner the more often they buy, so that customers first seen at different times are no one crowd.
-- Key: customer_id
-- customer_id           who
-- first_quarter         quarter of the first order; null if it is no covariate
-- region                where they live, unknown if nobody knows; likewise
-- acquisition_channel   how they were won, likewise
-- first_channel         channel of the first order, likewise
-- group_name            all of them; all if there are no covariates
with customers as (
    select * from entities.customers
),
purchase_covariates as (
    select
        coalesce(bool_or(covariate = 'first_quarter'), false) as has_first_quarter,
        coalesce(bool_or(covariate = 'region'), false) as has_region,
        coalesce(bool_or(covariate = 'acquisition_channel'), false) as has_acquisition_channel,
        coalesce(bool_or(covariate = 'first_channel'), false) as has_first_channel
    from job.purchase_covariates
),
customer_covariates as (
    select
        customers.customer_id,
        case
            when has_first_quarter then concat(
                to_char(customers.first_order_date, '%Y'),
                '-Q',
                cast(cast(date_part('quarter', customers.first_order_date) as int) as varchar)
            )
        end as first_quarter,
        case when has_region then coalesce(customers.region, 'unknown') end as region,
        case
            when has_acquisition_channel then coalesce(customers.acquisition_channel, 'unknown')
        end as acquisition_channel,
        case when has_first_channel then coalesce(customers.first_channel, 'unknown') end as first_channel
    from customers
    cross join purchase_covariates
)
select
    customer_id,
    first_quarter,
    region,
    acquisition_channel,
    first_channel,
    case
        when coalesce(first_quarter, region, acquisition_channel, first_channel) is null then 'all'
        else concat_ws(', ', first_quarter, region, acquisition_channel, first_channel)
    end as group_name
from customer_covariates
