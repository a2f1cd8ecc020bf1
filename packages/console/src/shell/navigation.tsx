import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconDots, IconKeyboard, IconLogout, IconSearch, IconUser } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { formatCount } from '../components/format.ts';
import { useApi } from '../data/console-context.tsx';
import { queries } from '../data/queries.ts';
import { BrandMark } from './brand-mark.tsx';
import { ColorSchemeSwitch } from './color-scheme-switch.tsx';
import styles from './navigation.module.css';
import { PLACES } from './places.ts';
import { RolloutIndicator } from './rollout-indicator.tsx';
import type { ShellOverlay } from './shell-overlay.ts';
import { useLogout } from './use-logout.ts';

export function Navigation(props: {
  readonly user: string;
  readonly onOpen: (overlay: ShellOverlay) => void;
}) {
  return (
    <aside className={styles.frame} aria-label="Drover">
      <div className={styles.top}>
        <Link to="/agents" className={styles.brand} aria-label="Drover, to the fleet">
          <BrandMark size={24} />
          <span>Drover</span>
        </Link>
        <div className={styles.topActions}>
          <Tooltip label="Search everything (Ctrl K)">
            <ActionIcon aria-label="Search everything" onClick={() => props.onOpen('palette')}>
              <IconSearch size={17} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
          <span className={styles.phoneOnly}>
            <AccountMenu user={props.user} onOpen={props.onOpen} />
          </span>
        </div>
      </div>
      <nav className={styles.places} aria-label="Main">
        {PLACES.map(({ to, word, icon: Icon, isInBar }) => (
          <Link
            key={word}
            to={to}
            className={styles.place}
            data-in-bar={isInBar}
            activeProps={{ 'data-active': true }}
          >
            <Icon size={18} stroke={1.75} />
            <span>{word}</span>
            {to === '/connections' ? <WaitingCount /> : to === '/drift' ? <DriftCount /> : null}
          </Link>
        ))}
        <MorePlaces />
      </nav>
      <div className={styles.bottom}>
        <RolloutIndicator />
        <div className={styles.wideOnly}>
          <AccountMenu user={props.user} onOpen={props.onOpen} />
          <Tooltip label="Keys (?)">
            <ActionIcon aria-label="Keyboard shortcuts" onClick={() => props.onOpen('keys')}>
              <IconKeyboard size={18} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
        </div>
      </div>
    </aside>
  );
}

/** On a phone, the pages that the bar has no room for. */
function MorePlaces() {
  return (
    <Menu position="top-end" width={220}>
      <Menu.Target>
        <button type="button" className={styles.more} data-in-bar>
          <IconDots size={18} stroke={1.75} />
          <span>More</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {PLACES.filter(({ isInBar }) => isInBar !== true).map(({ to, word, icon: Icon }) => (
          <Menu.Item key={word} component={Link} to={to} leftSection={<Icon size={17} stroke={1.75} />}>
            {word}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** How many agents run something else than they are meant to. */
function DriftCount() {
  const stats = useQuery(queries.stats(useApi()));
  const drifted = stats.data?.drift.drifted ?? 0;
  return drifted === 0 ? null : (
    <span className={styles.count}>
      {formatCount(drifted)}
      <span className={styles.hidden}> drifted</span>
    </span>
  );
}

/** How many agents wait for approval; nothing where none does. */
function WaitingCount() {
  const stats = useQuery(queries.stats(useApi()));
  const waiting = stats.data?.enrolment.pending ?? 0;
  return waiting === 0 ? null : (
    <span className={styles.count}>
      {formatCount(waiting)}
      <span className={styles.hidden}> waiting for approval</span>
    </span>
  );
}

function AccountMenu(props: { readonly user: string; readonly onOpen: (overlay: ShellOverlay) => void }) {
  const logout = useLogout();
  return (
    <Menu position="bottom-start" width={220}>
      <Menu.Target>
        <ActionIcon aria-label={`Account and theme, signed in as ${props.user}`}>
          <IconUser size={18} stroke={1.75} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Signed in as {props.user}</Menu.Label>
        <ColorSchemeSwitch />
        <Menu.Divider />
        <Menu.Item leftSection={<IconKeyboard size={16} />} onClick={() => props.onOpen('keys')}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={logout}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
