-- Whoever is in an audience has bought, or is on file.
select members.audience, members.customer_id
from segments.audiences as members
left join entities.customers as buyers on members.customer_id = buyers.customer_id
left join clean.customers as on_file on members.customer_id = on_file.customer_id
where buyers.customer_id is null and on_file.customer_id is null
