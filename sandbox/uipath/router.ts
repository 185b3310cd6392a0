import { isGuid } from './ids';
import { ACCESS_POLICY_ROUTES } from './access-policy';
import { AUDIT_ROUTES } from './audit';
import { CLOSED_ROUTES } from './closed-endpoints';
import { DIRECTORY_ROUTES } from './directory';
import { EXTERNAL_CLIENT_ROUTES } from './external-clients';
import { GROUP_ROUTES } from './groups';
import type { EndpointId } from './endpoint-id';
import type { FieldErrors } from './reply';
import type { Route } from './route';
import { ROBOT_ACCOUNT_ROUTES } from './robot-accounts';
import { RULE_ROUTES } from './rules';
import { USER_ROUTES } from './user-routes';

type Segment = Readonly<{ literal: string } | { name: string; kind: 'text' | 'guid' | 'int' }>;
type CompiledRoute = Readonly<{ route: Route; segments: readonly Segment[] }>;

export type RouteMatch = Readonly<{
  route: Route;
  params: ReadonlyMap<string, string>;
  /** Parameters of the wrong form; empty when all are well. */
  errors: FieldErrors;
}>;

/** Nothing at this path (`unknown`), nothing for this method (`method`), or a match. */
export type Routing =
  Readonly<{ kind: 'unknown' }> | Readonly<{ kind: 'method' }> | (Readonly<{ kind: 'match' }> & RouteMatch);

export const TOKEN_PATH = '/connect/token';
export const TOKEN_ENDPOINT: EndpointId = 'T1';

const ROUTES: readonly CompiledRoute[] = [
  ...GROUP_ROUTES,
  ...DIRECTORY_ROUTES,
  ...RULE_ROUTES,
  ...ACCESS_POLICY_ROUTES,
  ...USER_ROUTES,
  ...ROBOT_ACCOUNT_ROUTES,
  ...EXTERNAL_CLIENT_ROUTES,
  ...AUDIT_ROUTES,
  ...CLOSED_ROUTES,
].map((route) => ({ route, segments: route.path.split('/').slice(1).map(toSegment) }));

/** Finds the route of a path below `identity_` or `orgaudit_`. No two routes of one method fit the same path. */
export function findRoute(service: Route['service'], method: string, path: string): Routing {
  const words = path.split('/').slice(1);
  const candidates = ROUTES.filter(
    ({ route, segments }) =>
      route.service === service && segments.length === words.length && fits(segments, words),
  );
  if (candidates.length === 0) return { kind: 'unknown' };
  const found = candidates.find(({ route }) => route.method === method);
  if (found === undefined) return { kind: 'method' };
  return { kind: 'match', route: found.route, ...readParams(found.segments, words) };
}

function toSegment(word: string): Segment {
  const parameter = /^\{(\w+)(?::(guid|int))?\}$/.exec(word);
  const name = parameter?.[1];
  if (name === undefined) return { literal: word.toLowerCase() };
  if (name === 'partitionGlobalId' || parameter?.[2] === 'guid') return { name, kind: 'guid' };
  return { name, kind: parameter?.[2] === 'int' ? 'int' : 'text' };
}

function fits(segments: readonly Segment[], words: readonly string[]): boolean {
  return segments.every(
    (segment, at) => !('literal' in segment) || segment.literal === words[at]?.toLowerCase(),
  );
}

function readParams(
  segments: readonly Segment[],
  words: readonly string[],
): Pick<RouteMatch, 'params' | 'errors'> {
  const params = new Map<string, string>();
  const errors: Record<string, readonly string[]> = {};
  for (const [at, segment] of segments.entries()) {
    if ('literal' in segment) continue;
    const value = decode(words[at] ?? '');
    const valid =
      segment.kind === 'text' || (segment.kind === 'guid' ? isGuid(value) : /^\d{1,10}$/.test(value));
    if (!valid) errors[segment.name] = [`The value '${value}' is not valid.`];
    params.set(segment.name, segment.kind === 'guid' ? value.toLowerCase() : value);
  }
  return { params, errors };
}

function decode(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
