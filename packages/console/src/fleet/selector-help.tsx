import styles from './selector-help.module.css';

const EXAMPLES: readonly (readonly [string, string])[] = [
  ['os.type=linux', 'the value is this; != where it is not'],
  ['env in (prod, stage)', 'one of several; notin (…) where it is none of them'],
  ['!label:env', 'has no such key; without ! has it, whatever its value'],
  ['env=prod, os.type=linux', 'both: a comma is “and”'],
  [
    'attr:service.name="my agent"',
    'a value with spaces stands in double quotes; attr: is what agents say, label: what operators said',
  ],
];

/** Selectors in short, where one cannot be read; an example that is pressed is searched for. */
export function SelectorHelp(props: { readonly onExample: (selector: string) => void }) {
  return (
    <section className={styles.help} aria-labelledby="selector-help">
      <h2 id="selector-help" className={styles.title}>
        How selectors are written
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
