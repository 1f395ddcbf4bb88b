"""The mathematics beside what people use today, on the same files, in one run: seconds and ratios.

    beside_peers.py TARGET FOLDER DATA

TARGET is the folder of the release examples, FOLDER takes what is simulated, DATA holds fimi/ and spmf/. A peer that is not
installed is reported as missing, by name. Each number is the best of three runs; machines are noisy, ratios are of one minute.
"""

import importlib
import os
import re
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet as pq

TARGET, FOLDER, DATA = sys.argv[1:4]
TIMES = 3
CUSTOMERS = int(os.environ.get("CUSTOMERS", "100000"))


def ours(example, *arguments, threads=1):
    """The output of an example and its time per line `seconds s  what`."""
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    command = [os.path.join(TARGET, example), *map(str, arguments)]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def best(run):
    return min(run() for _ in range(TIMES))


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peer(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"  {name} is not installed: not measured")
        return None


def line(what, seconds, others):
    """One row: our seconds with one and two threads, each peer's seconds and how many times ours (one thread) it takes."""
    shown = "  ".join(f"{name} {other:.3f} s ({other / seconds[0]:.1f} x)" for name, other in others.items())
    gain = f", two threads {seconds[0] / seconds[1]:.2f} x" if len(seconds) > 1 else ""
    print(f"  {what}: {seconds[0]:.3f} s{gain}  {shown}", flush=True)


def mined(path, count, threads):
    text = ours("mine", path, count, threads=threads)
    return float(re.search(r"mining ([\d.]+) s", text).group(1))


def baskets():
    print("== frequent itemsets")
    fim = peer("fim")
    for name, counts in {"retail": [89, 45, 10], "T10I4D100K": [500, 100, 50]}.items():
        transactions = pq.read_table(f"{DATA}/fimi/{name}.parquet")["items"].to_pylist()
        path = f"{FOLDER}/{name}.txt"
        with open(path, "w") as out:
            out.writelines(" ".join(map(str, one)) + "\n" for one in transactions)
        for count in counts:
            seconds = [best(lambda: mined(path, count, threads)) for threads in (1, 2)]
            others = {}
            if fim:
                for algorithm in ("eclat", "fpgrowth"):
                    mine = getattr(fim, algorithm)
                    others[algorithm] = best(
                        lambda: timed(lambda: mine(transactions, target="s", supp=-count, report="a"))
                    )
            line(f"{name}, {count} baskets", seconds, others)


def purchases():
    print(f"== purchase models, {CUSTOMERS} customers: fit, P(alive), expected purchases")
    path = f"{FOLDER}/histories.csv"
    text = ours("million_customers", CUSTOMERS, path, threads=2)
    lifetimes = peer("lifetimes")
    data = np.loadtxt(path, delimiter=",")
    for name, fitter in {"bg_nbd": "BetaGeoFitter", "mbg_nbd": "ModifiedBetaGeoFitter"}.items():
        block = text.split(f"\n{name}\n")[1]
        rows = re.findall(r"^ +([\d.]+) s  (.+)$", block, re.M)
        wanted = ("fit", "probability alive", "expected purchases in 90 days")
        seconds = sum(float(taken) for taken, what in rows[:4] if what in wanted)
        others = {}
        if lifetimes:
            model = getattr(lifetimes, fitter)()

            def fit_and_score():
                model.fit(data[:, 0], data[:, 1], data[:, 2])
                model.conditional_probability_alive(data[:, 0], data[:, 1], data[:, 2])
                model.conditional_expected_number_of_purchases_up_to_time(90, *data.T)

            others["lifetimes"] = timed(fit_and_score)
        line(name, [seconds], others)


def clusters():
    print("== k-means, a million customers of 8 features, 8 clusters, 10 starts")
    random = np.random.default_rng(1)
    centres = random.normal(0, 3, (8, 8))
    rows = centres[random.integers(0, 8, 1_000_000)] + random.normal(0, 1.5, (1_000_000, 8))
    path = f"{FOLDER}/million.f64"
    rows.astype("<f8").tofile(path)
    text = ours("segments_of_a_million", path, threads=2)
    seconds = float(re.search(r"([\d.]+) s  k-means, 8 clusters, 10 starts", text).group(1))
    others = {}
    if peer("sklearn"):
        from sklearn.cluster import KMeans

        others["scikit-learn"] = timed(lambda: KMeans(8, n_init=10, random_state=1).fit(rows))
    line("k-means", [seconds], others)


def predictions():
    print("== a million customers of 20 features: logistic regression, boosted trees")
    path = f"{FOLDER}/predictions.f64"
    print(ours("million_predictions", path, threads=2))
    if not peer("sklearn"):
        return
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    rows = np.fromfile(path).reshape(-1, 22)[:1_000_000]
    features, labels = rows[:, :20], rows[:, 20]
    filled = np.where(np.isnan(features), np.nanmedian(features, axis=0), features)
    print(f"  scikit-learn logistic {timed(lambda: LogisticRegression().fit(filled, labels)):.3f} s")
    trees = HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=31, early_stopping=False)
    print(f"  scikit-learn, 100 trees {timed(lambda: trees.fit(features, labels)):.3f} s")


for part in (baskets, purchases, clusters, predictions):
    part()
