import type { ConfigMap } from './config-data.ts';
import type { Issues } from './issues.ts';
import { configuredIds, type Pipeline } from './sections.ts';

/** A connector joins pipelines: it has to be the exporter of one and the receiver of another, without a circle. */
export function checkConnectors(
  config: ConfigMap,
  connectors: ReadonlySet<string>,
  pipelines: readonly Pipeline[],
  issues: Issues,
): void {
  for (const section of ['receivers', 'exporters'] as const) {
    const kind = section === 'receivers' ? 'receiver' : 'exporter';
    for (const id of configuredIds(config, section)) {
      if (!connectors.has(id.trim())) continue;
      const advice = `rename the connector, to "${id}/connector" say`;
      issues.error(
        ['connectors', id],
        `connectors::${id}: there is both a ${kind} and a connector "${id}"; ${advice}`,
        'key',
      );
    }
  }
  for (const id of connectors) {
    const into = pipelines.filter((pipeline) => pipeline.exporters.some((use) => use.id === id));
    const outOf = pipelines.filter((pipeline) => pipeline.receivers.some((use) => use.id === id));
    const name = `connector "${id}"`;
    if (into.length > 0 && outOf.length === 0) {
      const from = into.map((pipeline) => pipeline.id).join(', ');
      issues.error(
        ['connectors', id],
        `${name} used as exporter in pipeline ${from} but not as receiver in any`,
        'key',
      );
    }
    if (outOf.length > 0 && into.length === 0) {
      const to = outOf.map((pipeline) => pipeline.id).join(', ');
      issues.error(
        ['connectors', id],
        `${name} used as receiver in pipeline ${to} but not as exporter in any`,
        'key',
      );
    }
  }
  const circle = findCircle(connectors, pipelines);
  if (circle !== undefined) {
    const start = circle[0] ?? '';
    issues.error(
      ['service', 'pipelines', start],
      `cycle detected: pipelines ${circle.join(' → ')} → ${start}`,
      'key',
    );
  }
}

/** The pipelines of one circle through connectors, if there is any. Without recursion: the text decides the depth. */
function findCircle(
  connectors: ReadonlySet<string>,
  pipelines: readonly Pipeline[],
): readonly string[] | undefined {
  const readers = new Map<string, string[]>();
  for (const pipeline of pipelines) {
    for (const { id } of pipeline.receivers) {
      if (connectors.has(id)) readers.set(id, [...(readers.get(id) ?? []), pipeline.id]);
    }
  }
  const next = new Map(pipelines.map((pipeline) => [pipeline.id, pipeline.exporters.map((use) => use.id)]));
  const done = new Set<string>();
  for (const { id: root } of pipelines) {
    const way: { readonly id: string; readonly left: string[] }[] = [];
    const onWay = new Set<string>();
    const enter = (id: string): void => {
      onWay.add(id);
      way.push({ id, left: (next.get(id) ?? []).flatMap((connector) => readers.get(connector) ?? []) });
    };
    if (!done.has(root)) enter(root);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const to = top.left.pop();
      if (to === undefined) {
        done.add(top.id);
        onWay.delete(top.id);
        way.pop();
      } else if (onWay.has(to)) {
        const ids = way.map((step) => step.id);
        return ids.slice(ids.indexOf(to));
      } else if (!done.has(to)) {
        enter(to);
      }
    }
  }
  return undefined;
}
