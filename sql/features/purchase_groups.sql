-- One row per covariate and group of customers that purchase models may tell apart: the value that the group shares.
-- Key: covariate, group_name
-- covariate    first_quarter, region, acquisition_channel or first_channel, if the job names it
-- group_name   see features.customer_covariates
-- level        the value
with customer_covariates as (
    select * from features.customer_covariates
),
groups as (
    select
        group_name,
        min(first_quarter) as first_quarter,
        min(region) as region,
        min(acquisition_channel) as acquisition_channel,
        min(first_channel) as first_channel
    from customer_covariates
    group by group_name
),
levels as (
    select 'first_quarter' as covariate, group_name, first_quarter as level from groups
    union all
    select 'region', group_name, region from groups
    union all
    select 'acquisition_channel', group_name, acquisition_channel from groups
    union all
    select 'first_channel', group_name, first_channel from groups
)
select
    covariate,
    group_name,
    level
from levels
where level is not null
