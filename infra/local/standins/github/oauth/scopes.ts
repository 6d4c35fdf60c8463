/** "Scopes for OAuth apps": those there are, each with the narrower ones it holds. */

const tree: Record<string, string[]> = {
  repo: ['repo:status', 'repo_deployment', 'public_repo', 'repo:invite', 'security_events'],
  'admin:repo_hook': ['write:repo_hook', 'read:repo_hook'],
  'write:repo_hook': ['read:repo_hook'],
  'admin:org': ['write:org', 'read:org'],
  'write:org': ['read:org'],
  'admin:public_key': ['write:public_key', 'read:public_key'],
  'write:public_key': ['read:public_key'],
  'admin:org_hook': [],
  gist: [],
  notifications: [],
  user: ['read:user', 'user:email', 'user:follow'],
  project: ['read:project'],
  delete_repo: [],
  'write:packages': ['read:packages'],
  'delete:packages': [],
  'admin:gpg_key': ['write:gpg_key', 'read:gpg_key'],
  'write:gpg_key': ['read:gpg_key'],
  codespace: [],
  workflow: [],
  'read:audit_log': [],
};

export const knownScopes: string[] = [...new Set([...Object.keys(tree), ...Object.values(tree).flat()])];

/** "Normalized scopes": without those that another one holds. */
export const normalized = (scopes: string[]): string[] => {
  const held = new Set(scopes.flatMap((scope) => tree[scope] ?? []));
  return [...new Set(scopes)].filter((scope) => !held.has(scope));
};
