#!/bin/sh
# Runs what build.sh has built. Usage: run.sh Uploader|PlainServer ARGUMENT...
set -eu

out=$(cd "$(dirname "$0")" && pwd)/out
program=$1
shift
exec java -cp "$(cat "$out/classpath")" "example.$program" "$@"
