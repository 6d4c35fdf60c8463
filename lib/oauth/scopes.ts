import type { OAuthFacts } from '../connectors/connector.ts';

type Facts = Pick<OAuthFacts, 'aliases' | 'implies' | 'silentScopes'>;

/** Scopes in our spelling, each once; null where the provider did not say, or said nothing. */
export const normalized = (facts: Facts, granted: readonly string[] | null): string[] | null => {
  if (!granted || granted.length === 0) return null;
  const lower = new Map(Object.entries(facts.aliases).map(([from, to]) => [from.toLowerCase(), to]));
  return [...new Set(granted.map((scope) => lower.get(scope.toLowerCase()) ?? scope))].toSorted();
};

/** Which of the wanted scopes were not granted; none where it is unknown what was. */
export const missingScopes = (
  facts: Facts,
  wanted: readonly string[],
  granted: readonly string[] | null,
): string[] => {
  if (granted === null) return [];
  const has = new Set(granted);
  for (const scope of granted) for (const included of facts.implies[scope] ?? []) has.add(included);
  return wanted.filter((scope) => !has.has(scope) && !facts.silentScopes.includes(scope));
};
