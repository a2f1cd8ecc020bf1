import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Agent } from '@drover/api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../e2e/support/drover.ts';
import { eventually, processesWith } from '../e2e/support/process.ts';
import { COLLECTOR, describeWithCollector } from '../e2e/support/requirements.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { type Command, UPSTREAM_SUPERVISOR } from './support/recipes.ts';
import { describeWithTools } from './support/requirements.ts';

const isConnected = ({ connection }: Agent): boolean => connection.state === 'connected';

/** One supervisor on one storage, started as often as asked. */
interface Supervised extends AsyncDisposable {
  start(): void;
  /** SIGTERM would leave its Collector behind. */
  interrupt(): Promise<void>;
}

describeWithCollector('upstream opampsupervisor 0.149.0 and credentials of its own', () => {
  describeWithTools('under our control plane with enrolment tokens', UPSTREAM_SUPERVISOR.tools, () => {
    let command: Command;
    let plane: ControlPlane;
    let token: string;

    beforeAll(async () => {
      command = await UPSTREAM_SUPERVISOR.ready();
      plane = await startControlPlane({ DROVER_AGENTS_ENROLMENT: 'token' });
      token = (await plane.api.createEnrolmentToken({ name: 'edge' })).token;
    }, 900_000);
    afterAll(() => plane?.[Symbol.asyncDispose]());

    test('as it comes it takes none, and keeps its token over restarts', async () => {
      await using supervised = await supervise({});
      supervised.start();
      const uid = await theOnlyOne();
      const agent = await plane.agent(uid, 'it is connected', isConnected);
      expect(agent.enrolment).toMatchObject({
        state: 'approved',
        credential: 'shared',
        takesCredentials: false,
      });
      await supervised.interrupt();
      await plane.agent(uid, 'it is gone', (gone) => !isConnected(gone));
      supervised.start();
      await plane.agent(uid, 'it is back', isConnected);
      await supervised.interrupt();
      await plane.api.forgetAgent(uid);
    });

    test('with accepts_opamp_connection_settings it takes one, forgets it with its process, and is refused until it is approved again', async () => {
      await using supervised = await supervise({ accepts_opamp_connection_settings: true });
      supervised.start();
      const uid = await theOnlyOne();
      const hasOwn = (agent: Agent): boolean => isConnected(agent) && agent.enrolment.credential === 'own';
      await plane.agent(uid, 'it came by its own', hasOwn);
      await supervised.interrupt();
      supervised.start();
      await eventually('the refusal stands in its timeline', async () => {
        const { items } = await plane.api.agentEvents(uid);
        return items.some(
          ({ kind, detail }) => kind === 'refused' && detail.includes('credential of its own'),
        );
      });
      expect((await plane.api.getAgent(uid)).connection.state).toBe('disconnected');
      await plane.api.revokeAgent(uid);
      await plane.api.approveAgent(uid);
      await plane.agent(uid, 'it came by another of its own', hasOwn);
    });

    /** The uid of the agent that is listed. */
    function theOnlyOne(): Promise<string> {
      return eventually('one agent is listed', async () => {
        const { items } = await plane.api.listAgents();
        return items.length === 1 && items[0]?.instanceUid;
      });
    }

    async function supervise(capabilities: Readonly<Record<string, boolean>>): Promise<Supervised> {
      const folder = await temporaryFolder('upstream');
      const storage = join(folder.path, 'storage');
      const settings = {
        server: { endpoint: plane.opampUrl, headers: { Authorization: `Bearer ${token}` } },
        capabilities: { reports_own_metrics: false, reports_heartbeat: true, ...capabilities },
        agent: {
          executable: COLLECTOR,
          bootstrap_timeout: '30s',
          args: ['--set=service::telemetry::metrics::level=none'],
        },
        storage: { directory: storage },
      };
      await writeFile(join(folder.path, 'supervisor.yaml'), JSON.stringify(settings));
      let child: ChildProcess | undefined;
      const interrupt = async () => {
        if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
        const ended = once(child, 'exit');
        child.kill('SIGINT');
        await ended;
      };
      return {
        start() {
          child = spawn(
            command.command,
            [...command.args, '--config', join(folder.path, 'supervisor.yaml')],
            { cwd: folder.path, stdio: 'ignore' },
          );
        },
        interrupt,
        async [Symbol.asyncDispose]() {
          await interrupt();
          for (const pid of await processesWith(storage)) process.kill(pid, 'SIGKILL');
          await folder[Symbol.asyncDispose]();
        },
      };
    }
  });
});
