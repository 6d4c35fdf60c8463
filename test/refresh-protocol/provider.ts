/** The provider of the model: families of refresh tokens, rotated, forgiven for a while, or not. */

export type Kind = { rotates: boolean; grace: number; reuseRevokesFamily: boolean };

type Token = { family: number; parent: number | null; spent: number | null };
export type Provider = { tokens: readonly Token[]; revoked: readonly number[] };

export const firstFamily: Provider = { tokens: [{ family: 0, parent: null, spent: null }], revoked: [] };

export const familyOf = ({ tokens }: Provider, token: number): number => tokens[token]?.family ?? -1;

export const newestOf = ({ tokens }: Provider): number => Math.max(...tokens.map(({ family }) => family));

export const withNewFamily = (provider: Provider): Provider => ({
  ...provider,
  tokens: [...provider.tokens, { family: newestOf(provider) + 1, parent: null, spent: null }],
});

/** A spent token works while it is in grace and none that came of it was used. */
const forgiven = ({ tokens }: Provider, { grace }: Kind, id: number): boolean => {
  const spent = tokens[id]?.spent ?? null;
  return (
    spent !== null &&
    spent < grace &&
    !tokens.some(({ parent, spent: used }) => parent === id && used !== null)
  );
};

export const isUsable = (provider: Provider, kind: Kind, id: number): boolean =>
  !provider.revoked.includes(familyOf(provider, id)) &&
  (provider.tokens[id]?.spent === null || forgiven(provider, kind, id));

/** What a refresh with this token gets: a refresh token, or that the grant is dead. */
export const refreshedAt = (
  provider: Provider,
  kind: Kind,
  id: number,
): { provider: Provider; got: number | 'dead' } => {
  const family = familyOf(provider, id);
  if (!isUsable(provider, kind, id)) {
    const revokes = kind.reuseRevokesFamily && !provider.revoked.includes(family);
    return {
      provider: revokes ? { ...provider, revoked: [...provider.revoked, family] } : provider,
      got: 'dead',
    };
  }
  if (!kind.rotates) return { provider, got: id };
  const tokens = provider.tokens.map((token, index) =>
    index === id ? { ...token, spent: token.spent ?? 0 } : token,
  );
  return {
    provider: { ...provider, tokens: [...tokens, { family, parent: id, spent: null }] },
    got: tokens.length,
  };
};

/** Time passes; beyond its grace, or where nobody will present it again, a spent token is as dead as it gets. */
export const older = (provider: Provider, { grace }: Kind, presented: ReadonlySet<number>): Provider => ({
  ...provider,
  tokens: provider.tokens.map((token, id) =>
    token.spent === null
      ? token
      : { ...token, spent: presented.has(id) ? Math.min(token.spent + 1, grace) : grace },
  ),
});
