import { type Agent, type ComponentHealthView, printableLine, printableText } from '@drover/api';
import { credentialText, enrolmentText } from './enrolment-text.ts';
import { ageText } from './output/age.ts';
import { type Field, renderFields, valueText } from './output/fields.ts';
import { type Paint, paintState } from './output/paint.ts';

/** A stack as `name@revision, …`; empty for none. */
export function stackText(configs: readonly { readonly name: string; readonly revision: number }[]): string {
  return configs.map((config) => `${config.name}@${config.revision}`).join(', ');
}

function healthLines(name: string, health: ComponentHealthView, paint: Paint, depth: number): string {
  const word = paintState(paint, health.healthy ? 'healthy' : 'unhealthy');
  const status = health.status === '' ? '' : ` (${printableLine(health.status)})`;
  const error = health.lastError === '' ? '' : `: ${printableLine(health.lastError)}`;
  const line = `${'  '.repeat(depth)}${printableLine(name)}  ${word}${status}${error}\n`;
  const children = Object.entries(health.components).map(([child, childHealth]) =>
    healthLines(child, childHealth, paint, depth + 1),
  );
  return line + children.join('');
}

function attributeFields(attributes: Agent['description']['identifying']): Field[] {
  return Object.entries(attributes).map(([key, value]) => [printableLine(key), valueText(value)] as const);
}

function section(title: string, body: string): string {
  return body === '' ? '' : `\n${title}\n${body}`;
}

function configFields(agent: Agent, paint: Paint): Field[] {
  const { desired, status, syncState, hash, errorMessage } = agent.remoteConfig;
  return [
    ['Desired', desired === null ? 'nothing: Drover leaves this agent alone' : stackText(desired.configs)],
    ['Desired hash', desired?.hash ?? ''],
    ['Rollout', desired?.rolloutId ?? ''],
    ['Reported', paintState(paint, status)],
    ['Reported hash', hash],
    ['In sync', syncState === 'none' ? '' : paintState(paint, syncState)],
    ['Error', printableText(errorMessage)],
  ];
}

/** Everything about one agent for people, its effective configuration left out. */
export function agentText(agent: Agent, paint: Paint, nowMs: number): string {
  const { connection } = agent;
  const effective = agent.effectiveConfig;
  const head = renderFields([
    ['Name', paint('bold', printableLine(agent.displayName))],
    ['Instance uid', agent.instanceUid],
    ['State', `${paintState(paint, connection.state)} for ${ageText(connection.since, nowMs)}`],
    ['Link', `${connection.transport} from ${printableLine(connection.remoteAddress)}`],
    ['Enrolment', paintState(paint, agent.enrolment.state, enrolmentText(agent.enrolment))],
    ['Credential', credentialText(agent.enrolment)],
    ['Last message', `${ageText(connection.lastMessageAt, nowMs)} ago`],
    ['First seen', agent.firstSeenAt],
    [
      'Labels',
      Object.entries(agent.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(', '),
    ],
    ['Capabilities', agent.capabilities.map(printableLine).join(', ')],
  ]);
  return [
    head,
    section('Attributes', renderFields(attributeFields(agent.description.identifying), 2)),
    section('More attributes', renderFields(attributeFields(agent.description.nonIdentifying), 2)),
    section(
      'Health',
      agent.health === null ? '  not reported\n' : healthLines('agent', agent.health, paint, 1),
    ),
    section('Configuration', renderFields(configFields(agent, paint), 2)),
    effective === null
      ? ''
      : section(
          'Effective configuration',
          `  ${Object.keys(effective.files).length} file(s), reported ${ageText(effective.reportedAt, nowMs)} ago; --effective prints it\n`,
        ),
  ].join('');
}

/** The configuration that the agent says it runs; each file under its name where there are several. */
export function effectiveText(agent: Agent): string | undefined {
  if (agent.effectiveConfig === null) return undefined;
  const files = Object.entries(agent.effectiveConfig.files);
  return files
    .map(([name, file]) => {
      const body = printableText(file.body);
      const ended = body === '' || body.endsWith('\n') ? body : `${body}\n`;
      return files.length === 1 ? ended : `# ${name === '' ? '(unnamed)' : printableLine(name)}\n${ended}`;
    })
    .join('');
}
