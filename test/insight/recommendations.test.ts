import { expect, it } from 'vitest';
import { type Caller, caller } from '../support/api.ts';
import { aGithubAccount, connectedGithub } from '../support/standins.ts';
import { aJiraWith, statsOf } from './told.ts';

type Recommendation = {
  provider: string;
  category: string;
  score: number;
  reason: string;
  numbers: { inCategory: number; organizations: number };
};

const recommended = async (who: Caller): Promise<Recommendation[]> => {
  // So that what was connected is counted.
  await statsOf(who);
  return (await who.get('/integrations/recommendations')).body.recommendations;
};
const of = (provider: string, list: readonly Recommendation[]) =>
  list.find((one) => one.provider === provider) ?? null;

it('names what is available and not connected, and how many others have it', async () => {
  const [admin, other] = [caller(), caller()];
  const before = of('github', await recommended(admin));
  const account = await aGithubAccount();

  await connectedGithub(other, account);
  const after = of('github', await recommended(admin));
  const theirs = await recommended(other);

  // Other tests connect meanwhile.
  const [had = 0, has = 0] = [before, after].map((one) => one?.numbers.organizations);
  expect(has).toBeGreaterThan(had);
  expect(after?.reason).toContain(`${has} other organisation`);
  expect(of('github', theirs)).toBeNull();
  const { body } = await admin.get('/integrations/available?status=available');
  const available = body.providers.map(({ id }: { id: string }) => id);
  expect((await recommended(admin)).map(({ provider }) => provider).toSorted()).toEqual(available.toSorted());
});

it('does not count the organisation itself, though it connected and disconnected', async () => {
  const admin = caller();
  const { id } = await aJiraWith(admin, 0);
  const during = of('jira', await recommended(admin));
  const elsewhere = caller();
  const known = of('jira', await recommended(elsewhere))?.numbers.organizations ?? 0;

  await admin.delete(`/integrations/${id}`);
  const after = of('jira', await recommended(admin));

  expect(during).toBeNull();
  const later = of('jira', await recommended(elsewhere))?.numbers.organizations ?? 0;
  expect(after?.numbers.organizations).toBeGreaterThanOrEqual(known - 1);
  expect(after?.numbers.organizations).toBeLessThan(later);
});

it('puts first what is of a kind with what is used', async () => {
  const admin = caller();
  await aJiraWith(admin, 0);

  const list = await recommended(admin);
  const { body } = await admin.get('/integrations/connected');
  const catalogue = (await admin.get('/integrations/available')).body.providers;
  const used = catalogue.find(({ id }: { id: string }) => id === 'jira').category;

  expect(body.integrations).toHaveLength(1);
  for (const { category, numbers, reason } of list) {
    expect(numbers.inCategory).toBe(category === used ? 1 : 0);
    expect(reason.includes('you use 1')).toBe(category === used);
  }
  expect(list.map(({ score }) => score)).toEqual(list.map(({ score }) => score).toSorted((a, b) => b - a));
});
