#!/bin/sh
# A private PostgreSQL that lives as long as its standard input: cluster.sh BIN_FOLDER [SETTING=VALUE...]
# Prints its socket folder once it answers. Whoever holds the pipe may die in any way: the server stops, the files go.
set -eu
bin=$1
shift
folder=$(mktemp -d /tmp/vestibule-pg.XXXXXX)
server=

finish() {
  trap - EXIT INT TERM HUP
  if [ -n "$server" ]; then
    kill -INT "$server" 2>/dev/null || :
    wait "$server" 2>/dev/null || :
  fi
  rm -rf "$folder"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

fail() {
  cat "$folder/log" >&2
  exit 1
}

for setting in "$@"; do
  set -- "$@" -c "$setting"
  shift
done

"$bin/initdb" -D "$folder/data" -U vestibule --auth=trust --encoding=UTF8 --locale=C --no-sync >"$folder/log" 2>&1 || fail
"$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= "$@" >>"$folder/log" 2>&1 </dev/null &
server=$!
until "$bin/pg_isready" -q -h "$folder" -U vestibule -d postgres; do
  kill -0 "$server" 2>/dev/null || fail
  sleep 0.1
done
echo "$folder"
cat >/dev/null
