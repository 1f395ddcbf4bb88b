-- One row per campaign with a control group, treated arm, and customer of the arm or of control: what treating them is
-- expected to bring.
-- Why: two models, one of each arm, learnt from half of the customers; see uplift_curve for what that is worth.
-- Needs: exposures
-- Key: campaign_id, arm, customer_id
-- campaign_id       which campaign
-- arm               the treated arm
-- customer_id       who
-- decile            1 is those with the highest expected uplift; equal ones in the order of the customer ids
-- group_name        what was known before: purchases (0, 1, 2, 3 or more), and whether one was in the last
--                   $campaigns_covariate_days days
-- uplift_expected   margin after cost that treating them is expected to bring
-- is_teacher        whether the prediction has learnt from them
with uplift_predictions as (
    select * from features.uplift_predictions
)
select
    campaign_id,
    arm,
    customer_id,
    cast(ntile(10) over (
        partition by campaign_id, arm
        order by uplift_expected desc, customer_id
    ) as int) as decile,
    group_name,
    cast(uplift_expected as decimal(18, 4)) as uplift_expected,
    is_teacher
from uplift_predictions
