#!/bin/sh
# Makes the token with which Prometheus reads the gateway's metrics, unless its file is there.
set -eu
file=$1
if [ -s "$file" ]; then exit 0; fi
answer=$(dotnet /app/Platform.Gateway.dll tokens create --name prometheus --role viewer)
token=$(printf '%s' "$answer" | grep -o '"token":"pt_[A-Za-z0-9_-]*"' | cut -d '"' -f 4)
[ -n "$token" ]
# Prometheus runs as another user; nothing else has this volume.
printf '%s' "$token" >"$file.new"
chmod 644 "$file.new"
mv "$file.new" "$file"
