import './theme/mantine-styles.ts';
import './theme/tokens.css';
import './theme/base.css';
import './theme/mantine-overrides.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { createRoot } from 'react-dom/client';
import { HintHost } from './components/hint-host.tsx';
import { createConsole } from './data/console.ts';
import { ConsoleProvider } from './data/console-context.tsx';
import { createConsoleRouter } from './router.tsx';
import { colorSchemeManager } from './theme/color-scheme.ts';
import { mantineTheme, mantineVariables } from './theme/mantine-theme.ts';
import { styleNonce } from './theme/style-nonce.ts';

const nonce = styleNonce();
setNonce(nonce);
const console = createConsole(new URL('.', document.baseURI).pathname);
const router = createConsoleRouter(console);
const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no element with the id "root"');

createRoot(root).render(
  <MantineProvider
    theme={mantineTheme}
    cssVariablesResolver={mantineVariables}
    colorSchemeManager={colorSchemeManager()}
    defaultColorScheme="auto"
    getStyleNonce={() => nonce}
    withGlobalClasses={false}
  >
    <ConsoleProvider value={console}>
      <QueryClientProvider client={console.queryClient}>
        <RouterProvider router={router} />
        <HintHost />
      </QueryClientProvider>
    </ConsoleProvider>
  </MantineProvider>,
);
