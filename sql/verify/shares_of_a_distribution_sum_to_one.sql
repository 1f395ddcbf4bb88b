-- Every customer asked is in one bin of each measure.
select kind, measure, sum(customer_share) as customer_share
from predictions.distributions
group by kind, measure
having abs(sum(customer_share) - 1) > 1e-9
