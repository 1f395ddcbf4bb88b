-- A customer's window is open: it has days left, and in them a chance that is one.
select
    customer_id,
    item_id,
    days_left,
    probability
from sequences.next_purchases
where
    days_left not between 1 and window_days
    or probability not between 0 and 1
    or closing_date <= $run_date
    or margin_expected <= 0
