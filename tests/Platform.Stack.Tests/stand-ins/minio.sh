#!/bin/bash
# OpenStack Swift with its s3api in MinIO's place: its address, its settings and its data folder.
set -euo pipefail
etc=/tmp/etc
mkdir -p "$etc" /data/node/d1
export SWIFT_DIR=$etc PYTHONPATH=/stand-ins PYTHONDONTWRITEBYTECODE=1

cat >"$etc/swift.conf" <<C
[swift-hash]
swift_hash_path_suffix = platform
swift_hash_path_prefix = platform
[storage-policy:0]
name = gold
default = yes
C
python3 - "$etc" account=6202 container=6201 object=6200 <<'P'
import sys
from swift.common.ring import RingBuilder
for argument in sys.argv[2:]:
    kind, port = argument.split('=')
    ring = RingBuilder(4, 1, 1)
    ring.add_dev({'region': 1, 'zone': 1, 'ip': '127.0.0.1', 'port': int(port), 'device': 'd1', 'weight': 1})
    ring.rebalance()
    ring.get_ring().save(f'{sys.argv[1]}/{kind}.ring.gz')
P

# server NAME ADDRESS PORT: the rest of its settings comes from standard input.
server() {
    {
        printf '[DEFAULT]\nbind_ip = %s\nbind_port = %s\nworkers = 0\nswift_dir = %s\nuser = app\nlog_level = WARNING\n' "$2" "$3" "$etc"
        printf 'conn_timeout = 10\nnode_timeout = 60\ncontainer_update_timeout = 60\n'
        cat
    } >"$etc/$1-server.conf"
    "swift-$1-server" "$etc/$1-server.conf" &
}

memcached -l 127.0.0.1 -p 11211 -m 16 &
port=6200
for kind in object container account; do
    server "$kind" 127.0.0.1 "$port" <<C
mount_check = false
devices = /data/node
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
C
    port=$((port + 1))
done
server proxy 0.0.0.0 9000 <<C
[pipeline:main]
pipeline = catch_errors healthcheck names cache listing_formats s3api tempauth slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:names]
paste.filter_factory = s3_names:filter_factory
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:11211
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_minio_$MINIO_ROOT_USER = $MINIO_ROOT_PASSWORD .admin
[filter:slo]
use = egg:swift#slo
C
# One that ends takes the others with it.
wait -n
