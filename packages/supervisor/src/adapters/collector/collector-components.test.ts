import { attributesFromKeyValues } from '@drover/opamp';
import { expect, test } from 'vitest';
import { parseCollectorInventory, toAvailableComponents } from './collector-components.ts';

const PRINTED = `buildinfo:
    command: otelcol-contrib
    description: OpenTelemetry Collector Contrib
    version: 0.149.0
receivers:
    - name: otlp
      module: go.opentelemetry.io/collector/receiver/otlpreceiver v0.149.0
      stability:
        logs: Stable
    - name: nop
      module: go.opentelemetry.io/collector/receiver/nopreceiver v0.149.0
extensions:
    - name: opamp
      module: github.com/open-telemetry/opentelemetry-collector-contrib/extension/opampextension v0.149.0
providers:
    - scheme: env
      module: go.opentelemetry.io/collector/confmap/provider/envprovider v1.55.0
`;

test('what the Collector prints becomes name, version and components', () => {
  const inventory = parseCollectorInventory(PRINTED);
  expect(inventory).toMatchObject({ command: 'otelcol-contrib', version: '0.149.0' });
  expect(Object.keys(inventory?.components.receivers ?? {})).toEqual(['otlp', 'nop']);
  expect(inventory?.components.exporters).toEqual({});
});

test('components are reported by kind, each with its module, under a hash of them all', () => {
  const inventory = parseCollectorInventory(PRINTED);
  if (inventory === undefined) throw new Error('not parsed');
  const { components, hash } = toAvailableComponents(inventory);
  expect(Object.keys(components)).toEqual([
    'receivers',
    'processors',
    'exporters',
    'extensions',
    'connectors',
  ]);
  const otlp = components.receivers?.subComponentMap.otlp;
  expect({ ...attributesFromKeyValues(otlp?.metadata ?? []) }).toEqual({
    'code.namespace': 'go.opentelemetry.io/collector/receiver/otlpreceiver v0.149.0',
  });
  expect(hash).toHaveLength(32);
  const reordered = {
    ...inventory,
    components: {
      ...inventory.components,
      receivers: Object.fromEntries(Object.entries(inventory.components.receivers).reverse()),
    },
  };
  expect(toAvailableComponents(reordered).hash).toEqual(hash);
});

test.each(['', 'usage: something', '{[', 'buildinfo: {}'])('%j is no inventory', (output) => {
  expect(parseCollectorInventory(output)).toBeUndefined();
});
