import { hasCode } from '../errors/error.ts';

const most = 5;

const isConflict = (error: unknown): boolean => hasCode(error, 'conflict');

/** Reads and writes anew, five times at most, while `overtaken` says that what was read has changed meanwhile. */
export const again = async <T>(
  run: (attempt: number) => Promise<T>,
  overtaken: (error: unknown) => boolean = isConflict,
  times = most,
): Promise<T> => {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await run(attempt);
    } catch (error) {
      if (attempt === times || !overtaken(error)) throw error;
    }
};

/** Whether a conditional write took effect; false where somebody else was there first. */
export const tookEffect = async (writing: Promise<unknown>): Promise<boolean> => {
  try {
    await writing;
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    throw error;
  }
};
