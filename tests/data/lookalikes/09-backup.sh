#!/bin/sh
# Nightly copy of the photo disk.
# Usage: backup.sh SOURCE TARGET
set -eu

SRC=${1:?"missing: source"}
DST=${2:?"missing: target"}
KEEP=${KEEP:-14}

log() {
    printf '%s: %s\n' "$(date +%H:%M)" "$1"
}

if ! mountpoint -q "$DST"; then
    log "ERROR: target not mounted"
    exit 1
fi

day=$(date +%F)
log "START: $day"
rsync -a --delete "$SRC/" "$DST/$day/"
find "$DST" -maxdepth 1 -type d -mtime +"$KEEP" -exec rm -r {} +
log "END: $day"
