import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { rowsOf } from '../integrations/stored.ts';
import { type Caller, local, newId } from '../support/api.ts';
import { aJiraSite, type GithubAccount, type JiraSite } from '../support/standins.ts';

/** Rows as the old app stored them, and how it encrypted: CryptoJS's `AES.encrypt(text, passphrase).toString()`. */

export const passphrase = 'canary-passphrase-of-the-old-app';

export const setPassphrase = async (value: string | null, url?: string): Promise<void> => {
  const { status, text } = await local(
    'POST',
    'commands/set-secret',
    { name: 'legacy_passphrase', value },
    url,
  );
  if (status !== 200) throw new Error(`The passphrase was not set: ${status} ${text}`);
};

export const encrypted = (text: string, phrase = passphrase): string => {
  const salt = randomBytes(8);
  const blocks: Buffer[] = [];
  for (let count = 0; count < 3; count += 1)
    blocks.push(
      createHash('md5')
        .update(Buffer.concat([blocks.at(-1) ?? Buffer.alloc(0), Buffer.from(phrase), salt]))
        .digest(),
    );
  const derived = Buffer.concat(blocks);
  const cipher = createCipheriv('aes-256-cbc', derived.subarray(0, 32), derived.subarray(32));
  return Buffer.concat([Buffer.from('Salted__'), salt, cipher.update(text), cipher.final()]).toString(
    'base64',
  );
};

export const jiraRow = ({ username, apiToken, baseUrl }: JiraSite, phrase?: string) => ({
  jiraUsername: username,
  encryptedApiKey: encrypted(apiToken, phrase),
  jiraBaseUrl: baseUrl,
});

export const githubRow = ({ login, token }: GithubAccount, phrase?: string) => ({
  githubUsername: login,
  encryptedPat: encrypted(token, phrase),
});

export const jiraPerson = (jiraAccountId: string, personId = newId('person')) => ({
  personId,
  jiraAccountId,
  jiraEmail: null,
  jiraDisplayName: 'Somebody',
});

export const githubPerson = (githubUsername: string, personId = newId('person')) => ({
  personId,
  githubUsername,
});

export const migrate = (who: Caller, rows: object) => who.post('/migration', rows);
export const preview = (who: Caller, rows: object) => who.post('/migration/preview', rows);
export const statusOf = async (who: Caller) => (await who.get('/migration')).body;

const people = ['Ada Lovelace', 'Grace Hopper', 'Linus Torvalds'];
/** A site with three people, and their account ids. */
export const aSiteWithPeople = async () => {
  const site = await aJiraSite({ users: people.map((displayName) => ({ displayName })) });
  const { users } = await site.control<{ users: { accountId: string; displayName: string }[] }>('GET', '');
  const idOf = (name: string): string =>
    users.find(({ displayName }) => displayName === name)?.accountId ?? '';
  return { site, ids: people.map(idOf) as [string, string, string] };
};
export const linksOf = async (who: Caller, personId: string) =>
  (await who.get(`/links?entityType=Person&entityId=${personId}`)).body.links;
export const connectedOf = async (who: Caller) =>
  (await who.get('/integrations/connected')).body.integrations;
/** What somebody stores, by kind. */
export const kindsOf = async (who: Caller): Promise<string[]> =>
  (await rowsOf(who)).map(({ sk }) => sk.replace(/#.*/, '')).toSorted();
