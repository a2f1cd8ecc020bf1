import { Readable } from 'node:stream';
import { AGENT_EXPORT_COLUMNS, AgentExportQuerySchema } from '@drover/api';
import type { ApiRoutes } from '../http/api.ts';
import { DomainError } from '../lib/errors.ts';
import { csvOf, exportColumns, jsonOf } from './agent-export.ts';
import type { MatchOf } from './agent-match.ts';
import type { AgentService } from './agent-service.ts';

export interface AgentExportRoutesOptions {
  readonly agents: AgentService;
  readonly matchOf: MatchOf;
  readonly now: () => number;
}

/** Each holds the order of its agents until it is read to its end. */
const EXPORTS_MAX = 8;

export function agentExportRoutes({ agents, matchOf, now }: AgentExportRoutesOptions): ApiRoutes {
  return (api) => {
    let running = 0;
    api.get(
      '/agents/export',
      {
        schema: {
          summary: 'All agents that the filters leave as one file, CSV or JSON',
          description:
            'Filters and sort as of `GET /agents`; the order is that of the moment of the request, and each agent is there once. In CSV a text that a spreadsheet would take for a formula has a quote in front.',
          tags: ['agents'],
          querystring: AgentExportQuerySchema,
          produces: ['text/csv', 'application/json'],
        },
      },
      async (request, reply) => {
        const { format, columns: names, sort, ...filter } = request.query;
        if (running >= EXPORTS_MAX) {
          throw new DomainError('rate_limited', `${EXPORTS_MAX} exports are being read; try again soon.`, {
            facts: { retryAfterSeconds: 10 },
          });
        }
        const entries = await agents.all(await matchOf(filter), sort);
        const isWhole = format === 'json' && names === undefined;
        const columns = isWhole ? undefined : await exportColumns(names ?? AGENT_EXPORT_COLUMNS, entries);
        const file = Readable.from(
          format === 'csv' ? csvOf(entries, columns ?? []) : jsonOf(entries, columns),
        );
        running += 1;
        file.once('close', () => {
          running -= 1;
        });
        const at = new Date(now()).toISOString().slice(0, 19).replaceAll(':', '-');
        return reply
          .type(
            format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/json; charset=utf-8',
          )
          .header('content-disposition', `attachment; filename="agents-${at}Z.${format}"`)
          .header('cache-control', 'no-store')
          .send(file);
      },
    );
  };
}
