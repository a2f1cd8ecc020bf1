import '../theme/mantine-styles.ts';
import '../theme/tokens.css';
import '../theme/base.css';
import '../theme/mantine-overrides.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { HintHost } from '../components/hint-host.tsx';
import { createConsole } from '../data/console.ts';
import { ConsoleProvider } from '../data/console-context.tsx';
import { colorSchemeManager } from '../theme/color-scheme.ts';
import { mantineTheme, mantineVariables } from '../theme/mantine-theme.ts';
import { Gallery } from './gallery.tsx';

const console = createConsole('/');
// Links are drawn as anywhere and lead nowhere: the gallery asks no server.
const router = createRouter({
  routeTree: createRootRoute({ component: Gallery, notFoundComponent: Gallery }),
  history: createMemoryHistory(),
});
const root = document.getElementById('root');
if (root === null) throw new Error('gallery.html has no element with the id "root"');

createRoot(root).render(
  <MantineProvider
    theme={mantineTheme}
    cssVariablesResolver={mantineVariables}
    colorSchemeManager={colorSchemeManager()}
    defaultColorScheme="auto"
    withGlobalClasses={false}
  >
    <ConsoleProvider value={console}>
      <QueryClientProvider client={console.queryClient}>
        {/* The type of the console's own router is registered for the whole program. */}
        <RouterProvider router={router as never} />
        <HintHost />
      </QueryClientProvider>
    </ConsoleProvider>
  </MantineProvider>,
);
