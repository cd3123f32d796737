#!/usr/bin/env bash
# Publishes the programs of all container images into one folder, with their list of components (SBOM) and their health check.
# Usage: scripts/publish.sh FOLDER [--no-build]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
folder=$(realpath -m -- "${1:?Usage: scripts/publish.sh FOLDER [--no-build]}")

built=false
if [ "${2:-}" = --no-build ]; then
    built=true
else
    for program in services/*/Platform.*.csproj; do
        dotnet restore "$program" --locked-mode -v quiet
    done
fi
rm -rf "$folder"
dotnet msbuild infra/compose/publish.proj -t:Publish -p:PublishDir="$folder/" -p:NoBuild=$built -p:RunAnalyzers=false \
    -nologo -v:quiet -nodeReuse:false
rm -f "$folder"/*.pdb "$folder/web.config"
install -m 755 infra/compose/healthy.sh infra/compose/metrics-token.sh "$folder/"
node scripts/sbom.mjs "$folder" >"$folder/sbom.cdx.json"
