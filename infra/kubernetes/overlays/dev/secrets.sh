#!/bin/sh
# Prints the Secrets of the overlay "dev" with new random values, for "kubectl create", which leaves those that exist as they are.
# Usage: overlays/dev/secrets.sh | kubectl create -f -
set -eu
random() { LC_ALL=C tr -dc 'A-Za-z0-9' </dev/urandom | head -c 40; }
postgres=$(random) rabbitmq=$(random) minio=$(random) join=$(random)
cat <<YAML
apiVersion: v1
kind: Secret
metadata:
  name: platform
  namespace: platform-dev
stringData:
  ConnectionStrings__Platform: "Host=postgres;Username=platform;Password=$postgres;Database=platform"
  Messaging__RabbitMq: "amqp://platform:$rabbitmq@rabbitmq:5672/"
  Messaging__Management: "http://rabbitmq:15672/"
  Platform__TokenKey: "$(head -c 32 /dev/urandom | base64)"
  Nodes__JoinToken: "$join"
  Artifacts__S3__AccessKey: platform
  Artifacts__S3__SecretKey: "$minio"
  POSTGRES_PASSWORD: "$postgres"
  RABBITMQ_PASSWORD: "$rabbitmq"
---
apiVersion: v1
kind: Secret
metadata:
  name: platform-agent
  namespace: platform-dev
stringData:
  Agent__JoinToken: "$join"
YAML
