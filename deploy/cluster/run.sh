#!/bin/sh
# Two nodes, Redis, an object store and nginx on this machine, until Ctrl+C. Takes a port for nginx; 50050 by default.
cd "$(dirname "$0")/../.." && exec npm run cluster -- "$@"
