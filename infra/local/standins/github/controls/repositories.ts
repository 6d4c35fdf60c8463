import * as z from 'zod/mini';
import { control, textOrNull } from '../../control.ts';
import { type Route, standinNow } from '../../standin.ts';
import { fullNameOf, isoTime, type Repository, repositoryByName, type State, takeId } from '../state.ts';
import { accountIds, accountNamed, list, repositoryNamed, yesOrNo } from './named.ts';

const repositoryInput = z.strictObject({
  repository: z.string().check(z.regex(/^[^/]+\/[^/]+$/)),
  private: yesOrNo,
  description: textOrNull,
  language: textOrNull,
  topics: list,
  archived: yesOrNo,
  fork: yesOrNo,
  stars: z._default(z.int(), 0),
  collaborators: list,
});

const known = (state: State, repository: Repository) => ({
  id: repository.id,
  repository: fullNameOf(state, repository),
});

const add = (
  state: State,
  { repository: fullName, collaborators, ...rest }: z.output<typeof repositoryInput>,
) => {
  if (repositoryByName(state, fullName)) throw new Error(`${fullName} exists already`);
  const [owner = '', name = ''] = fullName.split('/');
  const now = isoTime(standinNow());
  const repository: Repository = {
    id: takeId(state),
    name,
    owner: accountNamed(state, owner).id,
    collaborators: accountIds(state, collaborators),
    formerNames: [],
    createdAt: now,
    updatedAt: now,
    pushedAt: now,
    ...rest,
  };
  state.repositories.push(repository);
  return known(state, repository);
};

const rename = (state: State, fullName: string, to: string) => {
  const repository = repositoryNamed(state, fullName);
  repository.formerNames.push(fullNameOf(state, repository).toLowerCase());
  repository.name = to;
  return known(state, repository);
};

export const repositoryControls = (state: State): Route[] => [
  control('repositories', repositoryInput, (input) => add(state, input)),
  control('repositories/rename', z.strictObject({ repository: z.string(), to: z.string() }), (input) =>
    rename(state, input.repository, input.to),
  ),
];
