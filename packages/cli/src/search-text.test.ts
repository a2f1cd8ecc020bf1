import { expect, test } from 'vitest';
import { searchRemarks, searchText } from './search-text.ts';

const hit = {
  line: 4,
  path: 'exporters::otlp::endpoint',
  text: '  endpoint: old.example\u001b[31m',
  marks: [[12, 23]] as [number, number][],
};

test('what was found is shown with its lines, what agents wrote without control characters', () => {
  const text = searchText(
    [
      { kind: 'config', name: 'edge', revision: 3, isNewest: true, agents: 1, lines: 22, hits: [hit] },
      {
        kind: 'effective',
        content: 'ab'.repeat(32),
        agents: 7,
        sample: [{ instanceUid: 'u1', displayName: 'edge-1', state: 'connected', health: 'healthy' }],
        files: [
          { name: 'a.yaml', lines: 0, hits: [] },
          { name: 'b.yaml', lines: 1, hits: [hit] },
        ],
      },
    ],
    (style, part) => (style === 'yellow' ? `<${part}>` : part),
  );
  expect(text).toBe(`config edge@3  newest, 1 agent to run it
  4:   endpoint: <old.example>\\u001b[31m  # exporters::otlp::endpoint
  … 21 more line(s)

effective abababababab  7 agents: edge-1 u1 connected, and 6 more
  b.yaml
  4:   endpoint: <old.example>\\u001b[31m  # exporters::otlp::endpoint
`);
});

test('what the answer does not know is said', () => {
  const page = { items: [], nextCursor: null, total: 0, configs: null };
  const agents = { matched: 3, searched: 9, notReported: 2, notSearched: 4 };
  expect(searchRemarks({ ...page, agents, isTruncated: true })).toBe(
    '3 of 9 agent(s) run it. 2 never reported what they run. What 4 run is not searched. This is not all: there was more than could be looked at.\n',
  );
});
