import type { Agent, IntendedConfig } from '@drover/api';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { countOf, formatCount } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './merged-origin.module.css';

const LINES_SHOWN = 2000;
const OVERRIDES_SHOWN = 100;

/** The merged configuration of a stack, each line with the layer that it comes from, and where a later layer wins. */
export function MergedOrigin({ agent }: { readonly agent: Agent }) {
  const isManaged = (agent.remoteConfig.desired?.configs.length ?? 0) > 1;
  const query = useQuery({ ...queries.intendedConfig(useApi(), agent.instanceUid), enabled: isManaged });
  const { layers = [], merged = null } = query.data ?? {};
  if (!isManaged || merged === null || layers.length < 2) return null;
  const names = layers.map(({ name, revision }) => `${name} r${revision}`);
  return (
    <Panel
      title="Merged configuration, with the layer of each line"
      aside={<span className={styles.muted}>{countOf(layers.length, 'layer')}, later ones win</span>}
      isFlush
    >
      <Overrides names={names} overrides={merged.overrides} />
      <Lines names={names} merged={merged} />
    </Panel>
  );
}

type Merged = NonNullable<IntendedConfig['merged']>;

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function Overrides(props: { readonly names: readonly string[]; readonly overrides: Merged['overrides'] }) {
  const { names, overrides } = props;
  if (overrides.length === 0) return null;
  const rest = overrides.length - OVERRIDES_SHOWN;
  return (
    <ul className={styles.overrides} aria-label="Overrides by later layers">
      {overrides.slice(0, OVERRIDES_SHOWN).map(({ path, by, over, before, after }) => (
        <li key={`${path} ${by} ${over}`}>
          <code>{path}</code>: <code>{valueText(after)}</code> from {names[by]} overrides{' '}
          <code>{valueText(before)}</code> from {names[over]}
        </li>
      ))}
      {rest > 0 ? <li>and {formatCount(rest)} more</li> : null}
    </ul>
  );
}

function originText(places: readonly number[], names: readonly string[]): string {
  const [first] = places;
  if (first === undefined) return '';
  return places.length === 1 ? (names[first] ?? '') : countOf(places.length, 'layer');
}

function Lines({ names, merged }: { readonly names: readonly string[]; readonly merged: Merged }) {
  const lines = useMemo(() => merged.body.replace(/\n$/, '').split('\n'), [merged.body]);
  const rest = lines.length - LINES_SHOWN;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must reach it */}
      <section className={styles.scroll} tabIndex={0} aria-label="Merged configuration">
        <ol className={styles.lines}>
          {lines.slice(0, LINES_SHOWN).map((line, at) => {
            const places = merged.lines[at] ?? [];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
              <li key={at} className={styles.line}>
                <span
                  className={styles.origin}
                  title={places.map((place) => names[place]).join(', ')}
                  data-several={places.length > 1}
                >
                  {originText(places, names)}
                </span>
                <code className={styles.code}>{line}</code>
              </li>
            );
          })}
        </ol>
      </section>
      {rest > 0 ? (
        <p className={styles.rest}>
          and {countOf(rest, 'more line')}: <code>drover agents intended {'<agent>'} --origin</code> shows
          them all.
        </p>
      ) : null}
    </>
  );
}
