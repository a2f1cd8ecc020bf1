import { describeReleasedClient } from './support/client-suite.ts';
import { PYTHON_CLIENT } from './support/recipes.ts';

describeReleasedClient({
  name: 'opentelemetry-opamp-client 0.5b0 (Python)',
  peer: PYTHON_CLIENT,
  transport: 'http',
  capabilities: [
    'ReportsStatus',
    'AcceptsRemoteConfig',
    'ReportsEffectiveConfig',
    'ReportsRemoteConfig',
    'ReportsHeartbeat',
  ],
  contentType: 'application/json',
  asksForGzip: true,
  goodbye: 'agent_disconnect',
  ignoresNewUid: true,
  numbersJump: true,
});
