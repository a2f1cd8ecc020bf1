import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { Console } from './data/console.ts';
import { pageCode } from './data/page-code.ts';
import { queries } from './data/queries.ts';
import { askForFleet } from './fleet/fleet-query.ts';
import { LoginPage } from './login/login-page.tsx';
import { SessionGate } from './login/session-gate.tsx';
import {
  activitySearch,
  agentSearch,
  configSearch,
  configsSearch,
  connectionsSearch,
  driftSearch,
  fleetSearch,
  loginSearch,
  newConfigSearch,
  newRolloutSearch,
  rolloutSearch,
  rolloutsSearch,
  searchPageSearch,
  settingsSearch,
  wouldRunSearch,
} from './page-search.ts';
import { parseSearchParams, stringifySearchParams } from './search-params.ts';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { PageFailure } from './shell/page-failure.tsx';

interface RouterContext {
  readonly console: Console;
}

const rootRoute = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: PageFailure,
});

const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: loginSearch,
  component: LoginPage,
});

const insideRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'inside',
  component: SessionGate,
  beforeLoad: ({ context: { console }, preload }) => {
    if (!preload) void console.queryClient.prefetchQuery(queries.session(console.api));
  },
});

const indexRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/agents', replace: true });
  },
});

const fleetRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/agents',
  validateSearch: fleetSearch,
  beforeLoad: ({ context: { console }, search, preload }) => {
    if (!preload) askForFleet(console, search);
  },
  component: lazyRouteComponent(
    pageCode(() => import('./fleet/fleet-page.tsx')),
    'FleetPage',
  ),
});

const agentRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/agents/$uid',
  validateSearch: agentSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./agent/agent-page.tsx')),
    'AgentPage',
  ),
});

const configsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/configs',
  validateSearch: configsSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./configs/configs-page.tsx')),
    'ConfigsPage',
  ),
});

// Not below /configs, where every word may be a configuration's name.
const newConfigRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/new-configuration',
  validateSearch: newConfigSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./configs/new-config-page.tsx')),
    'NewConfigPage',
  ),
});

const configRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/configs/$name',
  validateSearch: configSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./configs/config-page.tsx')),
    'ConfigPage',
  ),
});

const rolloutsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/rollouts',
  validateSearch: rolloutsSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./rollouts/rollouts-page.tsx')),
    'RolloutsPage',
  ),
});

const newRolloutRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/rollouts/new',
  validateSearch: newRolloutSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./rollouts/new-rollout-page.tsx')),
    'NewRolloutPage',
  ),
});

const rolloutRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/rollouts/$id',
  validateSearch: rolloutSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./rollouts/rollout-page.tsx')),
    'RolloutPage',
  ),
});

const driftRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/drift',
  validateSearch: driftSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./drift/drift-page.tsx')),
    'DriftPage',
  ),
});

const searchRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/search',
  validateSearch: searchPageSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./search/search-page.tsx')),
    'SearchPage',
  ),
});

const wouldRunRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/agents/$uid/would-run',
  validateSearch: wouldRunSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./would-run/would-run-page.tsx')),
    'WouldRunPage',
  ),
});

const connectionsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/connections',
  validateSearch: connectionsSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./connections/connections-page.tsx')),
    'ConnectionsPage',
  ),
});

const activityRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/activity',
  validateSearch: activitySearch,
  component: lazyRouteComponent(
    pageCode(() => import('./activity/activity-page.tsx')),
    'ActivityPage',
  ),
});

const settingsRoute = createRoute({
  getParentRoute: () => insideRoute,
  path: '/settings',
  validateSearch: settingsSearch,
  component: lazyRouteComponent(
    pageCode(() => import('./settings/settings-page.tsx')),
    'SettingsPage',
  ),
});

// Whatever else: inside the shell, so that the way on is at hand.
const restRoute = createRoute({ getParentRoute: () => insideRoute, path: '$', component: NotFoundPage });

const routeTree = rootRoute.addChildren([
  loginRoute,
  insideRoute.addChildren([
    indexRoute,
    fleetRoute,
    agentRoute,
    configsRoute,
    newConfigRoute,
    configRoute,
    rolloutsRoute,
    newRolloutRoute,
    rolloutRoute,
    driftRoute,
    searchRoute,
    wouldRunRoute,
    connectionsRoute,
    activityRoute,
    settingsRoute,
    restRoute,
  ]),
]);

export function createConsoleRouter(console: Console) {
  return createRouter({
    routeTree,
    context: { console },
    basepath: console.rootPath,
    parseSearch: parseSearchParams,
    stringifySearch: stringifySearchParams,
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultPreloadDelay: 60,
    defaultErrorComponent: PageFailure,
  });
}

export type ConsoleRouter = ReturnType<typeof createConsoleRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: ConsoleRouter;
  }
}
