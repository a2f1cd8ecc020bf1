import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../lib/run.ts';
import { testTitles } from './test-titles.ts';

const PAGE = readFileSync(join(ROOT, 'docs/upstream-list.md'), 'utf8');
const ROW = /^\| (Test\w+)(?: ×2)? \| (.+?) \| .*\|$/;
const REFERENCE = /\[[^\]]+\]\(\.\.\/([^)]+)\)((?: `[^`]+`,?)+)/g;

/** The end-to-end tests of the upstream supervisor that its releases can pass: those of binary upgrades are not released. */
const UPSTREAM = `
  TestValidateFallbackConfigsWithColBin_E2E TestSupervisorStartsCollectorWithRemoteConfig TestSupervisorStartsCollectorWithLocalConfigOnly
  TestSupervisorStartsCollectorWithDeclarativeTelemetryResourceConfig TestSupervisorStartsCollectorWithNoPipelineConfig
  TestSupervisorStartsCollectorWithNoOpAMPServerWithNoLastRemoteConfig TestSupervisorStartsCollectorWithNoOpAMPServerUsingLastRemoteConfig
  TestSupervisorRestartsWithLastWorkingRemoteConfigAfterFailedConfig TestSupervisorRestoresLastWorkingRemoteConfigAtRuntimeAfterFailedConfig
  TestSupervisorDoesNotTightlyLoopWhenRestoredLastWorkingRemoteConfigFails TestSupervisorStartsCollectorWithRemoteConfigAndExecParams
  TestSupervisorStartsWithNoOpAMPServer TestSupervisorRestartsCollectorAfterBadConfig TestSupervisorConfiguresCapabilities
  TestSupervisorPackageCapabilitiesReturnError TestSupervisorBootstrapsCollector TestSupervisorBootstrapsCollectorAvailableComponents
  TestSupervisorReportsEffectiveConfig TestSupervisorAgentDescriptionConfigApplies TestSupervisorForwardsUpdatedAgentDescriptionFromCollector
  TestSupervisorRestartCommand TestSupervisorOpAMPConnectionSettings TestSupervisorOpAMPWithHTTPEndpoint
  TestSupervisorRestartsWithLastReceivedConfig TestSupervisorPersistsInstanceID TestSupervisorPersistsNewInstanceID
  TestSupervisorWritesAgentFilesToStorageDir TestSupervisorStopsAgentProcessWithEmptyConfigMap TestSupervisorLogging
  TestSupervisorRemoteConfigApplyStatus TestSupervisorReportsCollectorLogTailOnRemoteConfigCrash TestSupervisorOpAmpServerPort
  TestSupervisorHealthCheckServer TestSupervisorHealthCheckServerBackendConnError TestSupervisorEmitBootstrapTelemetry
  TestSupervisorReportsHeartbeat TestSupervisorFallbackWhenNoPersistedConfig TestSupervisorFallbackDisablesAfterFirstConnect
  TestSupervisorValidatesConfigBeforeApplying TestSupervisorExtensionsFeatureGateRequired TestSupervisorAuthExtensions
  TestSupervisorBinarySize
`
  .trim()
  .split(/\s+/);

const rows = PAGE.split('\n').flatMap((line) => {
  const [, name, ours] = ROW.exec(line) ?? [];
  return name === undefined || ours === undefined ? [] : [{ name, ours }];
});

test('each of the upstream tests is on the page once, and no other', () => {
  expect(rows.map(({ name }) => name).sort()).toEqual([...UPSTREAM].sort());
});

test('each row names tests of ours that are there', () => {
  const lacking: string[] = [];
  for (const { name, ours } of rows) {
    let named = 0;
    for (const [, path = '', list = ''] of ours.matchAll(REFERENCE)) {
      const file = join(ROOT, path);
      const titles = existsSync(file) ? testTitles(readFileSync(file, 'utf8')) : new Set<string>();
      for (const [, title = ''] of list.matchAll(/`([^`]+)`/g)) {
        named += 1;
        if (!titles.has(title)) lacking.push(`${name}: ${path} has no test "${title}"`);
      }
    }
    if (named === 0) lacking.push(`${name}: no test of ours is named`);
  }
  expect(lacking).toEqual([]);
});
