// Writes what published programs consist of, as CycloneDX 1.6 in JSON: the packages that their *.deps.json name, which lie in the
// folder, and the packages that the web app's bundle is made of. Usage: node scripts/sbom.mjs FOLDER > sbom.cdx.json
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const folder = process.argv[2];
if (folder === undefined) {
    console.error('Usage: node scripts/sbom.mjs FOLDER');
    process.exit(2);
}

const version = /<Version>([^<]+)<\/Version>/.exec(readFileSync(join(root, 'Directory.Build.props'), 'utf8'))[1];
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const components = new Map();
const dependencies = new Map();

function add(component) {
    components.set(component['bom-ref'], { type: 'library', ...component });
}

function hash(algorithm, base64) {
    return [{ alg: algorithm, content: Buffer.from(base64, 'base64').toString('hex') }];
}

function addPrograms() {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deps.json')).sort()) {
        const { libraries, targets, runtimeTarget } = read(join(folder, file));
        const resolved = targets[runtimeTarget.name];
        const refs = new Map(Object.entries(libraries).map(([key, library]) => [key.split('/')[0], refOf(key, library)]));
        for (const [key, library] of Object.entries(libraries)) {
            const [name, itsVersion] = key.split('/');
            const isPackage = library.type === 'package';
            add({
                'bom-ref': refOf(key, library),
                name,
                version: isPackage ? itsVersion : version,
                ...(isPackage && { purl: refOf(key, library) }),
                // What deps.json says of a package is the SHA-512 of its archive.
                ...(library.sha512 && { hashes: hash('SHA-512', library.sha512.replace(/^sha512-/, '')) }),
            });
            const needs = Object.keys(resolved[key]?.dependencies ?? {}).map((one) => refs.get(one));
            dependencies.set(refOf(key, library), [...new Set(needs.filter((one) => one !== undefined))].sort());
        }
    }
}

function refOf(key, library) {
    const [name, itsVersion] = key.split('/');
    return library.type === 'package' ? `pkg:nuget/${name}@${itsVersion}` : `platform:${name}`;
}

// All that is not for development only: the bundler leaves out what is not used, which no list tells.
function addWebApp() {
    const { packages } = read(join(root, 'frontend', 'package-lock.json'));
    for (const [path, one] of Object.entries(packages)) {
        if (path === '' || one.dev || one.link || one.devOptional) {
            continue;
        }

        const name = one.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
        const purl = `pkg:npm/${name.replace(/^@/, '%40')}@${one.version}`;
        add({
            'bom-ref': purl,
            name,
            version: one.version,
            purl,
            ...(one.license && { licenses: [{ expression: one.license }] }),
            ...(one.integrity?.startsWith('sha512-') && { hashes: hash('SHA-512', one.integrity.slice('sha512-'.length)) }),
        });
    }
}

addPrograms();
addWebApp();
const sorted = [...components.values()].sort((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
// The same contents have the same number, so that two builds of one commit are equal.
const digest = createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
const serial = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
console.log(
    JSON.stringify(
        {
            $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
            bomFormat: 'CycloneDX',
            specVersion: '1.6',
            serialNumber: `urn:uuid:${serial}`,
            version: 1,
            metadata: { component: { type: 'application', 'bom-ref': 'platform', name: 'platform', version } },
            components: sorted,
            dependencies: [...dependencies].sort().map(([ref, dependsOn]) => ({ ref, dependsOn })),
        },
        null,
        1,
    ),
);
