"""Fits BG/NBD and the spend model of lifetimes to the customers of a file, scores them, and prints the seconds of each, waited
for and of CPU, as JSON. It has an environment of its own: lifetimes needs numpy 1 and pandas 1.

    beside_lifetimes.py FILE SPAN

FILE has a line of x, tₓ, age and mean spend per customer.
"""

import json
import sys
import time

import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter

path, span = sys.argv[1], float(sys.argv[2])
customers = pd.read_csv(path, names=["x", "t_x", "age", "mean"])
repeat = customers[(customers.x > 0) & (customers["mean"] > 0)]
history = customers.x, customers.t_x, customers.age
purchases, spend, taken = BetaGeoFitter(), GammaGammaFitter(), {}


def timed(what, work):
    start, cpu = time.perf_counter(), time.process_time()
    work()
    taken[what] = time.perf_counter() - start, time.process_time() - cpu


timed("fit", lambda: purchases.fit(*history))
timed("probability alive", lambda: purchases.conditional_probability_alive(*history))
timed("expected purchases", lambda: purchases.conditional_expected_number_of_purchases_up_to_time(span, *history))
timed("fit spend", lambda: spend.fit(repeat.x, repeat["mean"]))
timed("expected spend", lambda: spend.conditional_expected_average_profit(customers.x, customers["mean"]))
print(json.dumps({"seconds": taken, "parameters": dict(purchases.params_)}))
