import { describe } from 'vitest';
import { startTestControlPlane } from '../testing/control-plane.ts';
import { createPostgres, POSTGRES_URL } from '../testing/databases.ts';
import { activitySuite } from './activity.suite.ts';

describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL', () =>
  activitySuite(async () => {
    const { url, drop } = await createPostgres();
    const server = await startTestControlPlane({ DROVER_DATABASE_URL: url });
    return {
      ...server,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await drop();
      },
    };
  }),
);
