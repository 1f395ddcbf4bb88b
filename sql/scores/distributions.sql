-- One row per feature or score and bin: how many customers of a sample it has.
-- Model: distribute
-- Key: kind, measure, bin_number
-- kind             feature or score
-- measure          which
-- bin_number       0 is what is missing
-- upper            upper end of the bin, inclusive, halfway to the next value; null for what is missing, and for the last
-- customer_count   customers in it
select * from features.drift_values
