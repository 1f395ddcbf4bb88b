-- One row per set of one, two or three main categories.
-- Key: bits
-- bits             sum of the bits of its categories
-- category_set     categories, with + between them
-- category_count   how many they are
-- first_bit        bit of the first of them
-- second_bit       of the second; null without one
-- third_bit        of the third; null without one
with main_categories as (
    select * from entities.main_categories
)
select
    bit as bits,
    category as category_set,
    1 as category_count,
    bit as first_bit,
    cast(null as bigint) as second_bit,
    cast(null as bigint) as third_bit
from main_categories
union all
select
    first_one.bit + second_one.bit as bits,
    first_one.category || ' + ' || second_one.category as category_set,
    2 as category_count,
    first_one.bit as first_bit,
    second_one.bit as second_bit,
    cast(null as bigint) as third_bit
from main_categories as first_one
inner join main_categories as second_one on first_one.bit < second_one.bit
union all
select
    first_one.bit + second_one.bit + third_one.bit as bits,
    first_one.category || ' + ' || second_one.category || ' + ' || third_one.category as category_set,
    3 as category_count,
    first_one.bit as first_bit,
    second_one.bit as second_bit,
    third_one.bit as third_bit
from main_categories as first_one
inner join main_categories as second_one on first_one.bit < second_one.bit
inner join main_categories as third_one on second_one.bit < third_one.bit
