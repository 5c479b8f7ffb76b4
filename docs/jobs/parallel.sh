#!/bin/sh
# The parts of one step side by side on one machine, by GNU parallel where it is installed, else by the shell:
#
#   sh parallel.sh 4 collect BUNDLE --data rows.jsonl -o states
#   sh parallel.sh 4 judge states --endpoint URL --model NAME
#   sh parallel.sh 4 train probe BUNDLE --states states --sweep
#   sh parallel.sh 4 evaluate BUNDLE --suite suite.json -o report
#
# Then the same command once without parts joins them: it does what is missing, compares or reports. (Collected states need no joining:
# what comes next says which part is missing.) SAFESWITCH names the tool where it is not called safeswitch.
set -eu
parts=$1
shift
tool=${SAFESWITCH:-safeswitch}
if command -v parallel > /dev/null 2>&1; then
  # shellcheck disable=SC2086
  seq "$parts" | parallel --quote --halt soon,fail=1 $tool "$@" --shard "{}/$parts"
else
  running=""
  for part in $(seq "$parts"); do
    # shellcheck disable=SC2086
    $tool "$@" --shard "$part/$parts" &
    running="$running $!"
  done
  failed=0
  for process in $running; do
    wait "$process" || failed=$?
  done
  exit "$failed"
fi
