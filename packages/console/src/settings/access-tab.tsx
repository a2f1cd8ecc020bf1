import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CopyBlock } from '../components/copy-block.tsx';
import { countOf } from '../components/format.ts';
import { LinkButton } from '../components/link-button.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { Time } from '../components/time.tsx';
import { useApi, useConsole } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import styles from './settings.module.css';

const MODE_WORDS = {
  open: 'Any agent',
  token: 'Agents with an enrolment token or their own credential',
  approval: 'Any agent, once an operator approves it',
  mtls: 'Agents with a client certificate',
} as const;

/** Who may use the server: operators by login and token, agents by what they enrol with. */
export function AccessTab() {
  const api = useApi();
  const { rootPath } = useConsole();
  const session = useQuery(queries.session(api));
  const self = useQuery(queries.self(api));
  const stats = useQuery(queries.stats(api));
  const base = new URL(rootPath, window.location.origin).href.replace(/\/$/, '');
  return (
    <div className={styles.panels}>
      <Panel
        title="Operators"
        aside={
          <LinkButton to="/activity" search={{ kind: 'session' }} variant="subtle" size="compact-sm">
            Logins
          </LinkButton>
        }
      >
        <Facts
          facts={[
            ['Signed in as', session.data?.user ?? 'Unknown'],
            ['Session expires', session.data ? <Time key="ends" at={session.data.expiresAt} /> : 'Unknown'],
            [
              'How to log in',
              'With the single-use link that the server prints at startup, or with the admin token: the file admin-token in the server’s data folder, or the setting auth.adminToken.',
            ],
          ]}
        />
      </Panel>
      <Panel
        title="Agents"
        aside={
          <LinkButton to="/connections" search={{ tab: 'tokens' }} variant="subtle" size="compact-sm">
            Enrolment tokens
          </LinkButton>
        }
      >
        <Facts
          facts={[
            ['Who may connect', self.data === undefined ? 'Unknown' : MODE_WORDS[self.data.enrolment]],
            [
              'OpAMP endpoint',
              self.data === undefined ? 'Unknown' : <code key="url">{self.data.opampUrl}</code>,
            ],
            [
              'Waiting for approval',
              <Link key="waiting" to="/connections" search={{ tab: 'waiting' }}>
                {countOf(stats.data?.enrolment.pending ?? 0, 'agent')}
              </Link>,
            ],
            [
              'Credentials',
              <Link key="credentials" to="/connections" search={{ tab: 'credentials' }}>
                Agents’ own credentials
              </Link>,
            ],
          ]}
        />
      </Panel>
      <Panel title="Scripts and the command line">
        <div className={styles.column}>
          <p className={styles.text}>
            Both use the admin token. <code>drover login</code> stores it for later commands; the REST API
            expects it with each request.
          </p>
          <CopyBlock label="Log in on the command line" text={`drover login --url ${base}`} />
          <CopyBlock
            label="Call the REST API"
            text={`curl -H "Authorization: Bearer $DROVER_TOKEN" ${base}/api/v1/stats`}
          />
          <p className={styles.text}>
            <a href={`${rootPath}api/v1/openapi.json`}>The full API, as OpenAPI 3.1</a>
          </p>
        </div>
      </Panel>
    </div>
  );
}
