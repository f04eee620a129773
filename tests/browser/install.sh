#!/usr/bin/env bash
# What the browser tests need besides Python: Chromium, a Chinese font, pdftotext (Debian), axe-core (npm).
set -euo pipefail
cd "$(dirname "$0")"
if ! command -v chromium >/dev/null || ! command -v pdftotext >/dev/null || [ ! -d /usr/share/poppler ]; then
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends chromium fonts-wqy-zenhei poppler-utils poppler-data
fi
[ -f node_modules/axe-core/axe.min.js ] || npm ci --ignore-scripts --no-audit --no-fund
