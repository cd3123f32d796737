#!/bin/sh
# RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS are read by the server itself.
set -eu
export HOME=/var/lib/rabbitmq RABBITMQ_LOGS=- RABBITMQ_ENABLED_PLUGINS_FILE=/etc/rabbitmq/enabled_plugins
exec /usr/lib/rabbitmq/bin/rabbitmq-server
