import { COMPONENT_SECTIONS, type ComponentSection, type ConfigPath } from '@drover/collector-config';
import { type Endpoint, mayMatch, parseEndpointPattern, surelyMatches } from './endpoint.ts';
import type { HostPolicy, Lists, PlacedPolicy } from './host-policy.ts';
import { covers, type Effort, exactPath, globPattern, overlaps, type PathPattern } from './path-pattern.ts';
import { plainType } from './place.ts';

/** What forbids a value: the list, as a path in the settings, and why. */
export interface Refusal {
  readonly rule: string;
  readonly because: string;
}

/** A pair of lists, ready to judge values of one kind; `shown` is the value in the words of the configuration. */
export interface Rule<T> {
  /** False where there is no list: nothing is forbidden. */
  readonly isSet: boolean;
  judge(value: T, shown: string): Refusal | undefined;
}

/** All the files that a text can name. */
export interface Files {
  readonly paths: PathPattern;
  readonly effort: Effort;
}

/** A policy, ready to judge. */
export interface Rules {
  readonly path: string;
  readonly components: Readonly<Record<ComponentSection, Rule<string>>>;
  readonly read: Rule<Files>;
  readonly write: Rule<Files>;
  readonly endpoints: Rule<Endpoint>;
  readonly environment: Rule<string>;
  readonly programs: Rule<Files>;
  isPlainText(place: ConfigPath): boolean;
}

/** The patterns of the policy must be readable: the problem functions below say whether they are. */
export function compileRules({ path, policy }: PlacedPolicy): Rules {
  return {
    path,
    components: componentRules(path, policy),
    read: fileRule(`${path}.files.read`, policy.read),
    write: fileRule(`${path}.files.write`, policy.write),
    endpoints: endpointRule(`${path}.endpoints`, policy.endpoints),
    environment: nameRule(`${path}.environment`, policy.environment, (name) => name),
    programs: fileRule(`${path}.programs`, policy.programs),
    isPlainText: plainTextTest(policy.plainText),
  };
}

function componentRules(path: string, { components }: HostPolicy): Rules['components'] {
  const sections = Object.keys(COMPONENT_SECTIONS) as ComponentSection[];
  const rules = sections.map((section) => [
    section,
    nameRule(`${path}.${section}`, components[section], plainType),
  ]);
  return Object.fromEntries(rules) as Rules['components'];
}

function nameRule(path: string, lists: Lists, plain: (text: string) => string): Rule<string> {
  const matcher = (pattern: string) => {
    const expression = nameExpression(plain(pattern));
    return (value: string) => expression.test(plain(value));
  };
  return rule(path, lists, (pattern) => ({ surely: matcher(pattern), maybe: matcher(pattern) }));
}

function nameExpression(pattern: string): RegExp {
  const escaped = pattern
    .replaceAll(/[.+^${}()|[\]\\/]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 's');
}

function fileRule(path: string, lists: Lists): Rule<Files> {
  return rule(path, lists, (text) => {
    const pattern = globPattern(text);
    return {
      surely: ({ paths, effort }) => covers(pattern, paths, effort),
      maybe: ({ paths, effort }) => overlaps(pattern, paths, effort),
    };
  });
}

function endpointRule(path: string, lists: Lists): Rule<Endpoint> {
  return rule(path, lists, (text) => {
    const pattern = parseEndpointPattern(text);
    if (pattern === undefined) throw new Error(`${path}: "${text}" is no pattern of endpoints`);
    return {
      surely: (endpoint) => surelyMatches(pattern, endpoint),
      maybe: (endpoint) => mayMatch(pattern, endpoint),
    };
  });
}

interface Matcher<T> {
  /** However the value is read. */
  readonly surely: (value: T) => boolean;
  /** In some reading of it. */
  readonly maybe: (value: T) => boolean;
}

function rule<T>(path: string, { allow, deny }: Lists, compile: (pattern: string) => Matcher<T>): Rule<T> {
  const allowed = allow?.map(compile);
  const denied = deny.map(compile);
  return {
    isSet: allow !== undefined || deny.length > 0,
    judge(value, shown) {
      const at = denied.findIndex(({ maybe }) => maybe(value));
      if (at >= 0) return { rule: `${path}.deny[${at}]`, because: `${shown} matches "${deny[at]}"` };
      if (allowed === undefined || allowed.some(({ surely }) => surely(value))) return undefined;
      return { rule: `${path}.allow`, because: `${shown} is not in the list` };
    },
  };
}

const SLASH_WITHIN_STEP = '\u0002';

/** Patterns of places are written `processors::attributes/*::**`: `*` within a step, `**` for any number of steps. */
function plainTextTest(patterns: readonly string[]): Rules['isPlainText'] {
  if (patterns.length === 0) return () => false;
  const asPath = (steps: readonly (string | number)[]) =>
    steps.map((step) => String(step).replaceAll('/', SLASH_WITHIN_STEP)).join('/');
  const places = patterns.map((pattern) => globPattern(asPath(pattern.split('::'))));
  return (place) => {
    const path = exactPath(asPath(place));
    return places.some((pattern) => covers(pattern, path));
  };
}

/** Why a pattern of files cannot be used; undefined where it can. */
export function filePatternProblem(pattern: string): string | undefined {
  if (!/^(?:\/|\*\*|[A-Za-z]:\/)/.test(pattern)) return `"${pattern}" is no full path; begin with / or **`;
  return programPatternProblem(pattern);
}

/** Why a pattern of programs, by name or by full path, cannot be used. */
export function programPatternProblem(pattern: string): string | undefined {
  if (/[[\]{}\\]/.test(pattern))
    return `"${pattern}": write one entry for each alternative; a pattern knows *, ** and ? alone`;
  if (/(?:^|\/)\.\.(?:\/|$)/.test(pattern))
    return `"${pattern}" climbs with ".."; write the path that is meant`;
  return undefined;
}

/** Why a pattern of component types or of variables cannot be used. */
export function namePatternProblem(pattern: string): string | undefined {
  if (/^[A-Za-z0-9_*?]+$/.test(pattern)) return undefined;
  return `"${pattern}" is no pattern of names; write letters, digits, "_", "*" and "?" (of a component its type, without the part after the slash)`;
}
