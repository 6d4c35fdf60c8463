/**
 * Lines that carry weight, each broken in one way that its tests must notice. `find` stands once in the file.
 * A new rule that matters gets a line here.
 */
export type Mutant = {
  name: string;
  file: string;
  find: string;
  put: string;
  /** Test files, or folders, at least one of whose tests must fail. */
  tests: readonly string[];
};

export const mutants: readonly Mutant[] = [
  {
    name: 'personal partitions are the organisation’s',
    file: 'lib/store/keys.ts',
    find: 'userId === null ? `ORG#',
    put: 'userId !== undefined ? `ORG#',
    tests: ['test/security/matrix.test.ts'],
  },
  {
    name: 'an id may hold a separator of keys',
    file: 'lib/store/keys.ts',
    find: '/^[^#\\p{Cc}]{1,300}$/u',
    put: '/^[^\\p{Cc}]{1,300}$/u',
    tests: ['test/store', 'test/security/things.test.ts'],
  },
  {
    name: 'a holder is any member',
    file: 'lib/integrations/read.ts',
    find: "scope === 'user' || caller.role === 'admin'",
    put: "scope === 'user' || caller.role !== null",
    tests: ['test/security/matrix.test.ts'],
  },
  {
    name: 'an admin’s operation is for everybody',
    file: 'lib/http/admission.ts',
    find: "access.role !== 'admin' || caller.role !== 'admin'",
    put: "access.role !== 'admin'",
    tests: ['test/security/matrix.test.ts'],
  },
  {
    name: 'a disabled integration is used',
    file: 'lib/integrations/hindrance.ts',
    find: 'if (!enabled) return',
    put: 'if (!enabled && state !== state) return',
    tests: ['test/security/things.test.ts'],
  },
  {
    name: 'sealed secrets are not bound to their holder',
    file: 'lib/credentials/envelope.ts',
    find: '      place.holder,\n',
    put: '',
    tests: ['test/credentials'],
  },
  {
    name: 'sealed secrets are not bound to their version',
    file: 'lib/credentials/envelope.ts',
    find: '      place.version,\n',
    put: '',
    tests: ['test/credentials'],
  },
  {
    name: 'a cursor is not bound to its caller',
    file: 'lib/store/cursor.ts',
    find: 'JSON.stringify([operation, organizationId, userId, filter])',
    put: 'JSON.stringify([operation, filter])',
    tests: ['test/store', 'test/security/input-query.test.ts', 'test/integrations/list.test.ts'],
  },
  {
    name: 'a change overwrites another',
    file: 'lib/store/integrations.ts',
    find: "when: [['version', '=', seen.version]],",
    put: "when: [['version', '>', 0]],",
    tests: ['test/integrations/update.test.ts'],
  },
  {
    name: 'a link outlives its integration',
    file: 'lib/links/create.ts',
    find: 'standsWrite(owner, integrationId), insertLink',
    put: 'insertLink',
    tests: ['test/links'],
  },
  {
    name: 'a stored secret follows a changed address',
    file: 'lib/integrations/fields.ts',
    find: '  if (!moved) return;',
    put: '  if (moved || !moved) return;',
    tests: ['test/integrations/base-url.test.ts', 'test/integrations/update.test.ts'],
  },
  {
    name: 'an address may be private',
    file: 'lib/outbound/addresses.ts',
    find: "ipaddr.process(plain).range() === 'unicast'",
    put: "ipaddr.process(plain).range() !== 'multicast'",
    tests: ['test/outbound'],
  },
  {
    name: 'a redirect is followed to another origin',
    file: 'lib/outbound/through.ts',
    find: 'next?.origin !== url.origin || !readable',
    put: '!readable',
    tests: ['test/outbound'],
  },
  {
    name: 'a lease that holds is taken over',
    file: 'lib/store/credentials.ts',
    find: "      ['leaseUntil', '<', realNow],\n",
    put: '',
    tests: ['test/refresh', 'test/refresh-faults'],
  },
  {
    name: 'a refresher that lost its claim writes',
    file: 'lib/store/credentials.ts',
    find: "  ['fence', '=', fence],\n",
    put: '',
    tests: ['test/refresh-faults'],
  },
  {
    name: 'a claim leaves no intent',
    file: 'lib/store/credentials.ts',
    find: '    setOnce: { intentSince: now },\n',
    put: '',
    tests: ['test/refresh-faults'],
  },
  {
    name: 'a server’s failure ends a grant',
    file: 'lib/connectors/token-answer.ts',
    find: "if (status >= 500) return failed('unknown');",
    put: "if (status >= 500) return failed('dead');",
    tests: ['test/refresh-faults', 'test/refresh', 'test/connectors'],
  },
  {
    name: 'any user completes a consent',
    file: 'lib/oauth/admit.ts',
    find: 'attempt.userId !== caller.userId',
    put: 'attempt.userId === null',
    tests: ['test/oauth'],
  },
  {
    name: 'any ticket completes a consent',
    file: 'lib/oauth/one-time.ts',
    find: 'given.length === stored.length && timingSafeEqual(given, stored)',
    put: 'given.length === stored.length',
    tests: ['test/oauth'],
  },
  {
    name: 'any signature is good',
    file: 'lib/inbound/signature.ts',
    find: 'return timingSafeEqual(a as Buffer, b as Buffer);',
    put: 'return a?.length === b?.length;',
    tests: ['test/inbound'],
  },
  {
    name: 'a signature is good for ever',
    file: 'lib/inbound/signature.ts',
    find: 'if (!isTimely(timestamp)) return false;\n',
    put: '',
    tests: ['test/inbound'],
  },
  {
    name: 'a limit is counted and not kept',
    file: 'lib/integrations/limit.ts',
    find: "[name, 'absent or <', most] as const",
    put: "[name, 'absent or <', most + 1e9] as const",
    tests: ['test/integrations', 'test/idempotency', 'test/limits'],
  },
  {
    name: 'everybody sees everybody’s activity',
    file: 'lib/activity/access.ts',
    find: "    policy.activity === 'members' ||\n",
    put: "    policy.activity !== 'admins' ||\n",
    tests: ['test/activity'],
  },
  {
    name: 'an event that is counted is counted again',
    file: 'lib/events/follow.ts',
    find: "when: [['due', 'exists']],",
    put: "when: [['pk', 'exists']],",
    tests: ['test/insight'],
  },
  {
    name: 'two workers commit one page',
    file: 'lib/store/syncs.ts',
    find: "    ['step', '=', seen.step],\n",
    put: '',
    tests: ['test/sync'],
  },
  {
    name: 'two syncs run at once',
    file: 'lib/sync/begin.ts',
    find: "        ['running', 'absent or =', null],\n",
    put: '',
    tests: ['test/sync'],
  },
  {
    name: 'a provider’s markup is kept',
    file: 'lib/connectors/clean.ts',
    find: 'return less === text ? text : withoutMarkup(less);',
    put: 'return text;',
    tests: ['test/connectors/clean.test.ts'],
  },
  {
    name: 'a link leads to any host',
    file: 'lib/connectors/clean.ts',
    find: 'return plain && hostMatches(url.hostname, hosts) ? url.href : null;',
    put: 'return plain ? url.href : null;',
    tests: ['test/connectors/clean.test.ts', 'test/connectors/jira.test.ts'],
  },
  {
    name: 'a plan does not count what is connected at one moment',
    file: 'lib/integrations/insert.ts',
    find: "[['turn', '=', turn.turn]]",
    put: "[['pk', 'exists']]",
    tests: ['test/integrations/plan.test.ts'],
  },
  {
    name: 'a consent is stored while tokens of its account are ended',
    file: 'lib/store/accounts.ts',
    find: "[['until', 'absent or <=', askedAt]]",
    put: "[['until', 'absent or <=', askedAt + 3_600_000]]",
    tests: ['test/refresh-faults/ending.test.ts'],
  },
  {
    name: 'everybody tries a provider at the end of its pause',
    file: 'lib/integrations/circuit.ts',
    find: '  if (circuit.opens > 0) circuit.openUntil = now() + trial;\n',
    put: '',
    tests: ['test/integrations/circuit.test.ts'],
  },
  {
    name: 'rescued tokens wait for another delivery',
    file: 'lib/tokens/rescue.ts',
    find: "asAppError(error).code !== 'unavailable' || ",
    put: "asAppError(error).code !== 'internal' || ",
    tests: ['test/refresh-faults/rescue.test.ts'],
  },
];
