import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { agentCapabilityNames } from '@drover/opamp';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { COLLECTOR, describeWithCollector } from '../support/requirements.ts';
import { bench, IDLE } from '../support/supervised.ts';

describeWithCollector('what a supervisor reports', () => {
  test('with everything off, its status and its heartbeat remain', async () => {
    await using it = await bench({
      capabilities: {
        accepts_remote_config: false,
        accepts_restart_command: false,
        accepts_opamp_connection_settings: false,
        reports_effective_config: false,
        reports_health: false,
        reports_own_metrics: false,
        reports_own_logs: false,
        reports_own_traces: false,
        reports_available_components: false,
      },
    });
    it.start();
    const agent = await it.server.until('connected', ({ capabilities }) => capabilities !== 0n);
    expect(new Set(agentCapabilityNames(agent.capabilities))).toEqual(
      new Set(['ReportsStatus', 'ReportsHeartbeat']),
    );
    expect(agent.effectiveConfig).toBe('');
    expect(agent.health).toBeUndefined();
  });

  test('packages are not announced, and the key that asks for them is named', async () => {
    await using it = await bench({ capabilities: { accepts_packages: true } });
    const supervisor = it.start();
    const agent = await it.server.until('connected', ({ capabilities }) => capabilities !== 0n);
    expect(agentCapabilityNames(agent.capabilities)).not.toContain('AcceptsPackages');
    expect(supervisor.stderr).toContain('capabilities.accepts_packages');
  });

  test.each([
    ['as it is', ''],
    ['without a list of its gates', '[ "$1" = featuregate ] && exit 1'],
  ])('name and version are those of the build, of a program %s', async (_what, script) => {
    await using it = await bench({ agent: { executable: './program' } });
    writeFileSync(join(it.folder, 'program'), `#!/bin/sh\n${script}\nexec ${COLLECTOR} "$@"\n`, {
      mode: 0o755,
    });
    it.start();
    const { stdout } = await promisify(execFile)(COLLECTOR, ['components']);
    const { command, version } = parse(stdout).buildinfo;
    const agent = await it.server.until('healthy', ({ health }) => health?.healthy === true);
    expect(agent.description).toMatchObject({ 'service.name': command, 'service.version': version });
  });

  test('a value that stands in a file of the host reaches the effective configuration', async () => {
    await using it = await bench();
    writeFileSync(join(it.folder, 'value'), 'from-a-file');
    it.start();
    it.server.offer(
      IDLE.replace('telemetry: {', `telemetry: {resource: {where: "\${file:${join(it.folder, 'value')}}"}, `),
    );
    const agent = await it.server.until(
      'applied',
      ({ config, effectiveConfig }) => config?.status === 'APPLIED' && effectiveConfig.includes('where:'),
    );
    expect(agent.effectiveConfig).toContain('where: from-a-file');
  });

  test('what the settings say of the agent is joined with what is found out', async () => {
    await using it = await bench({
      agent: {
        description: {
          identifying_attributes: { 'service.namespace': 'edge' },
          non_identifying_attributes: { env: 'test', 'host.name': 'renamed' },
        },
      },
    });
    it.start();
    const agent = await it.server.until('healthy', ({ health }) => health?.healthy === true);
    expect(agent.description).toMatchObject({
      'service.namespace': 'edge',
      'service.instance.id': agent.uid,
      'service.version': expect.any(String),
      env: 'test',
      'host.name': 'renamed',
      'os.type': 'linux',
    });
  });

  test('what a remote configuration changes of name, version and attributes is seen, and the settings hold against it', async () => {
    await using it = await bench({
      agent: {
        description: {
          non_identifying_attributes: { fixed: 'by the settings' },
          include_resource_attributes: true,
        },
      },
    });
    it.start();
    const before = await it.server.until('healthy', ({ health }) => health?.healthy === true);
    expect(before.description['service.name']).not.toBe('renamed');
    it.server.offer(
      IDLE.replace(
        'telemetry: {',
        'telemetry: {resource: {service.name: renamed, service.version: "9.9", zone: here, fixed: otherwise}, ',
      ),
    );
    const agent = await it.server.until(
      'seen',
      ({ config, description }) => config?.status === 'APPLIED' && description['service.name'] === 'renamed',
    );
    expect(agent.description).toMatchObject({
      'service.version': '9.9',
      'service.instance.id': agent.uid,
      zone: 'here',
      fixed: 'by the settings',
    });
  });
});
