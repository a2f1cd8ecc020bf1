import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readManifest } from './manifest.ts';
import { manifestOfComponents } from './manifest-of-components.ts';

const PRINTED = `buildinfo:
    command: otelcol-acme
    description: Acme's Collector
    version: 1.4.0
receivers:
    - name: otlp
      module: go.opentelemetry.io/collector/receiver/otlpreceiver v0.149.0
      stability: {logs: Stable, metrics: Stable, traces: Stable}
    - name: acme
      module: example.com/acme/receivers v1.4.0 => ../receivers
    - name: acme_other
      module: example.com/acme/receivers v1.4.0
processors: []
providers:
    - scheme: env
      module: go.opentelemetry.io/collector/confmap/provider/envprovider v1.55.0
`;

describe('a manifest made of what a Collector says is in it', () => {
  test('has its name, its version, and each module once', () => {
    const manifest = manifestOfComponents(PRINTED);
    expect(readManifest(manifest)).toEqual({
      distribution: 'otelcol-acme',
      version: '1.4.0',
      builderVersion: 'v0.149.0',
      modules: [
        'example.com/acme/receivers v1.4.0',
        'go.opentelemetry.io/collector/receiver/otlpreceiver v0.149.0',
      ],
    });
    expect(parse(manifest)).toMatchObject({
      providers: [{ gomod: 'go.opentelemetry.io/collector/confmap/provider/envprovider v1.55.0' }],
    });
    expect(Object.keys(parse(manifest))).not.toContain('processors');
  });

  test('has also what is linked and not said, and no helpers', () => {
    const linked = `acme: go1.26
\tpath\tdrover.dev/acme
\tdep\tgo.opentelemetry.io/collector/exporter\tv1.55.0\th1:x=
\tdep\tgo.opentelemetry.io/collector/exporter/exporterhelper\tv0.149.0\th1:x=
\tdep\tgo.opentelemetry.io/collector/exporter/otlpexporter\tv0.149.0\th1:x=
\tdep\tgo.opentelemetry.io/collector/receiver/otlpreceiver\tv0.149.0\th1:x=
\tdep\tgo.opentelemetry.io/collector/receiver/xreceiver\tv0.149.0\th1:x=
\tdep\tgo.opentelemetry.io/otel/exporters/otlp/otlptrace\tv1.42.0\th1:x=`;
    expect(readManifest(manifestOfComponents(PRINTED, linked)).modules).toEqual([
      'example.com/acme/receivers v1.4.0',
      'go.opentelemetry.io/collector/exporter/otlpexporter v0.149.0',
      'go.opentelemetry.io/collector/receiver/otlpreceiver v0.149.0',
    ]);
  });

  test.each([
    ['a: [', 'is not what `components` prints'],
    ['Error: unknown command', 'no buildinfo'],
    ['buildinfo: {command: otelcol}', 'no buildinfo with command and version'],
    ['buildinfo: {command: otelcol, version: 0.90.0}\nreceivers: [otlp, nop]', 'give the manifest'],
    [
      'buildinfo: {command: otelcol, version: 0.90.0}\nreceivers: [{name: otlp, module: (devel)}]',
      'receivers/otlp',
    ],
    ['buildinfo: {command: otelcol, version: 0.90.0}', 'prints no component'],
  ])('is refused where it cannot be told: %j', (text, words) => {
    expect(() => manifestOfComponents(text)).toThrow(words);
  });
});
