import type { SelfSetting } from '@drover/api';
import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { CheckField } from '../components/check-field.tsx';
import { EmptyState } from '../components/empty-state.tsx';
import { ErrorState } from '../components/error-state.tsx';
import { countOf } from '../components/format.ts';
import { Panel } from '../components/panel.tsx';
import { SearchLine } from '../components/search-line.tsx';
import { SkeletonRows } from '../components/skeleton.tsx';
import { useApi } from '../data/console-context.tsx';
import { selfQueries } from '../data/self-queries.ts';
import type { SettingsSearch } from '../page-search.ts';
import styles from './settings.module.css';

/** Every setting as it holds. They are set where the server is started, never here. */
export function SettingList(props: {
  readonly search: SettingsSearch;
  readonly onChange: (part: Partial<SettingsSearch>) => void;
}) {
  const { search, onChange } = props;
  const query = useQuery(selfQueries.settings(useApi()));
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState
        error={query.error}
        what="The settings could not be loaded"
        onRetry={() => void query.refetch()}
      />
    ) : (
      <SkeletonRows rows={10} />
    );
  }
  const { items } = query.data;
  const words = (search.q ?? '').toLowerCase().split(/\s+/);
  const shown = items.filter(
    ({ key, about, source }) =>
      (search.set !== 'only' || source !== 'default') &&
      words.every((word) => `${key} ${about}`.toLowerCase().includes(word)),
  );
  const sections = Map.groupBy(shown, ({ key }) =>
    key.includes('.') ? (key.split('.')[0] ?? '') : 'general',
  );
  const setCount = items.filter(({ source }) => source !== 'default').length;
  return (
    <>
      <div className={styles.filters}>
        <SearchLine
          label="Search the settings"
          placeholder="Key or description"
          value={search.q ?? ''}
          onChange={(q) => onChange({ q: q === '' ? undefined : q })}
        />
        <CheckField
          isChecked={search.set === 'only'}
          onChange={(isChecked) => onChange({ set: isChecked ? 'only' : undefined })}
        >
          Only the {countOf(setCount, 'setting')} changed from the default
        </CheckField>
      </div>
      <p className={styles.hint}>
        Read-only: the server reads its settings at startup, from its file, the environment and its flags.
      </p>
      {shown.length === 0 ? (
        <EmptyState
          title="No settings match"
          action={
            <Button onClick={() => onChange({ q: undefined, set: undefined })}>Show all settings</Button>
          }
        />
      ) : (
        <div className={styles.column}>
          {[...sections].map(([section, settings]) => (
            <Panel key={section} title={section} isFlush>
              <ul aria-label={section}>
                {settings.map((setting) => (
                  <SettingRow key={setting.key} setting={setting} />
                ))}
              </ul>
            </Panel>
          ))}
        </div>
      )}
    </>
  );
}

function SettingRow({ setting }: { readonly setting: SelfSetting }) {
  const { key, value, source, origin, about, variable, isSecret } = setting;
  const isSet = source !== 'default';
  return (
    <li className={styles.setting} data-set={isSet}>
      <div className={styles.settingHead}>
        <code className={styles.key}>{key}</code>
        <span className={styles.value}>
          {isSecret ? (isSet ? 'set, never shown' : setting.default) : value}
        </span>
        <span className={styles.source}>{isSet ? `From ${origin}` : 'Default'}</span>
      </div>
      <p className={styles.about}>
        <Prose text={about} /> <span className={styles.variable}>{variable}</span>
        {isSet ? <span> · default: {setting.default}</span> : null}
      </p>
    </li>
  );
}

/** Words between backticks are code. */
function Prose({ text }: { readonly text: string }) {
  return text.split('`').map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text keep their places
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  );
}
