import { join } from 'node:path';
import type { Recipe } from './build-program.ts';

const SUPERVISOR_PACKAGE = 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/opampsupervisor';

/** `go install` refuses its replace directives: it is built as a dependency of an otherwise empty module. */
export const UPSTREAM_SUPERVISOR_RECIPE: Recipe = {
  name: 'opampsupervisor',
  tools: ['go'],
  steps: (_sources, target) => [
    {
      command: 'go',
      args: [
        'build',
        '-trimpath',
        '-ldflags=-s -w',
        '-o',
        join(target, 'opampsupervisor'),
        SUPERVISOR_PACKAGE,
      ],
      env: { CGO_ENABLED: '0' },
    },
  ],
};
