import { expect, it } from 'vitest';
import { caller, type Reply } from '../support/api.ts';

/** What is said of an input with several forms is about the form that was meant. */

const errorsOf = ({ status, body }: Reply): [number, string[]] => [
  status,
  body.errors.map(({ path, message }: { path: string; message: string }) => `${path} ${message}`),
];

it.each([
  ['kind=entity', ['entityType is required', 'entityId is required']],
  ['kind=user&id=user_1', ['id is not a known field']],
  ['kind=team', ['kind must be one of organization, user, entity']],
  ['', ['kind is required']],
])('an export by “%s”', async (query, errors) => {
  expect(errorsOf(await caller().get(`/export?${query}`))).toEqual([400, errors]);
});

it.each([
  [{ kind: 'user' }, ['subject.id is required']],
  [{ kind: 'entity', id: 'person_1' }, ['subject.entity is required', 'subject.id is not a known field']],
  [{ kind: 'team', id: 'team_1' }, ['subject.kind must be one of organization, user, entity']],
])('an erasure of %j', async (subject, errors) => {
  expect(errorsOf(await caller().post('/erase', { subject }))).toEqual([400, errors]);
});
