-- One row per campaign, treated arm, and customer of the arm or of control: the effect to be expected of treating them.
-- Why: two models, one of each arm: the mean of the group among the teachers. A group that has no teacher in one of them is
-- given the effect on all.
-- Key: campaign_id, arm, customer_id
-- campaign_id       which campaign
-- arm               the treated arm
-- customer_id       who
-- is_treated        1 in the arm, 0 in control
-- is_teacher        whether the prediction learns from them
-- group_name        purchases before the contact, and whether any was recent
-- uplift_expected   margin after cost that treating them is expected to bring
-- value             margin less what the contacts cost
with uplift_members as (
    select * from features.uplift_members
),
group_effects as (
    select
        campaign_id,
        arm,
        group_name,
        cast(avg(value) filter (where is_treated = 1) as double)
        - cast(avg(value) filter (where is_treated = 0) as double) as effect
    from uplift_members
    where is_teacher
    group by campaign_id, arm, group_name
),
whole_effects as (
    select
        campaign_id,
        arm,
        cast(avg(value) filter (where is_treated = 1) as double)
        - cast(avg(value) filter (where is_treated = 0) as double) as effect
    from uplift_members
    where is_teacher
    group by campaign_id, arm
)
select
    uplift_members.campaign_id,
    uplift_members.arm,
    uplift_members.customer_id,
    uplift_members.is_treated,
    uplift_members.is_teacher,
    uplift_members.group_name,
    coalesce(group_effects.effect, whole_effects.effect) as uplift_expected,
    uplift_members.value
from uplift_members
inner join whole_effects
    on uplift_members.campaign_id = whole_effects.campaign_id
    and uplift_members.arm = whole_effects.arm
left join group_effects
    on uplift_members.campaign_id = group_effects.campaign_id
    and uplift_members.arm = group_effects.arm
    and uplift_members.group_name = group_effects.group_name
where whole_effects.effect is not null
