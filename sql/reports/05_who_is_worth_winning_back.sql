-- Who is worth winning back: the first five, with what a return may cost.
select
    customer_id,
    round(100 * return_probability, 0) as percent_who_return_alone,
    round(margin_expected, 2) as margin_of_a_year,
    round(offer_max, 2) as offer_at_most
from loyalty.winback
order by winback_rank
limit 5
