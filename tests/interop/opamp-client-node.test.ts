import { describeReleasedClient } from './support/client-suite.ts';
import { NODE_CLIENT } from './support/recipes.ts';

describeReleasedClient({
  name: '@elastic/opamp-client-node 0.5.0',
  peer: NODE_CLIENT,
  transport: 'http',
  capabilities: ['ReportsStatus', 'AcceptsRemoteConfig', 'ReportsRemoteConfig', 'ReportsHeartbeat'],
  contentType: 'application/json',
  goodbye: 'silence',
  waitsLong: true,
});
