#!/bin/sh
# Installs what the platform's data streams need in Elasticsearch, and views of them in Kibana. A repeat changes nothing.
set -eu

usage() {
  cat <<'TEXT'
usage: infra/elk/setup.sh [--help]

Installs the lifecycle policy, the ingest pipeline, the templates, the data view, the saved searches and the dashboard
of the training platform. It may be run again at any time.

environment:
  ELASTICSEARCH_URL       such as https://elasticsearch:9200 (needed)
  KIBANA_URL              such as https://kibana:5601, with its base path; empty leaves Kibana alone
  ELASTICSEARCH_API_KEY   an API key, or ELASTICSEARCH_API_KEY_FILE, a file with one
  ELASTICSEARCH_USER      in place of a key, with ELASTICSEARCH_PASSWORD or ELASTICSEARCH_PASSWORD_FILE
  ELASTICSEARCH_CA        a file with the certificate of the authority that signed the servers' certificates
TEXT
}

fail() {
  echo "setup.sh: $1" >&2
  exit 1
}

case "${1:-}" in
  "") ;;
  --help | -h) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ -n "${ELASTICSEARCH_URL:-}" ] || fail "ELASTICSEARCH_URL is needed; --help explains it."
command -v curl >/dev/null || fail "curl is needed."

key=${ELASTICSEARCH_API_KEY:-}
[ -z "${ELASTICSEARCH_API_KEY_FILE:-}" ] || key=$(cat "$ELASTICSEARCH_API_KEY_FILE")
password=${ELASTICSEARCH_PASSWORD:-}
[ -z "${ELASTICSEARCH_PASSWORD_FILE:-}" ] || password=$(cat "$ELASTICSEARCH_PASSWORD_FILE")

# Secrets go through a file that only we can read, not through arguments that everybody sees.
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/curl"
if [ -n "$key" ]; then
  printf 'header = "Authorization: ApiKey %s"\n' "$key" >>"$work/curl"
elif [ -n "${ELASTICSEARCH_USER:-}" ]; then
  printf 'user = "%s:%s"\n' "$ELASTICSEARCH_USER" "$password" >>"$work/curl"
fi
[ -z "${ELASTICSEARCH_CA:-}" ] || printf 'cacert = "%s"\n' "$ELASTICSEARCH_CA" >>"$work/curl"

call() { # what, then the arguments of curl
  what=$1
  shift
  status=$(curl -sS --max-time 60 -K "$work/curl" -o "$work/answer" -w '%{http_code}' "$@") ||
    fail "$what: no answer"
  case "$status" in
    2*) echo "$what: done" ;;
    *) fail "$what: status $status: $(head -c 500 "$work/answer")" ;;
  esac
}

put() { # path, file
  call "$1" -X PUT -H 'Content-Type: application/json' --data-binary "@$here/$2" "${ELASTICSEARCH_URL%/}/$1"
}

put _ilm/policy/platform-logs ilm-policy.json
put _ingest/pipeline/platform-logs ingest-pipeline.json
put _component_template/platform-logs-settings component-settings.json
put _component_template/platform-logs-mappings component-mappings.json
put _index_template/platform-logs index-template.json

if [ -n "${KIBANA_URL:-}" ]; then
  call "Kibana's objects" -X POST -H 'kbn-xsrf: true' -F "file=@$here/kibana.ndjson;type=application/ndjson" \
    "${KIBANA_URL%/}/api/saved_objects/_import?overwrite=true"
  grep -q '"success": *true' "$work/answer" || fail "Kibana's objects: $(head -c 500 "$work/answer")"
fi
