#!/usr/bin/env bash
# Run every example at tiny settings; the first failure ends it. BIN names the folder of python and privgen.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=${BIN:-.venv/bin}
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
step() { echo "== $*"; "$@"; }

step "$BIN/python" examples/scrub_text.py
step "$BIN/python" examples/generate_page.py
step "$BIN/python" examples/explain_page.py
step "$BIN/python" examples/train_federated.py
step "$BIN/python" examples/whole_job.py "$WORK/whole"
step "$BIN/privgen" demo "$WORK/demo" --locale zh_CN --merchants 2 --customers 30 --rounds 2
step "$BIN/privgen" explain "$WORK/demo" --why
step "$BIN/privgen" explain --selftest
step "$BIN/privgen" ledger show "$WORK/demo"
step "$BIN/privgen" ledger verify "$WORK/demo"
step "$BIN/privgen" demo "$WORK/template" --generator template --merchants 2 --customers 30 --rounds 1
step "$BIN/python" examples/ner_tiny_data.py "$WORK/names"
step "$BIN/python" examples/train_ner.py "$WORK/names" "$WORK/ner" --tiny
step "$BIN/privgen" scrub "$WORK/template" --ner "$WORK/ner" --workers 2
step "$BIN/privgen" scrub "$WORK/template" --policy examples/policy.toml
step "$BIN/python" examples/benchmarks/scrub_speed.py --texts 200
step "$BIN/python" examples/benchmarks/scrub_scale.py --small 0.3 --large 0.6 --speed 0.3 --turns 1
step "$BIN/python" examples/benchmarks/explain_speed.py --quick
step "$BIN/python" examples/benchmarks/page_quality.py --pages 5 --explained 1
step "$BIN/python" examples/benchmarks/page_quality.py --pages 5 --explained 1 --locale zh_CN
step "$BIN/python" examples/benchmarks/trust_cost.py --quick
step "$BIN/python" examples/benchmarks/round_overhead.py --quick
step "$BIN/python" examples/benchmarks/dp_step.py --quick
step "$BIN/python" examples/benchmarks/dp_utility.py --quick
step "$BIN/python" examples/benchmarks/shell_speed.py 3
if [ -n "${PRIVGEN_OLIST:-}" ]; then
  step "$BIN/python" examples/ingest_olist.py "$PRIVGEN_OLIST" "$WORK/olist"
fi
echo "all examples ran"
