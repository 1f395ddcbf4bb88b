-- One row per campaign, treated arm and tenth of the customers that taught nothing: whether the prediction finds who is moved.
-- Model: judge_uplift
-- Key: campaign_id, arm, decile
-- campaign_id     which campaign
-- arm             the treated arm
-- decile          1 is those with the highest expected uplift
-- treated_count   customers of the arm; equal expectations on a bound are divided
-- control_count   customers of control
-- uplift          mean of the treated less mean of control
-- gain            what treating all up to this tenth brings, per treated customer
-- qini            area between the gain and that of a random order
-- qini_lower      lower end of its 95 % interval (bootstrap)
-- qini_upper      upper end
select * from features.uplift_predictions
where not is_teacher
order by campaign_id, arm, customer_id
