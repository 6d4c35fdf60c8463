import type * as z from 'zod/mini';
import type { linkPersons } from '../contract/operations/links.ts';
import { AppError, asAppError, invalidField } from '../errors/error.ts';
import { countProviderCall } from '../integrations/limit.ts';
import { factsOfOnly } from '../integrations/search.ts';
import { type InUse, inSession, readUsable, requireScopes } from '../integrations/use.ts';
import type { Caller } from '../model/caller.ts';
import { inParallel } from '../model/parallel.ts';
import { linksOfEntity } from '../store/links.ts';
import { snapshot, storeLink } from './create.ts';
import { hanging, linkView } from './view.ts';

type Body = z.output<typeof linkPersons.body>;
type Candidate = Body['candidates'][number];
type Result = z.input<typeof linkPersons.answers.ok.body>['results'][number];

/** Providers search people one address at a time; so many at once, and no longer than a person waits. */
const atOnce = 5;
const patience = 24_000;

const nothing = { link: null, candidates: null, code: null };

const linkOne = async (
  caller: Caller,
  use: InUse,
  { entity, email }: Candidate,
  call: string | null,
): Promise<Result> => {
  const { owner, manifest, adapter, session, credential } = use;
  const stands = (await linksOfEntity(caller, entity)).find(
    ({ integrationId, external }) => integrationId === credential.id && external.type === 'person',
  );
  if (stands) {
    const [known] = await hanging(caller, [stands]);
    const outcome = call !== null && stands.call === call ? 'linked' : 'already_linked';
    return { ...nothing, entity, outcome, link: known ? linkView(known.link, known.integration) : null };
  }
  const persons = (await adapter.findPersons?.(session, email)) ?? [];
  const [person] = persons;
  if (!person) return { ...nothing, entity, outcome: 'not_found' };
  if (persons.length > 1)
    return {
      ...nothing,
      entity,
      outcome: 'ambiguous',
      candidates: persons.map((one) => ({ ...one, ...snapshot(one) })),
    };
  const wanted = { entity, integrationId: credential.id, call };
  const made = await storeLink(caller, owner, wanted, manifest.id, person);
  return 'created' in made
    ? { ...nothing, entity, outcome: 'linked', link: made.created.link }
    : { ...nothing, entity, outcome: 'already_linked', link: made.existing.link };
};

/** Links each person to the one account that has the e-mail address; what fails, fails for that person alone. */
export const linkManyPersons = async (
  caller: Caller,
  { integrationId, candidates }: Body,
  call: string | null,
): Promise<Result[]> => {
  const usable = await readUsable(caller, integrationId);
  const facts = factsOfOnly(usable.manifest, 'person');
  candidates.forEach(({ entity }, index) => {
    if (!facts.linkableTo.includes(entity.type))
      throw invalidField(`candidates.${index}.entity.type`, `must be one of ${facts.linkableTo.join(', ')}`);
  });
  requireScopes(usable, facts);
  await countProviderCall(caller, integrationId);

  const deadline = Date.now() + patience;
  return inSession(
    usable,
    (use) =>
      inParallel(atOnce, candidates, async (candidate): Promise<Result> => {
        try {
          if (Date.now() > deadline) throw new AppError('deadline_exceeded', 'It took too long.');
          return await linkOne(caller, use, candidate, call);
        } catch (error) {
          const { code } = asAppError(error);
          if (code === 'provider_unauthorized') throw error;
          return { ...nothing, entity: candidate.entity, outcome: 'failed', code };
        }
      }),
    deadline,
  );
};
