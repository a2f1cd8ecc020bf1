// Who may import whom. The reason of each rule is its comment; scripts/check-imports.test.ts shows that each one bites.

const TESTS = String.raw`\.(?:test|bench|suite)\.tsx?$|^packages/[^/]+/src/testing/`;
const SERVER = '^packages/server/src';
/** Wires everything: `compose.ts` and its parts, `compose-domain.ts` and so on. */
const COMPOSE = `${SERVER}/compose(?:|-domain|-opamp|-http|-self|-trials)\\.ts$`;
/** Folders of the domain, lowest first; those of one line do not know each other. */
const MIDDLE = 'configs|software|connections|telemetry';
const DOMAIN = `agents|bulk|schemas|${MIDDLE}|rollouts|search|views|auth|audit`;
const SUFFIXES = 'store|service|sql|routes';

/** Packages that a package's production code may import; whatever is not listed is forbidden. */
const PACKAGE_IMPORTS = {
  opamp: [[], 'The protocol library is for anybody and knows nothing of Drover.'],
  'collector-config': [[], 'A Collector configuration as data is pure, so that every process can use it.'],
  api: [[], 'The REST contract stands for itself: it must not depend on what implements or uses it.'],
  server: [
    ['opamp', 'api', 'collector-config'],
    'The control plane builds on protocol, contract and configuration; other processes are reached over the wire.',
  ],
  supervisor: [
    ['opamp', 'collector-config'],
    'The supervisor talks OpAMP alone, so that it works with any server.',
  ],
  simulator: [
    ['opamp', 'api'],
    'Virtual agents are made of the real client, never of the parts of another process.',
  ],
  console: [['api', 'collector-config'], 'The console is a user of the REST interface as any other.'],
  cli: [['api', 'collector-config'], 'The command line is a user of the REST interface as any other.'],
};

const packageRules = Object.entries(PACKAGE_IMPORTS).map(([name, [allowed, comment]]) => ({
  name: `${name}-imports`,
  comment,
  from: { path: `^packages/${name}/`, pathNot: TESTS },
  to: { path: `^packages/(?!(?:${[name, ...allowed].join('|')})/)` },
}));

const opampRules = [
  {
    name: 'opamp-wire-stands-alone',
    comment: 'Codec and framing are what both sides share: they know neither.',
    from: { path: '^packages/opamp/src/(?:wire|gen)/|^packages/opamp/src/[^/]+$', pathNot: TESTS },
    to: { path: '^packages/opamp/src/(?:client|server)/' },
  },
  {
    name: 'opamp-client-without-server',
    comment: 'Client and server are used apart; a program with one must not carry the other.',
    from: { path: '^packages/opamp/src/client/', pathNot: TESTS },
    to: { path: '^packages/opamp/src/server/' },
  },
  {
    name: 'opamp-server-without-client',
    comment: 'Client and server are used apart; a program with one must not carry the other.',
    from: { path: '^packages/opamp/src/server/', pathNot: TESTS },
    to: { path: '^packages/opamp/src/client/' },
  },
  {
    name: 'server-without-opamp-client',
    comment: 'The control plane never acts as an agent; nor does the simulator serve.',
    from: { path: SERVER, pathNot: TESTS },
    to: { path: '^packages/opamp/src/client/' },
  },
  {
    name: 'simulator-without-opamp-server',
    comment: 'A simulated agent is a client; a server in it would hide faults of the real one.',
    from: { path: '^packages/simulator/', pathNot: TESTS },
    to: { path: '^packages/opamp/src/server/' },
  },
];

/** A rule on the files of the server's domain folders that have (or have not) a suffix. */
function layer(name, comment, from, to) {
  return { name, comment, from: { path: `${SERVER}/(?:${DOMAIN})/`, ...from }, to };
}
const hasSuffix = (...suffixes) => String.raw`-(?:${suffixes.join('|')})\.ts$`;

const serverRules = [
  {
    name: 'server-lib-knows-no-product',
    comment: 'lib holds clock, ids, hashes: what would make sense in any program.',
    from: { path: `${SERVER}/lib/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?!lib/)` },
  },
  {
    name: 'server-agents-are-the-base',
    comment:
      'Folders are ordered lib, agents, schemas, the middle, rollouts: an agent exists without configurations or rollouts.',
    from: { path: `${SERVER}/agents/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?:bulk|schemas|${MIDDLE}|rollouts|search)/` },
  },
  {
    name: 'server-schemas-below-configs',
    comment: 'What components take is known without any configuration; configurations are checked by it.',
    from: { path: `${SERVER}/schemas/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?:${MIDDLE}|rollouts|search)/` },
  },
  {
    name: 'server-middle-folders-apart',
    comment:
      'Configurations, software, connections and telemetry do not know each other, nor the rollouts that move them.',
    from: { path: `${SERVER}/(${MIDDLE})/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?:${MIDDLE}|rollouts|search)/`, pathNot: `${SERVER}/$1/` },
  },
  {
    name: 'server-search-on-agents-and-configs',
    comment:
      'A search looks into what agents run and into configurations, and nobody but compose.ts needs it.',
    from: { path: `${SERVER}/search/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?:software|connections|telemetry|rollouts)/` },
  },
  {
    name: 'server-bulk-on-agents',
    comment: 'What is done to many agents at once is done to agents; nobody but compose.ts needs it.',
    from: { path: `${SERVER}/bulk/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?:schemas|${MIDDLE}|rollouts|search)/` },
  },
  {
    name: 'server-auth-and-audit-on-lib-only',
    comment: 'Who an operator is, and who changed what, are asked by every folder and must not ask back.',
    from: { path: `${SERVER}/(auth|audit)/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?:${DOMAIN})/`, pathNot: `${SERVER}/$1/` },
  },
  {
    name: 'server-domain-below-adapters',
    comment:
      'opamp/ and http/ adapt the domain to the outside and sit on top; only REST handlers know http/.',
    from: { path: `${SERVER}/(?:${DOMAIN})/`, pathNot: [TESTS, hasSuffix('routes'), '-hook\\.ts$'] },
    to: { path: `${SERVER}/(?:opamp|http)/` },
  },
  {
    name: 'server-adapters-apart',
    comment:
      'The OpAMP adapter and the HTTP shell are two doors of one house; compose.ts brings them together.',
    from: { path: `${SERVER}/(opamp|http)/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?:opamp|http)/`, pathNot: `${SERVER}/$1/` },
  },
  layer(
    'server-model-is-pure',
    'A file without a suffix is types and pure transitions: it imports other models and lib.',
    { pathNot: [TESTS, hasSuffix(SUFFIXES), '-hook\\.ts$'] },
    { path: [`${SERVER}/(?:${DOMAIN})/.*${hasSuffix('service', 'sql', 'routes')}`, `${SERVER}/storage/`] },
  ),
  layer(
    'server-model-without-io',
    'Time, disk, sockets and the database arrive as arguments, so that models are tested as they are.',
    { pathNot: [TESTS, hasSuffix(SUFFIXES), '-hook\\.ts$'] },
    {
      path: `^(?:node:)?(?:fs|net|http|https|tls|dgram|child_process|worker_threads)(?:/|$)|node_modules/(?:kysely|pg|better-sqlite3|fastify|ws|@fastify)/`,
    },
  ),
  layer(
    'server-store-is-a-port',
    'A store is an interface over models; it knows neither who uses nor who implements it.',
    { path: `${SERVER}/(?:${DOMAIN})/.*${hasSuffix('store')}`, pathNot: TESTS },
    {
      path: [
        `${SERVER}/(?:${DOMAIN})/.*${hasSuffix('service', 'sql', 'routes')}`,
        `${SERVER}/storage/`,
        'node_modules/kysely/',
      ],
    },
  ),
  layer(
    'server-service-on-ports',
    'Use cases work on ports, so that the database can be another one.',
    { path: `${SERVER}/(?:${DOMAIN})/.*${hasSuffix('service')}`, pathNot: TESTS },
    {
      path: [
        `${SERVER}/(?:${DOMAIN})/.*${hasSuffix('sql', 'routes')}`,
        `${SERVER}/storage/`,
        'node_modules/(?:kysely|pg|better-sqlite3|fastify)/',
      ],
    },
  ),
  layer(
    'server-sql-implements-only',
    'SQL implements a port; a use case in it would be invisible to the other implementation.',
    { path: `${SERVER}/(?:${DOMAIN})/.*${hasSuffix('sql')}`, pathNot: TESTS },
    { path: `${SERVER}/(?:${DOMAIN})/.*${hasSuffix('service', 'routes')}` },
  ),
  layer(
    'server-routes-on-services',
    'REST handlers translate; what they translate to is the service, which owns permissions and transactions.',
    { path: `${SERVER}/(?:${DOMAIN})/.*${hasSuffix('routes')}`, pathNot: TESTS },
    { path: [`${SERVER}/(?:${DOMAIN})/.*${hasSuffix('store', 'sql')}`, `${SERVER}/storage/`] },
  ),
  {
    name: 'server-storage-knows-no-domain',
    comment:
      'storage is the database handle, its dialects and migrations; what is stored belongs to the folders.',
    from: { path: `${SERVER}/storage/`, pathNot: TESTS },
    to: { path: `${SERVER}/(?!storage/|lib/)` },
  },
  {
    name: 'server-only-sql-touches-storage',
    comment: 'The database is reached through ports; only their SQL implementations and compose.ts see it.',
    from: {
      path: SERVER,
      pathNot: [TESTS, `${SERVER}/storage/`, COMPOSE, `${SERVER}/main\\.ts$`, hasSuffix('sql')],
    },
    to: { path: `${SERVER}/storage/` },
  },
  {
    name: 'server-only-compose-constructs',
    comment:
      'compose.ts, with its parts compose-*.ts, alone picks implementations; a second place would construct a second one.',
    from: { path: SERVER, pathNot: [TESTS, COMPOSE, hasSuffix('sql')] },
    to: { path: `${SERVER}/.*${hasSuffix('sql')}` },
  },
  {
    name: 'server-only-main-composes',
    comment:
      'The composed server is started by main.ts and by tests; inside, things get what they need as arguments.',
    from: { path: SERVER, pathNot: [TESTS, COMPOSE, `${SERVER}/main\\.ts$`] },
    to: { path: [COMPOSE, `${SERVER}/main\\.ts$`] },
  },
  {
    name: 'server-protobuf-stops-at-adapter',
    comment:
      'Protocol messages end at server/src/opamp: the domain has its own types and outlives the wire format.',
    from: { path: SERVER, pathNot: [TESTS, `${SERVER}/opamp/`, COMPOSE] },
    to: { path: ['^packages/opamp/src/(?:gen|server)/', 'node_modules/@bufbuild/protobuf/'] },
  },
];

const generalRules = [
  {
    name: 'no-cycles',
    comment:
      'Files in a circle, also by types alone, can only be understood, tested and changed together. A page that is loaded when it is needed is no part of the circle.',
    from: { path: '^(?:packages|scripts|tests)/' },
    to: { circular: true, viaOnly: { dependencyTypesNot: ['dynamic-import'] } },
  },
  {
    name: 'packages-by-their-doors',
    comment:
      'A package is imported by name through the doors of its manifest; the rest of it may change at any time.',
    from: { path: '^(?:packages/([^/]+)|tests|scripts)/' },
    to: {
      path: '^packages/[^/]+/',
      pathNot: [
        '^packages/$1/',
        String.raw`^packages/opamp/src/(?:client|server)/index\.ts$`,
        String.raw`^packages/[^/]+/src/index\.ts$`,
      ],
    },
  },
  {
    name: 'no-tests-in-production',
    comment: 'What ships must not need what only tests have.',
    from: { path: '^packages/[^/]+/src/', pathNot: TESTS },
    to: {
      path: [TESTS, '^(?:tests|scripts)/', 'node_modules/(?:vitest|fast-check|playwright-core|axe-core)/'],
    },
  },
  {
    name: 'nothing-imports-main',
    comment: 'main.ts works when it is loaded and alone ends the process; importing it would do both.',
    from: { path: '^packages/' },
    to: { path: String.raw`^packages/[^/]+/src/main\.tsx?$` },
  },
  {
    name: 'imports-resolve',
    comment: 'An import that leads nowhere hides from every other rule.',
    from: { path: '^(?:packages|scripts|tests)/' },
    to: { couldNotResolve: true, pathNot: String.raw`\.css$|\?` },
  },
];

export default {
  forbidden: [...packageRules, ...opampRules, ...serverRules, ...generalRules].map((rule) => ({
    severity: 'error',
    ...rule,
  })),
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: String.raw`(?:^|/)dist/|/\.cache/|^tests/interop/programs/` },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.json', '.d.ts'],
    },
  },
};
