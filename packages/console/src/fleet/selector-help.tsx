import styles from './selector-help.module.css';

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['os.type=linux', 'the value is this; != for any other'],
  ['env in (prod, stage)', 'one of several values; notin (…) for none of them'],
  ['!label:env', 'the key is not set; without !, it is set to any value'],
  ['env=prod, os.type=linux', 'both: a comma means “and”'],
  [
    'attr:service.name="my agent"',
    'put values with spaces in double quotes; attr: is reported by agents, label: is set by operators',
  ],
];

/** Selectors in short, where one cannot be read; an example that is pressed is searched for. */
export function SelectorHelp(props: { readonly onExample: (selector: string) => void }) {
  return (
    <section className={styles.help} aria-labelledby="selector-help">
      <h2 id="selector-help" className={styles.title}>
        Selector syntax
      </h2>
      <dl className={styles.examples}>
        {EXAMPLES.map(([example, meaning]) => (
          <div key={example} className={styles.example}>
            <dt>
              <button type="button" onClick={() => props.onExample(example)}>
                <code>{example}</code>
              </button>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
