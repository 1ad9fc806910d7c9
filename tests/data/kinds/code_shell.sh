#!/bin/sh
# Sorts photographs by year.
set -eu

complain() {
  echo "too late: $1"
  exit 1
}

for file in "$@"; do
  year=$(date -r "$file" +%Y)
  case "$year" in
    19*) complain "$file" ;;
    *) mkdir -p "$year" ;;
  esac
  mv "$file" "$year/"
done
