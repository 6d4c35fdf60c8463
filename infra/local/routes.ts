import type { Operation } from '../../lib/contract/define.ts';
import { operations } from '../../lib/contract/operations/index.ts';

/** The routes of the API as API Gateway matches them: over the path as it was sent, its parameters decoded. */

type Route = { method: string; pattern: RegExp; key: string; operation: Operation; weight: string };

/** A path's pattern; literal segments win over parameters, parameters over the greedy rest. */
const routeOf = (operation: Operation, method: string): Route => {
  const path = `/api/v1${operation.path}`;
  const segments = path.split('/').map((segment) => {
    const [, name, greedy] = /^\{(\w+)(\+)?\}$/.exec(segment) ?? [];
    if (name) return greedy ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`;
    return segment.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  });
  const weight = path.replaceAll(/\{\w+\+\}/g, '~~').replaceAll(/\{\w+\}/g, '~');
  return {
    method,
    pattern: new RegExp(`^${segments.join('/')}$`),
    key: `${method} ${path}`,
    operation,
    weight,
  };
};

const routes: readonly Route[] = (operations as readonly Operation[])
  .flatMap((operation) => operation.methods.map((method) => routeOf(operation, method)))
  .toSorted((a, b) => (a.weight < b.weight ? -1 : 1));

const decode = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

export type Match = { operation: Operation; key: string; params: Record<string, string> };

export const matchRoute = (method: string, path: string): Match | null => {
  const route = routes.find((one) => one.method === method && one.pattern.test(path));
  if (!route) return null;
  const params = Object.entries(route.pattern.exec(path)?.groups ?? {});
  return {
    operation: route.operation,
    key: route.key,
    params: Object.fromEntries(params.map(([name, value]) => [name, decode(value)])),
  };
};
