import type { Manifest } from '../../lib/connectors/connector.ts';

/** What the types of a manifest cannot say. Each problem is a sentence that names the place. */

const isHttpsOrigin = (text: string): boolean =>
  URL.canParse(text) && new URL(text).protocol === 'https:' && new URL(text).origin === text;

const isHostPattern = (text: string): boolean => /^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(text);

const compiles = (pattern: string): boolean => {
  try {
    new RegExp(`^(?:${pattern})$`, 'u');
    return true;
  } catch {
    return false;
  }
};

const duplicates = (values: readonly string[]): string[] =>
  values.filter((value, index) => values.indexOf(value) !== index);

type Rule = (manifest: Manifest) => (string | false)[];

const names: Rule = ({ id, name, category, description, scopes, status, statusReason }) => [
  !/^[a-z][a-z0-9_]{1,40}$/.test(id) && `id ${id} is not snake_case`,
  (name.trim() === '' || name.length > 60) && 'name is empty or over 60 characters',
  !/^[a-z_]+$/.test(category) && `category ${category} is not snake_case`,
  (description.length < 5 || description.length > 200) && 'description must have 5 to 200 characters',
  scopes.length === 0 && 'scopes is empty',
  (status === 'available') !== (statusReason === null) &&
    'statusReason must be given exactly where it is not available',
];

const fields: Rule = ({ auth }) =>
  auth.flatMap(({ kind, fields: list }) => [
    ...duplicates(list.map((field) => field.name)).map((name) => `${kind}: field ${name} is there twice`),
    ...list.flatMap((field) => {
      const at = `${kind}.${field.name}`;
      return [
        !/^[a-z][A-Za-z0-9]*$/.test(field.name) && `${at}: the name is not camelCase`,
        (field.label === '' || field.help === '') && `${at}: label and help are needed`,
        (field.maxLength < 1 || field.maxLength > 10_000) && `${at}: maxLength must be 1 to 10000`,
        field.pattern !== null && !compiles(field.pattern) && `${at}: the pattern does not compile`,
        (field.type === 'url') !== (field.hosts !== null) &&
          `${at}: an address needs hosts, and nothing else has them`,
        field.hosts !== null && !field.hosts.every(isHostPattern) && `${at}: a host is malformed`,
        field.type === 'password' && field.in !== 'credentials' && `${at}: a password belongs in credentials`,
        /secret|token|password|privateKey|apiKey/i.test(field.name) &&
          field.in !== 'credentials' &&
          `${at}: sounds like a secret and is not in credentials`,
      ];
    }),
  ]);

const guides: Rule = ({ status, auth }) => [
  status === 'available' && auth.length === 0 && 'an available provider needs a way to connect',
  ...duplicates(auth.map(({ kind }) => kind)).map((kind) => `auth ${kind} is there twice`),
  ...auth.flatMap(({ kind, guide }) =>
    (['prerequisites', 'steps', 'scopes', 'troubleshooting'] as const).map(
      (part) => guide[part].length === 0 && `${kind}: the guide has no ${part}`,
    ),
  ),
  ...auth.flatMap(({ kind, guide }) =>
    guide.scopes.map(
      ({ scope, purpose }) => (scope === '' || purpose === '') && `${kind}: a scope without a purpose`,
    ),
  ),
];

const addresses: Rule = ({ origins, linkHosts, auth, status }) => [
  ...origins.map((origin) => !isHttpsOrigin(origin) && `origin ${origin} is not an https origin`),
  ...linkHosts.map((host) => !isHostPattern(host) && `link host ${host} is malformed`),
  status === 'available' &&
    origins.length === 0 &&
    !auth.some((method) => method.fields.some((field) => field.type === 'url')) &&
    'it has neither an origin nor a field for one',
];

const entities: Rule = ({ status, entities: list }) => [
  status === 'available' && list.length === 0 && 'an available provider needs an entity',
  ...duplicates(list.map(({ type }) => type)).map((type) => `entity ${type} is there twice`),
  ...list.map(
    ({ type, idPattern }) =>
      !(idPattern.source.startsWith('^') && idPattern.source.endsWith('$')) &&
      `${type}: idPattern is not anchored`,
  ),
  ...list.map(
    ({ type, idPattern }) => idPattern.global && `${type}: idPattern must not be global, it would remember`,
  ),
];

export const problemsOf = (manifest: Manifest): string[] =>
  [names, fields, guides, addresses, entities]
    .flatMap((rule) => rule(manifest))
    .filter((problem) => problem !== false)
    .map((problem) => `${manifest.id}: ${problem}`);
