import { OPAMP_ERRORS } from '@drover/opamp';
import { ERRORS } from '../lib/errors.ts';
import { settingRows } from '../settings-reference.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { startTestControlPlane } from './control-plane.ts';

const MADE = '<!-- Made by packages/server/scripts/write-reference.ts: change the code and run it again. -->';

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function settingsPage(): string {
  const rows = settingRows().map(({ key, defaultText, variable, about }) => [
    `\`${key}\``,
    defaultText,
    about,
    `\`${variable}\``,
  ]);
  return `# Settings of the control plane

${MADE}

\`drover-server\` reads its settings from flags, then from the environment, then from the YAML file that \`--config\` names; the first that says something wins. Unknown keys are errors, and all errors are listed at once, each with its place; the exit code is then 2.

Durations are written \`500ms\`, \`90s\`, \`1h30m\`, \`30d\`; sizes \`4MiB\`, \`64KB\` or plain bytes; addresses \`127.0.0.1:4320\`, \`[::1]:4320\`, or \`:4320\` for every address of the machine, with port 0 for one that the system chooses.

\`\`\`yaml
opamp:
  listen: 0.0.0.0:4320
  tls: {certFile: /etc/drover/tls.crt, keyFile: /etc/drover/tls.key}
agents: {enrolment: token, forgetAfter: 30d}
\`\`\`

${table(['key', 'default', 'meaning', 'variable'], rows)}
`;
}

function errorsPage(): string {
  const rest = Object.entries(ERRORS).map(([code, { status, title }]) => [
    `\`${code}\``,
    String(status),
    title,
  ]);
  const opamp = Object.entries(OPAMP_ERRORS).map(([code, meaning]) => [`\`${code}\``, meaning]);
  return `# Error codes

${MADE}

A code is for ever: it is never given another meaning. Match on it, never on a text.

## REST

Every error is a problem document (RFC 9457, \`application/problem+json\`) with \`code\`, \`status\`, \`title\`, \`detail\` and, where places in the request are wrong, \`errors\`: each with a JSON \`pointer\` into the body or the name of the query's field, a \`detail\`, and \`line\` and \`column\` where the value is a text with lines. \`drover_http_errors_total{code}\` counts them.

${table(['code', 'status', 'meaning'], rest)}

## OpAMP

What is refused, cut or dropped on the OpAMP endpoint is logged with these codes and counted by \`drover_opamp_errors_total{code}\`.

${table(['code', 'meaning'], opamp)}
`;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
}

function operationRow(
  method: string,
  path: string,
  { summary = '', description, parameters = [] }: Operation,
): string[] {
  const query = parameters.filter((each) => each.in === 'query').map(({ name }) => `\`${name}\``);
  const text = [`${summary}.`, ...(description === undefined ? [] : [description])].join(' ');
  return [`\`${method.toUpperCase()} ${path.replace(/^\/api\/v1/, '')}\``, text, query.join(', ')];
}

function restPage(document: { readonly paths: Record<string, Record<string, Operation>> }): string {
  const byTag = new Map<string, string[][]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationRow(method, path, operation)]);
    }
  }
  const sections = [...byTag].map(([tag, rows]) => {
    const title = `${tag.charAt(0).toUpperCase()}${tag.slice(1)}`;
    return `## ${title}\n\n${table(['request', 'what it does', 'query'], rows)}`;
  });
  return `# REST interface

${MADE}

All paths below stand under \`/api/v1\`. \`GET /api/v1/openapi.json\` describes every body as OpenAPI 3.1, without a login.

Send \`Authorization: Bearer <token>\`; the administrator's token is in \`<dataDir>/admin-token\`. A browser has the cookie of \`POST /session\` instead, and sends the session's \`csrfToken\` as \`X-CSRF-Token\` with each write.

Bodies are JSON in camelCase; times RFC 3339 in UTC, instance uids lower-case UUID text, hashes lower-case hex. Lists take \`limit\` (50, at most 500), \`cursor\` and \`sort\` (a field; \`-\` in front sorts downwards) and answer \`{items, nextCursor, total}\`. Unknown fields are refused. A \`PUT\` on a configuration takes \`If-Match\` with the ETag that was read; a \`POST\` that is repeated with its \`Idempotency-Key\` within 24 hours is answered as the first time. Errors: see [errors](errors.md).

A selector is a comma-separated list of requirements that must all hold: \`key=value\`, \`key!=value\`, \`key in (a,b)\`, \`key notin (a,b)\`, \`key\`, \`!key\`. A key is a label, else an attribute of the agent's description, or \`instanceUid\`; \`label:key\` and \`attr:key\` say which.

${sections.join('\n\n')}

## Outside of /api/v1, without a login

${table(
  ['request', 'what it does'],
  [
    ['`GET /healthz`', 'The process runs.'],
    ['`GET /readyz`', 'The database can be reached; else 503.'],
    ['`GET /metrics`', 'Metrics for Prometheus; see [metrics](metrics.md).'],
  ],
)}
`;
}

interface MetricInfo {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly labelNames?: readonly string[];
}

async function metricsPage(): Promise<string> {
  const { registry } = createMetrics({
    agents: () => ({}),
    enrolment: () => ({}),
    opamp: () => undefined,
    eventStreams: () => 0,
  });
  const metrics = registry.getMetricsAsArray() as unknown as readonly MetricInfo[];
  const rows = metrics
    .filter(({ name }) => name.startsWith('drover_'))
    .map(({ name, help, type, labelNames = [] }) => [
      `\`${name}\``,
      String(type),
      labelNames.filter((label) => label !== 'le').join(', '),
      help,
    ]);
  return `# Metrics

${MADE}

\`GET /metrics\` on the HTTP address, in the format of Prometheus; from other than loopback addresses only where \`http.metrics.public\` is set. No label holds an agent's identity. Beside these stand Node's own process metrics (\`process_…\`, \`nodejs_…\`).

${table(['name', 'type', 'labels', 'meaning'], rows)}
`;
}

/** The pages of docs/reference that the control plane's code determines, by file name. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  await using server = await startTestControlPlane();
  const document = (await (await server.fetch('/api/v1/openapi.json')).json()) as Parameters<
    typeof restPage
  >[0];
  return {
    'settings.md': settingsPage(),
    'rest.md': restPage(document),
    'errors.md': errorsPage(),
    'metrics.md': await metricsPage(),
  };
}
