import {
  AgentDescriptionSchema,
  type AttributeValue,
  attributesToKeyValues,
  ComponentHealthSchema,
  create,
  decodeMessage,
  encodeMessage,
  type RemoteConfigStatuses,
  RemoteConfigStatusSchema,
} from '@drover/opamp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportDecoder } from './decode-report.ts';
import { FieldCursor } from './field-cursor.ts';

function describeAgent(
  identifying: Record<string, AttributeValue>,
  nonIdentifying: Record<string, AttributeValue> = {},
): Uint8Array {
  return encodeMessage(
    AgentDescriptionSchema,
    create(AgentDescriptionSchema, {
      identifyingAttributes: attributesToKeyValues(identifying),
      nonIdentifyingAttributes: attributesToKeyValues(nonIdentifying),
    }),
  );
}

const attributes = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.boolean(), fc.bigInt(-100n, 100n)));

const decoder = new ReportDecoder();
const summariesOf = decoder.summariesOf.bind(decoder);

describe('the summary of a report', () => {
  it('has the health of the whole agent, whatever its parts say', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.string(),
        fc.string(),
        fc.bigInt(0n, 2n ** 63n),
        (healthy, status, lastError, at) => {
          const part = create(ComponentHealthSchema, {
            healthy: !healthy,
            status: 'part',
            lastError: 'part',
          });
          const health = encodeMessage(
            ComponentHealthSchema,
            create(ComponentHealthSchema, {
              healthy,
              status,
              lastError,
              startTimeUnixNano: at,
              componentHealthMap: { part },
            }),
          );
          const state = healthy ? 'healthy' : 'unhealthy';
          expect(summariesOf({ health }).health).toEqual({ state, status, lastError });
        },
      ),
    );
  });

  it('takes an empty health message as not healthy', () => {
    const { health } = summariesOf({ health: new Uint8Array(0) });
    expect(health).toEqual({ state: 'unhealthy', status: '', lastError: '' });
  });

  it('has every attribute as text, values of other kinds as JSON, identifying ones last', () => {
    fc.assert(
      fc.property(attributes, attributes, (identifying, nonIdentifying) => {
        const texts =
          summariesOf({ description: describeAgent(identifying, nonIdentifying) }).attributes ?? [];
        const pairs = texts.flatMap((key, at) => (at % 2 === 0 ? [[key, texts[at + 1]]] : []));
        const expected = Object.entries({ ...nonIdentifying, ...identifying }).map(([key, value]) => [
          key,
          typeof value === 'bigint' ? value.toString() : String(value),
        ]);
        expect(Object.fromEntries(pairs)).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  it('has the status of the remote configuration as the generic decoder reads it', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.constantFrom<RemoteConfigStatuses[]>(0, 1, 2, 3),
        fc.oneof(fc.string(), fc.constantFrom('é', 'x'.repeat(5000))),
        (lastRemoteConfigHash, status, errorMessage) => {
          const bytes = encodeMessage(
            RemoteConfigStatusSchema,
            create(RemoteConfigStatusSchema, { lastRemoteConfigHash, status, errorMessage }),
          );
          const decoded = decodeMessage(RemoteConfigStatusSchema, bytes);
          const message = decoded.kind === 'message' ? decoded.message : undefined;
          const { config } = summariesOf({ remoteConfigStatus: bytes });
          expect(config?.hash).toBe(Buffer.from(message?.lastRemoteConfigHash ?? []).toString('hex'));
          expect(config?.status).toBe(['unset', 'applied', 'applying', 'failed'][status]);
          expect(config?.errorMessage.slice(0, 4096)).toBe(message?.errorMessage.slice(0, 4096));
        },
      ),
    );
  });

  it('reads the same of a message the second time, when its texts are known', () => {
    const description = describeAgent({ 'service.name': 'otelcol' }, { 'os.type': 'linux', é: 'ü' });
    const expected = ['os.type', 'linux', 'é', 'ü', 'service.name', 'otelcol'];
    expect(decoder.attributes(description)).toEqual(expected);
    expect(decoder.attributes(description)).toEqual(expected);
  });

  it('says nothing of bytes that end too early', () => {
    const description = describeAgent({ 'service.name': 'otelcol' });
    expect(summariesOf({ description: description.subarray(0, -1) })).toEqual({});
    expect(summariesOf({ health: new Uint8Array([0x22, 0x7f, 0x41]) })).toEqual({});
  });

  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const fields = new FieldCursor(bytes);
        while (fields.next()) expect(fields.end).toBeLessThanOrEqual(bytes.length);
        summariesOf({ description: bytes, health: bytes, remoteConfigStatus: bytes });
      }),
    );
  });
});
