-- One row per campaign, treated arm and tenth of the customers, those with the highest expected uplift first: what the
-- campaign really brought there, of customers from whom the prediction has not learnt.
-- Needs: exposures
-- Key: campaign_id, arm, decile
-- campaign_id     which campaign
-- arm             the treated arm
-- decile          1 is those with the highest expected uplift
-- treated_count   customers of the arm; equal expectations on a bound are divided
-- control_count   customers of control
-- uplift          margin after cost a head more than control; null without one of them
-- gain            what treating all up to this tenth brings, per treated customer of the whole test
-- qini            area between the gain and that of a random order: above 0 if the prediction finds who is moved
-- qini_lower      lower end of its 95 % interval (bootstrap)
-- qini_upper      upper end
-- is_useful       whether the whole interval is above 0
with uplift_tenths as (
    select * from scores.uplift_tenths
)
select
    campaign_id,
    arm,
    cast(decile as int) as decile,
    treated_count,
    control_count,
    uplift,
    gain,
    qini,
    qini_lower,
    qini_upper,
    qini_lower > 0 as is_useful
from uplift_tenths
