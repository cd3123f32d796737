#!/bin/bash
# Whether the program of this container is ready: it asks its database, its broker and its store. The images have no HTTP client.
port=${1:-8080}
exec 3<>"/dev/tcp/127.0.0.1/$port" || exit 1
printf 'GET /health/ready HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n' "$port" >&3
read -r -t 4 _ status _ <&3
if [ "$status" != 200 ]; then
    # Seen with "docker inspect": which check fails.
    timeout 1 cat <&3 | tail -n 1
    exit 1
fi
