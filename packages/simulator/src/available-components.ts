import { createHash } from 'node:crypto';
import { type AvailableComponents, AvailableComponentsSchema, create } from '@drover/opamp';
import type { AgentKind } from './agent-kinds.ts';

const MODULES = 'github.com/open-telemetry/opentelemetry-collector-contrib';

/** What an agent of this kind and version has built in; undefined where the kind does not say. */
export function availableComponentsOf(kind: AgentKind, version: string): AvailableComponents | undefined {
  const classes = Object.entries(kind.components);
  if (classes.length === 0) return undefined;
  const components = Object.fromEntries(
    classes.map(([group, names]) => [
      group,
      {
        metadata: [],
        subComponentMap: Object.fromEntries(
          names.map((name) => [
            name,
            {
              metadata: [
                {
                  key: 'code.namespace',
                  value: {
                    value: {
                      case: 'stringValue' as const,
                      value: `${MODULES}/${group.slice(0, -1)}/${name}${group.slice(0, -1)} v${version}`,
                    },
                  },
                },
              ],
              subComponentMap: {},
            },
          ]),
        ),
      },
    ]),
  );
  const hash = createHash('sha256')
    .update(JSON.stringify([version, classes]))
    .digest();
  return create(AvailableComponentsSchema, { components, hash: new Uint8Array(hash) });
}
