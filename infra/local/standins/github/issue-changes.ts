import { standinNow } from '../standin.ts';
import { accountNamed, repositoryOf, requirePermission, roleOf } from './access.ts';
import { invalidFields, refusal } from './errors.ts';
import type { Exchange, Reply } from './gateway.ts';
import { issueShape } from './item-shapes.ts';
import { numbered } from './pulls.ts';
import {
  type Item,
  type ItemState,
  isoTime,
  nextNumber,
  type Repository,
  type State,
  type StateReason,
  takeId,
} from './state.ts';
import { signedIn } from './users.ts';

type Input = Record<string, unknown>;

const inputOf = ({ request }: Exchange): Input => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(request.body.toString() || '{}');
  } catch {
    throw refusal(400, 'Problems parsing JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw refusal(400, 'Body should be a JSON object');
  }
  return parsed as Input;
};

const wrongType = (field: string, value: unknown) =>
  refusal(
    422,
    `Invalid request.\n\nFor 'properties/${field}', ${JSON.stringify(value)} is not of the right type.`,
  );

const text = (input: Input, field: string): string | undefined => {
  const value = input[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') throw wrongType(field, value);
  return String(value);
};

const names = (input: Input, field: string): string[] | undefined => {
  const value = input[field];
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw wrongType(field, value);
  return value.map((one: unknown) => {
    const name =
      typeof one === 'object' && one !== null ? ((one as Input)['name'] ?? (one as Input)['login']) : one;
    if (typeof name !== 'string') throw wrongType(field, value);
    return name;
  });
};

const titleOf = (input: Input): string | undefined => {
  const title = text(input, 'title');
  if (title !== undefined && title.trim() === '') {
    throw invalidFields([{ resource: 'Issue', field: 'title', code: 'missing_field' }]);
  }
  return title;
};

/** Labels and assignees of somebody without push access are dropped without a word. */
const attachments = (state: State, input: Input, mayPush: boolean): Partial<Item> => {
  if (!mayPush) return {};
  const labels = names(input, 'labels');
  const single = text(input, 'assignee');
  const assignees = names(input, 'assignees') ?? (single === undefined ? undefined : [single]);
  return {
    ...(labels && { labels }),
    ...(assignees && {
      assignees: assignees.map((login) => accountNamed(state, login, 'Issue', 'assignees').id),
    }),
  };
};

const pushes = (state: State, user: number, repository: Repository): boolean => {
  const role = roleOf(state, user, repository);
  return role === 'admin' || role === 'write';
};

export const createIssue = (state: State, exchange: Exchange): Reply => {
  const { user } = signedIn(exchange.caller);
  const repository = repositoryOf(state, exchange);
  requirePermission(exchange, repository, 'issues', 'write');
  const input = inputOf(exchange);
  const title = titleOf(input);
  if (title === undefined) throw refusal(422, 'Invalid request.\n\n"title" wasn\'t supplied.');
  const now = isoTime(standinNow());
  const item: Item = {
    id: takeId(state),
    repository: repository.id,
    number: nextNumber(state, repository),
    pull: null,
    title,
    body: text(input, 'body') ?? null,
    author: user.id,
    assignees: [],
    labels: [],
    comments: 0,
    state: 'open',
    stateReason: null,
    closedBy: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    ...attachments(state, input, pushes(state, user.id, repository)),
  };
  state.items.push(item);
  const body = issueShape(state, item);
  return { status: 201, headers: { location: body.url }, body };
};

const closing = (
  item: Item,
  wanted: ItemState,
  reason: string | undefined,
  user: number,
  now: string,
): Partial<Item> => {
  if (wanted === item.state) return {};
  if (wanted === 'open') {
    return { state: 'open', stateReason: item.pull ? null : 'reopened', closedAt: null, closedBy: null };
  }
  const stateReason = item.pull ? null : ((reason ?? 'completed') as StateReason);
  return { state: 'closed', stateReason, closedAt: now, closedBy: user };
};

export const updateIssue = (state: State, exchange: Exchange): Reply => {
  const { user } = signedIn(exchange.caller);
  const repository = repositoryOf(state, exchange);
  requirePermission(exchange, repository, 'issues', 'write');
  const item = numbered(state, repository, exchange.request.params['number']);
  const mayPush = pushes(state, user.id, repository);
  if (!mayPush && item.author !== user.id) {
    throw refusal(403, 'Must have admin rights to Repository.');
  }
  const input = inputOf(exchange);
  const title = titleOf(input);
  const wanted = text(input, 'state') ?? item.state;
  if (wanted !== 'open' && wanted !== 'closed') {
    throw invalidFields([{ value: wanted, resource: 'Issue', field: 'state', code: 'invalid' }]);
  }
  const now = isoTime(standinNow());
  const changes: Partial<Item> = {
    ...(title !== undefined && { title }),
    ...('body' in input && { body: text(input, 'body') ?? null }),
    ...attachments(state, input, mayPush),
    ...closing(item, wanted, text(input, 'state_reason'), user.id, now),
  };
  if (Object.keys(changes).length > 0) Object.assign(item, changes, { updatedAt: now });
  return { body: issueShape(state, item) };
};
