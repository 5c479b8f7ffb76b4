#!/bin/bash
# One step as a Slurm array; all parts see the same folders:
#
#   sbatch slurm.sh collect BUNDLE --data rows.jsonl -o states
#
# A part that was killed goes on where it was when it is submitted again (--requeue does). The same command once without the array joins them.
#SBATCH --job-name=safeswitch
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=04:00:00
#SBATCH --requeue
set -eu
# shellcheck disable=SC2086
srun ${SAFESWITCH:-safeswitch} "$@" --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
