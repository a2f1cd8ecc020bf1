import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countComponents, readComponentSchemas } from '@drover/collector-config';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../lib/run.ts';
import { MANIFEST } from './cache.ts';
import { readManifest } from './manifest.ts';

const own = readManifest(readFileSync(MANIFEST, 'utf8'));

describe('a manifest of the Collector Builder', () => {
  test('tells distribution, version, modules and the builder that fits', () => {
    expect(
      readManifest(`dist: {name: acme-otelcol, version: 3.1.0}
receivers:
  - gomod: example.com/acmereceiver v3.1.0
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver v0.150.0
`),
    ).toEqual({
      distribution: 'acme-otelcol',
      version: '3.1.0',
      builderVersion: 'v0.150.0',
      modules: [
        'example.com/acmereceiver v3.1.0',
        'go.opentelemetry.io/collector/receiver/otlpreceiver v0.150.0',
      ],
    });
  });

  test('that does not say what it builds is refused', () => {
    expect(() => readManifest('receivers: []')).toThrow('dist.name');
  });
});

describe('the component schemas that come with the server', () => {
  const path = join(ROOT, `packages/server/schemas/${own.distribution}-${own.version}.json`);

  test('are made of what the manifest names; `npm run schemas` makes them anew', () => {
    expect(existsSync(path)).toBe(true);
    const read = readComponentSchemas(JSON.parse(readFileSync(path, 'utf8')));
    if (read.kind !== 'schemas') throw new Error(`${read.pointer}: ${read.problem}`);
    const { distribution, version, modules } = read.schemas;
    expect({ distribution, version, modules }).toEqual({
      distribution: own.distribution,
      version: own.version,
      modules: own.modules,
    });
    expect(countComponents(read.schemas)).toBeGreaterThanOrEqual(own.modules.length);
  });
});
