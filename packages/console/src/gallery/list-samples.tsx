import { AgentLink } from '../components/agent-link.tsx';
import type { DataColumn } from '../components/data-column.ts';
import { DataTable } from '../components/data-table.tsx';
import { DiffView } from '../components/diff-view.tsx';
import { HistoryItem, HistoryList } from '../components/history-list.tsx';
import { MeaningDiff } from '../components/meaning-diff.tsx';
import { PageHeader } from '../components/page-header.tsx';
import { Facts, Panel } from '../components/panel.tsx';
import { RolloutBar } from '../components/rollout-bar.tsx';
import { StateBadge } from '../components/state-badge.tsx';
import { connectionWords, rolloutWords } from '../components/tone.ts';
import { Sample } from './sample.tsx';

const BEFORE =
  'receivers: {otlp: {protocols: {grpc: {}}}}\nexporters: {debug: {}}\nservice:\n  pipelines:\n    traces: {receivers: [otlp], exporters: [debug]}\n';
const AFTER = BEFORE.replace('debug: {}', 'debug: {verbosity: detailed}');

interface Row {
  readonly instanceUid: string;
  readonly displayName: string;
  readonly state: 'connected' | 'stale' | 'disconnected';
}

const ROWS: readonly Row[] = [
  { instanceUid: '01900000-0000-7000-8000-00000000a5ca', displayName: 'otelcol-contrib', state: 'connected' },
  {
    instanceUid: '01900000-0000-7000-8000-00000000b4fc',
    displayName: 'telemetry-gateway-of-the-payment-platform-in-the-second-data-centre-of-the-north',
    state: 'stale',
  },
  {
    instanceUid: '01900000-0000-7000-8000-00000000def6',
    displayName: 'جامع القياسات',
    state: 'disconnected',
  },
];
const COLUMNS: readonly DataColumn<Row>[] = [
  {
    id: 'state',
    header: 'State',
    track: '128px',
    sortField: 'state',
    cell: ({ state }) => <StateBadge state={connectionWords[state]} />,
  },
  {
    id: 'name',
    header: 'Agent',
    track: 'minmax(120px, 1fr)',
    sortField: 'name',
    cell: (row) => <AgentLink agent={row} />,
  },
  {
    id: 'uid',
    header: 'Uid',
    track: '120px',
    align: 'end',
    cell: ({ instanceUid }) => instanceUid.slice(-8),
  },
];

/** What holds other things. */
export function ListSamples() {
  return (
    <>
      <Sample name="Page header">
        <PageHeader
          above={<a href="#fleet">Fleet</a>}
          title="otelcol-contrib"
          aside={<StateBadge state={connectionWords.connected} look="tint" />}
          below="otelcol-contrib 0.149.0 on web-1"
          actions={<a href="#act">Its one action</a>}
        />
      </Sample>
      <Sample name="Panel with facts">
        <Panel title="Identity" aside={<a href="#edit">Edit</a>}>
          <Facts
            facts={[
              ['service.name', 'otelcol-contrib'],
              ['host.name', 'ip-10-132-88-201.eu-central-1.compute.internal.cluster.prod.example.com'],
            ]}
          />
        </Panel>
      </Sample>
      <Sample name="Table">
        <DataTable
          label="Agents"
          columns={COLUMNS}
          rows={ROWS}
          total={ROWS.length}
          rowKey={({ instanceUid }) => instanceUid}
          compact={(row) => <AgentLink agent={row} />}
          sort="name"
          onSort={() => undefined}
          isDimmed={({ state }) => state === 'disconnected'}
        />
      </Sample>
      <Sample name="Progress of a rollout">
        <RolloutBar
          size="large"
          counts={{ matched: 40, applied: 21, failed: 2, offered: 5, pending: 10, skipped: 1, superseded: 1 }}
        />
        <RolloutBar
          counts={{ matched: 0, applied: 0, failed: 0, offered: 0, pending: 0, skipped: 0, superseded: 0 }}
        />
      </Sample>
      <Sample name="History">
        <HistoryList label="Events" onMore={() => undefined} isLoadingMore={false}>
          <HistoryItem
            at={new Date(0).toISOString()}
            state={rolloutWords.succeeded}
            message="memory is bounded"
          >
            r2 was rolled out to 40 agents
          </HistoryItem>
          <HistoryItem
            at={new Date(0).toISOString()}
            state={rolloutWords.failed}
            message=""
            error="exporters::otlp: endpoint is missing"
          >
            r1 was rolled out to 2 agents
          </HistoryItem>
        </HistoryList>
      </Sample>
      <Sample name="Difference">
        <MeaningDiff before={BEFORE} after={AFTER} />
        <DiffView before={BEFORE} after={AFTER} beforeLabel="r1" afterLabel="r2" />
        <DiffView before={BEFORE} after={BEFORE} beforeLabel="intended" afterLabel="effective" />
      </Sample>
    </>
  );
}
