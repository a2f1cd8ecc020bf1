/** Files and commands that connect agents to this very server. */

function headersYaml(token: string | undefined, indent: string): string {
  return token === undefined ? '' : `\n${indent}headers:\n${indent}  Authorization: "Bearer ${token}"`;
}

export function supervisorText(url: string, token: string | undefined): string {
  return `server:
  endpoint: ${url}${headersYaml(token, '  ')}
agent:
  executable: /usr/local/bin/otelcol-contrib
`;
}

export function collectorText(url: string, token: string | undefined): string {
  const transport = url.startsWith('http') ? 'http' : 'ws';
  return `extensions:
  opamp:
    server:
      ${transport}:
        endpoint: ${url}${headersYaml(token, '        ')}

service:
  extensions: [opamp]   # in addition to existing ones
`;
}

export function simulatorText(url: string, token: string | undefined): string {
  return `npx drover-sim --agents 20 --url ${url}${token === undefined ? '' : ` --token ${token}`}`;
}
