-- One row per campaign of the job with a key and customer of its audience, the global control group not among them: the
-- arm that the lottery drew.
-- Why: the key, the campaign and the customer alone decide the place in the lottery; within every tier the arms have
-- their shares, rounded up or down. Whoever was drawn in an earlier run keeps the arm.
-- Model: assign_arms
-- Given: last.holdout_assignments
-- Key: campaign_id, customer_id
-- campaign_id   which campaign
-- customer_id   who
-- tier          where they stand: the stratum; none without a tier
-- arm           the arm; control is held out
select * from features.campaign_audiences
order by campaign_id, tier, customer_id
