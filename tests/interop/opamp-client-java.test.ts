import { describeReleasedClient } from './support/client-suite.ts';
import { JAVA_CLIENT } from './support/recipes.ts';
import type { ReleasedClient } from './support/released-agent.ts';

const JAVA = {
  peer: JAVA_CLIENT,
  // It never announces ReportsStatus.
  capabilities: ['AcceptsRemoteConfig', 'ReportsEffectiveConfig', 'ReportsRemoteConfig'],
  contentType: 'text/yaml',
} satisfies Partial<ReleasedClient>;

describeReleasedClient({
  ...JAVA,
  name: 'opentelemetry-opamp-client 1.53.0-alpha (Java) over HTTP',
  transport: 'http',
  asksForGzip: true,
  goodbye: 'silence',
});
describeReleasedClient({
  ...JAVA,
  name: 'opentelemetry-opamp-client 1.53.0-alpha (Java) over WebSocket',
  transport: 'websocket',
  goodbye: 'agent_disconnect',
  isMute: true,
  staysClosed: true,
});
