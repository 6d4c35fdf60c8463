import { startGoogle } from '../../infra/local/standins/google/index.ts';

/** A started stand-in for Google, and calls to it over real HTTP. */

export const client = { id: 'acme-demo-google', secret: 'acme-demo-google-secret' };
export const serviceAccount = 'integrations@acme-demo.iam.gserviceaccount.com';
export const redirectUri = 'http://127.0.0.1:4000/api/v1/oauth/callback/google';
export const calendarScope = 'https://www.googleapis.com/auth/calendar';
export const readScope = 'https://www.googleapis.com/auth/calendar.readonly';

export type Time = { date?: string; dateTime?: string; timeZone?: string };
export type Event = {
  id: string;
  etag: string;
  status: string;
  summary?: string;
  iCalUID: string;
  start: Time;
  end: Time;
  recurringEventId?: string;
  originalStartTime?: Time;
  updated: string;
  organizer: { email: string; self?: boolean };
  attendees?: { email: string; responseStatus: string; self?: boolean; organizer?: boolean }[];
  hangoutLink?: string;
  visibility?: string;
  sequence: number;
};
export type Events = {
  items: Event[];
  nextPageToken?: string;
  nextSyncToken?: string;
  timeZone: string;
  accessRole: string;
};
export type Failure = {
  error: {
    code: number;
    message: string;
    status?: string;
    errors: { domain: string; reason: string; message: string; location?: string }[];
  };
};
export type Answer<T> = { status: number; headers: Headers; body: T };
type CallOptions = { token?: string | null; headers?: Record<string, string>; body?: unknown; host?: string };

const parsed = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
};

export const openGoogle = async (file: string | null = null) => {
  const standin = await startGoogle({ file });

  const call = async <T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> => {
    const { token, headers = {}, body, host = 'www.googleapis.com' } = options;
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(standin.origin + path, {
      method,
      redirect: 'manual',
      headers: {
        'x-forwarded-host': host,
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && !isForm && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: parsed(await response.text()) as T };
  };
  const control = async <T = Record<string, unknown>>(path: string, body: unknown): Promise<T> => {
    const answer = await call<T>('POST', `/__standin/${path}`, { body });
    if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  /** An access token without a browser. */
  const tokenFor = async (account: string, scopes: string[] = [calendarScope]): Promise<string> => {
    const made = await control<{ access: string }>('oauth/families', { client: client.id, account, scopes });
    return made.access;
  };
  const post = <T>(path: string, fields: Record<string, string>) =>
    call<T>('POST', path, { host: 'oauth2.googleapis.com', body: new URLSearchParams(fields) });
  return { ...standin, call, control, tokenFor, post };
};

export type Google = Awaited<ReturnType<typeof openGoogle>>;

/** The Calendar API as one account sees it. */
export const apiOf = ({ call }: Google, token: string | null) => {
  const at = (path: string, query: Record<string, string> = {}): string =>
    `/calendar/v3/${path}${Object.keys(query).length > 0 ? `?${new URLSearchParams(query).toString()}` : ''}`;
  return {
    get: <T = Failure>(path: string, query: Record<string, string> = {}, headers = {}) =>
      call<T>('GET', at(path, query), { token, headers }),
    send: <T = Failure>(method: string, path: string, body?: unknown, headers = {}) =>
      call<T>(method, at(path), { token, headers, ...(body !== undefined && { body }) }),
    list: async (query: Record<string, string> = {}, calendar = 'primary'): Promise<Events> =>
      (await call<Events>('GET', at(`calendars/${encodeURIComponent(calendar)}/events`, query), { token }))
        .body,
  };
};

export type Api = ReturnType<typeof apiOf>;

export const reasonOf = ({ status, body }: Answer<Failure>): [number, string | undefined] => [
  status,
  body.error.errors[0]?.reason,
];
