import type { HttpTrigger, RegisteredFunction } from './registered-function';

export type RouteMatch = Readonly<{
  fn: RegisteredFunction<HttpTrigger>;
  params: Readonly<Record<string, string>>;
}>;

type Route = Readonly<{
  fn: RegisteredFunction<HttpTrigger>;
  pattern: RegExp;
  names: readonly string[];
  /** One digit per segment, the more specific the smaller: literals win over parameters. */
  rank: string;
}>;

const CONSTRAINTS: Readonly<Record<string, string>> = {
  int: String.raw`-?\d+`,
  long: String.raw`-?\d+`,
  guid: '[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}',
  alpha: '[a-z]+',
  bool: 'true|false',
};

/** Finds the function for a method and a path. A method that no function of the route has is no match: a 404, as in Azure. */
export function createRouter(
  functions: ReadonlyArray<RegisteredFunction<HttpTrigger>>,
  prefix: string,
): (method: string, path: string) => RouteMatch | undefined {
  const routes = functions
    .map((fn) => compile(fn, prefix))
    .toSorted((one, other) => (one.rank < other.rank ? -1 : one.rank > other.rank ? 1 : 0));
  return (method, path) => {
    const decoded = decodePath(path);
    for (const { fn, pattern, names } of routes) {
      if (!fn.trigger.methods.includes(method)) continue;
      const found = pattern.exec(decoded);
      if (found === null) continue;
      const params: Record<string, string> = {};
      names.forEach((name, index) => {
        const value = found[index + 1];
        if (value !== undefined) params[name] = value;
      });
      return { fn, params };
    }
    return undefined;
  };
}

function compile(fn: RegisteredFunction<HttpTrigger>, prefix: string): Route {
  const names: string[] = [];
  let pattern = '';
  let rank = '';
  for (const segment of `${prefix}/${fn.trigger.route ?? fn.name}`.split('/').filter(Boolean)) {
    const rest = /^\{\*{1,2}(\w+)\}$/.exec(segment)?.[1];
    const optional = /^\{(\w+)(?::(\w+))?\?\}$/.exec(segment);
    if (rest !== undefined) {
      names.push(rest);
      pattern += '(?:/(.*))?';
      rank += '3';
    } else if (optional !== null) {
      names.push(optional[1] ?? '');
      pattern += `(?:/(${constraint(fn, optional[2])}))?`;
      rank += '2';
    } else {
      pattern += `/${compileSegment(fn, segment, names)}`;
      rank += segment.includes('{') ? (/^\{\w+\}$/.test(segment) ? '2' : '1') : '0';
    }
  }
  return { fn, pattern: new RegExp(`^${pattern}/?$`, 'i'), names, rank };
}

/** Text and parameters may be mixed in one segment: `report-{day}.csv`. */
function compileSegment(fn: RegisteredFunction<HttpTrigger>, segment: string, names: string[]): string {
  return segment
    .split(/(\{[^{}]*\})/)
    .map((piece) => {
      if (!piece.startsWith('{')) return piece.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
      const [, name, type] = /^\{(\w+)(?::(\w+))?\}$/.exec(piece) ?? [];
      if (name === undefined) throw new Error(`Function ${fn.name}: this host does not know ${piece}`);
      names.push(name);
      return `(${constraint(fn, type)})`;
    })
    .join('');
}

function constraint(fn: RegisteredFunction<HttpTrigger>, type: string | undefined): string {
  if (type === undefined) return '[^/]+?';
  const pattern = CONSTRAINTS[type];
  if (pattern === undefined) throw new Error(`Function ${fn.name}: this host has no constraint ${type}`);
  return pattern;
}

/** Escapes are resolved but for the slash, which would move the borders of segments. */
function decodePath(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return path
      .split(/%2f/i)
      .map((part) => decodeURIComponent(part))
      .join('%2F');
  } catch {
    return path;
  }
}
