import { jiraPerson, newWord } from '../search/asking.ts';
import { type Caller, company, type Reply } from '../support/api.ts';
import { aJiraSite, connectedJira } from '../support/standins.ts';
import { aPerson } from './linking.ts';

export const bulk = (who: Caller, integrationId: string, candidates: unknown): Promise<Reply> =>
  who.post('/links/bulk', { integrationId, candidates });

/** A connected Jira whose people and candidates meet by their addresses. */
export const connected = async () => {
  const { admin, member, stranger } = company();
  const site = await aJiraSite();
  const { id } = await connectedJira(admin, site);
  const at = newWord();
  const person = (name: string, user: object = {}) =>
    jiraPerson(site, { displayName: name, email: `${name}@${at}.example`, ...user });
  const candidate = (name: string) => ({ entity: aPerson(), email: `${name}@${at}.example` });
  return { admin, member, stranger, site, id, person, candidate };
};
