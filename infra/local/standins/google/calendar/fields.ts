import { invalid } from './errors.ts';

/** Partial responses, as in `fields=items(id,start/dateTime),nextPageToken`. */

type Mask = { [name: string]: Mask | true };

const parse = (text: string): Mask => {
  let at = 0;
  const group = (): Mask => {
    const mask: Mask = {};
    for (;;) {
      const [name = ''] = /^[\w*]+/.exec(text.slice(at)) ?? [];
      if (name === '') throw invalid(`Invalid field selection ${text}`, 'fields');
      at += name.length;
      mask[name] = tail();
      if (text[at] !== ',') return mask;
      at += 1;
    }
  };
  const tail = (): Mask | true => {
    if (text[at] === '/') {
      at += 1;
      const [name = ''] = /^[\w*]+/.exec(text.slice(at)) ?? [];
      at += name.length;
      return { [name]: tail() };
    }
    if (text[at] !== '(') return true;
    at += 1;
    const inner = group();
    if (text[at] !== ')') throw invalid(`Invalid field selection ${text}`, 'fields');
    at += 1;
    return inner;
  };
  const mask = group();
  if (at !== text.length) throw invalid(`Invalid field selection ${text.slice(at)}`, 'fields');
  return mask;
};

const apply = (value: unknown, mask: Mask | true): unknown => {
  if (mask === true || mask['*'] === true || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => apply(item, mask));
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const chosen = mask[name] ?? mask['*'];
      return chosen === undefined ? [] : [[name, apply(inner, chosen)]];
    }),
  );
};

export const project = (body: unknown, fields: string): unknown => apply(body, parse(fields));
