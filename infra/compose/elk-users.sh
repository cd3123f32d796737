#!/bin/bash
# Makes the users of Elasticsearch: "kibana" for Kibana, before it starts; "services" for the platform, once templates are installed,
# so that no document comes before them. A repeat sets the passwords again.
set -euo pipefail
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Passwords go through files, not through arguments that everybody sees.
printf 'user = "elastic:%s"\n' "$ELASTIC_PASSWORD" >"$work/curl"

send() { # method, path; the body on standard input
    curl -sS --fail-with-body --max-time 60 -K "$work/curl" -X "$1" -H 'Content-Type: application/json' --data-binary @- \
        -o "$work/answer" "$ELASTICSEARCH_URL/$2" || {
        echo "elk-users.sh: $2: $(head -c 500 "$work/answer" 2>/dev/null)" >&2
        exit 1
    }
    echo "$2: done"
}

case ${1:-} in
kibana)
    printf '{"password":"%s"}' "$KIBANA_PASSWORD" | send POST _security/user/kibana_system/_password
    ;;
services)
    echo '{"indices":[{"names":["logs-platform.*"],"privileges":["create_doc","auto_configure"]}]}' |
        send PUT _security/role/platform-services
    printf '{"password":"%s","roles":["platform-services"]}' "$ELASTICSEARCH_PASSWORD" |
        send PUT _security/user/platform-services
    ;;
*)
    echo 'Usage: elk-users.sh kibana|services' >&2
    exit 2
    ;;
esac
