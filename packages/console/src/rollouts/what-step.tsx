import type { Config } from '@drover/api';
import { ActionIcon, Button } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Note } from '../components/note.tsx';
import { Select } from '../components/select.tsx';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './rollouts.module.css';
import type { Layer } from './stack-text.ts';

const LAYERS_MAX = 16;

interface WhatStepProps {
  readonly configs: readonly Config[];
  readonly layers: readonly Layer[];
  /** One alone may take its own place in each stack that holds it. */
  readonly replaces: 'layer' | undefined;
  readonly onChange: (layers: readonly Layer[]) => void;
  readonly onReplaces: (replaces: 'layer' | undefined) => void;
}

/** One configuration, or several as layers, of which a later one wins. */
export function WhatStep({ configs, layers, replaces, onChange, onReplaces }: WhatStepProps) {
  const isStack = layers.length > 1;
  const free = configs.filter(({ name }) => layers.every((layer) => layer.name !== name));
  const put = (at: number, layer: Layer) =>
    onChange(layers.map((each, index) => (index === at ? layer : each)));
  const swap = (at: number) => {
    const [above, below] = [layers[at], layers[at + 1]];
    if (above === undefined || below === undefined) return;
    onChange([...layers.slice(0, at), below, above, ...layers.slice(at + 2)]);
  };
  return (
    <section className={styles.step} aria-labelledby="step-what">
      <h2 id="step-what" className={styles.stepTitle}>
        What
      </h2>
      <div className={styles.stepBody}>
        {layers.map((layer, index) => (
          <div key={layer.name} className={styles.layer}>
            <LayerFields
              configs={configs.filter(
                ({ name }) => name === layer.name || free.some((one) => one.name === name),
              )}
              layer={layer}
              place={isStack ? index + 1 : undefined}
              onChange={(next) => put(index, next)}
            />
            {isStack ? (
              <span className={styles.layerActs}>
                <ActionIcon
                  aria-label={`Move ${layer.name} up`}
                  disabled={index === 0}
                  onClick={() => swap(index - 1)}
                >
                  <IconArrowUp size={16} />
                </ActionIcon>
                <ActionIcon
                  aria-label={`Move ${layer.name} down`}
                  disabled={index === layers.length - 1}
                  onClick={() => swap(index)}
                >
                  <IconArrowDown size={16} />
                </ActionIcon>
                <ActionIcon
                  aria-label={`Remove ${layer.name} from the stack`}
                  onClick={() => onChange(layers.filter((_, at) => at !== index))}
                >
                  <IconX size={16} />
                </ActionIcon>
              </span>
            ) : null}
          </div>
        ))}
        {isStack ? (
          <p className={styles.muted}>
            Agents merge them in this order; later ones win. The stack replaces everything Drover gives these
            agents today.
          </p>
        ) : (
          <fieldset className={styles.choice}>
            <legend className={styles.hidden}>What it replaces</legend>
            <label>
              <input
                type="radio"
                name="replaces"
                checked={replaces === undefined}
                onChange={() => onReplaces(undefined)}
              />
              Replace everything these agents run
            </label>
            <label>
              <input
                type="radio"
                name="replaces"
                checked={replaces === 'layer'}
                onChange={() => onReplaces('layer')}
              />
              Replace this layer only, wherever it is already in use
            </label>
          </fieldset>
        )}
        {replaces === undefined && free.length > 0 && layers.length < LAYERS_MAX ? (
          <Button
            variant="subtle"
            size="compact-sm"
            className={styles.go}
            leftSection={<IconPlus size={14} />}
            onClick={() => {
              const [next] = free;
              if (next !== undefined) onChange([...layers, { name: next.name }]);
            }}
          >
            Add a layer
          </Button>
        ) : null}
      </div>
    </section>
  );
}

interface LayerFieldsProps {
  readonly configs: readonly Config[];
  readonly layer: Layer;
  /** In the stack, from 1; undefined where it is alone. */
  readonly place: number | undefined;
  readonly onChange: (layer: Layer) => void;
}

function LayerFields({ configs, layer, place, onChange }: LayerFieldsProps) {
  const { name, revision } = layer;
  const config = configs.find((item) => item.name === name);
  const revisions = useQuery({ ...queries.revisions(useApi(), name), enabled: config !== undefined });
  const newest = config?.revision.number;
  const known = revisions.data?.items ?? (config === undefined ? [] : [config.revision]);
  const isKnown = revision === undefined || known.some(({ number }) => number === revision);
  const isMissing = !isKnown && revisions.data?.nextCursor === null;
  const suffix = place === undefined ? '' : ` ${place}`;
  return (
    <div className={styles.layerFields}>
      <div className={styles.pair}>
        <Select
          label={`Configuration${suffix}`}
          value={config?.name ?? ''}
          options={[
            ...(config === undefined
              ? [{ value: '', word: name === '' ? 'Select' : `${name} (not found)` }]
              : []),
            ...configs.map((item) => ({ value: item.name, word: item.name })),
          ]}
          onChange={(value) => onChange({ name: value })}
        />
        <Select
          label={`Revision${suffix}`}
          value={String(revision ?? newest ?? '')}
          options={[
            ...(revision === undefined || isKnown
              ? []
              : [{ value: String(revision), word: `r${revision}${isMissing ? ' (not found)' : ''}` }]),
            ...known.map((item) => ({
              value: String(item.number),
              word: item.number === newest ? `r${item.number}, latest` : `r${item.number}, by ${item.author}`,
            })),
          ]}
          onChange={(value) =>
            onChange(Number(value) === newest ? { name } : { name, revision: Number(value) })
          }
        />
      </div>
      {config === undefined && name !== '' ? (
        <Note tone="broken" isAlert>
          No configuration “{name}”. It was deleted, or the address is wrong.
        </Note>
      ) : null}
      {isMissing ? (
        <Note tone="broken" isAlert>
          “{name}” has no revision r{revision}; the latest is r{newest}.
        </Note>
      ) : null}
    </div>
  );
}
