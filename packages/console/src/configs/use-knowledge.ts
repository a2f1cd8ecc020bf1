import type { EditorKnowledge } from '@drover/collector-config';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { schemaQueries } from '../data/schema-queries.ts';
import { secretsQuery } from '../data/secret-queries.ts';
import { chooseSchema, type SchemaChoice } from './target-words.ts';

/** So many agents are looked at for the labels that there are. */
const SAMPLE = 50;

export interface TargetKnowledge {
  readonly knowledge: EditorKnowledge;
  /** Undefined while it is not known yet. */
  readonly choice: SchemaChoice | undefined;
  /** Why the agents, or the schemas, could not be told. */
  readonly error: unknown;
}

/** What is known for a configuration of the agents that a selector matches: their schemas, labels, attributes, and secrets. */
export function useKnowledge(selector: string): TargetKnowledge {
  const api = useApi();
  const targets = useQuery(schemaQueries.targets(api, selector));
  const known = useQuery(schemaQueries.known(api));
  const choice = useMemo(
    () =>
      targets.data === undefined || known.data === undefined
        ? undefined
        : chooseSchema(targets.data, known.data.items),
    [targets.data, known.data],
  );
  const chosen = choice?.schema;
  const schemas = useQuery({
    ...schemaQueries.one(api, chosen?.distribution ?? '', chosen?.version ?? '', chosen?.hash ?? ''),
    enabled: chosen !== undefined,
  });
  const sample = useQuery(queries.selectorSample(api, selector, SAMPLE)).data?.items;
  const uid = sample?.[0]?.instanceUid;
  const agent = useQuery({
    ...queries.agent(api, uid ?? ''),
    enabled: uid !== undefined,
    refetchInterval: false,
  });
  // Who may not read secrets writes their names.
  const secrets = useQuery(secretsQuery(api));
  const knowledge = useMemo((): EditorKnowledge => {
    const { identifying = {}, nonIdentifying = {} } = agent.data?.description ?? {};
    return {
      ...(schemas.data === undefined ? {} : { schemas: schemas.data }),
      labels: [...new Set(sample?.flatMap(({ labels }) => Object.keys(labels)))].toSorted(),
      attributes: Object.keys({ ...identifying, ...nonIdentifying }).toSorted(),
      secrets: secrets.data?.map(({ name }) => name) ?? [],
    };
  }, [schemas.data, sample, agent.data, secrets.data]);
  return { knowledge, choice, error: targets.error ?? known.error ?? schemas.error };
}
