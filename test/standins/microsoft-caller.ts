import { startMicrosoft } from '../../infra/local/standins/microsoft/index.ts';

/** A started stand-in for Microsoft 365, and calls to it over real HTTP. */

export const tenant = '7a3c1e52-0c9d-4f3e-9b55-acde00000001';
export const app = { id: '5f1d2b64-8a0e-4c7b-a1c2-acde00000002', secret: 'acme-demo-outlook-secret' };
export const redirectUri = 'http://127.0.0.1:4000/api/v1/oauth/callback/outlook';
export const ada = 'ada00000-5e11-4a5e-8d00-acde0000000a';

export type Time = { dateTime: string; timeZone: string };
export type Event = {
  '@odata.etag': string;
  '@removed'?: { reason: string };
  id: string;
  subject: string | null;
  type: string;
  start: Time;
  end: Time;
  iCalUId: string;
  seriesMasterId: string | null;
  isAllDay: boolean;
  isCancelled: boolean;
  isOrganizer: boolean;
  changeKey: string;
  originalStart?: string;
  responseStatus: { response: string };
  attendees: {
    emailAddress: { name: string; address: string };
    status: { response: string; time: string };
  }[];
  organizer: { emailAddress: { address: string } };
  onlineMeeting: { joinUrl: string } | null;
  location: { displayName: string };
  body: { contentType: string; content: string };
  recurrence: unknown;
};
export type Events = {
  value: Event[];
  '@odata.nextLink'?: string;
  '@odata.deltaLink'?: string;
  '@odata.count'?: number;
};
export type Failure = {
  error: { code: string; message: string; innerError: { 'request-id': string; date: string } };
};
export type TokenFailure = {
  error: string;
  error_description: string;
  error_codes: number[];
  correlation_id: string;
  suberror?: string;
};
export type Tokens = {
  access_token: string;
  refresh_token?: string;
  id_token?: string;
  client_info?: string;
  expires_in: number;
  ext_expires_in: number;
  scope?: string;
  token_type: string;
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

export const openMicrosoft = async (file: string | null = null) => {
  const standin = await startMicrosoft({ file });

  const call = async <T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> => {
    const { token, headers = {}, body, host = 'graph.microsoft.com' } = options;
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
  const tokenFor = async (
    account: string,
    scopes: string[] = ['User.Read', 'Calendars.ReadWrite'],
  ): Promise<string> =>
    (await control<{ access: string }>('oauth/families', { client: app.id, account, scopes })).access;
  const login = <T = Tokens>(fields: Record<string, string>, directory = 'common', headers = {}) =>
    call<T>('POST', `/${directory}/oauth2/v2.0/token`, {
      host: 'login.microsoftonline.com',
      body: new URLSearchParams(fields),
      headers,
    });
  /** A token of the app itself. */
  const appToken = async (): Promise<string> => {
    const { body } = await login(
      {
        grant_type: 'client_credentials',
        client_id: app.id,
        client_secret: app.secret,
        scope: 'https://graph.microsoft.com/.default',
      },
      tenant,
    );
    return body.access_token;
  };
  return { ...standin, call, control, tokenFor, login, appToken };
};

export type Microsoft = Awaited<ReturnType<typeof openMicrosoft>>;

/** Graph as one caller sees it; addresses of further pages are taken as they come. */
export const apiOf = ({ call }: Microsoft, token: string | null) => {
  const at = (path: string): string =>
    path.startsWith('https://graph.microsoft.com')
      ? path.slice('https://graph.microsoft.com'.length)
      : `/v1.0${path}`;
  return {
    get: <T = Failure>(path: string, headers: Record<string, string> = {}) =>
      call<T>('GET', at(path), { token, headers }),
    send: <T = Failure>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      call<T>(method, at(path), { token, headers, ...(body !== undefined && { body }) }),
    list: async (path: string, headers: Record<string, string> = {}): Promise<Events> => {
      const answer = await call<Events>('GET', at(path), { token, headers });
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
      return answer.body;
    },
  };
};

export type Api = ReturnType<typeof apiOf>;

export const codeOf = ({ status, body }: Answer<Failure>): [number, string] => [status, body.error.code];

export const view = (from: string, to: string, more: Record<string, string> = {}): string =>
  `/me/calendarView?${new URLSearchParams({ startDateTime: from, endDateTime: to, ...more }).toString()}`;
