import type { Session } from '../connector.ts';

/** What every function of jira.js 6 takes in place of its own client. */
type SendRequest = {
  url: string;
  method?: string | undefined;
  headers?: Record<string, string> | undefined;
  searchParams?: Record<string, unknown> | undefined;
  body?: unknown;
};
export type JiraClient = { sendRequest: <T>(options: SendRequest) => Promise<T> };

const addressOf = (base: string, { url, searchParams = {} }: SendRequest): URL => {
  const address = new URL(base + url);
  // An id such as `..` would lead elsewhere.
  if (address.href !== base + url) throw new Error('The address is not what it was made of.');
  for (const [key, value] of Object.entries(searchParams)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values)
      if (one !== undefined && one !== null) address.searchParams.append(key, String(one));
  }
  return address;
};

/** Runs functions of jira.js against a site; answers come as JSON, unparsed: `map.ts` reads what we need of them. */
export const jiraCall = <T>(
  session: Session,
  base: string,
  authorization: string,
  run: (client: JiraClient) => Promise<T>,
): Promise<T> =>
  session.call((fetch) =>
    run({
      sendRequest: async <R>(options: SendRequest): Promise<R> => {
        const { method = 'GET', headers, body } = options;
        const response = await fetch(addressOf(base, options), {
          method,
          headers: {
            accept: 'application/json',
            authorization,
            'content-type': 'application/json',
            ...headers,
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        if (!response.ok) throw new Error(`Jira answered ${response.status}.`);
        return (await response.json()) as R;
      },
    }),
  );
