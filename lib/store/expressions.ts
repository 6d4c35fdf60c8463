/** What DynamoDB calls expressions, built from plain data. All conditions must hold. */
export type Condition = readonly (
  | readonly [attribute: string, test: 'exists' | 'absent']
  | readonly [attribute: string, test: '=' | '<>' | '<' | '<=' | '>', value: unknown]
  | readonly [attribute: string, test: 'absent or <' | 'absent or <=' | 'absent or =', value: unknown]
)[];

export type Change = {
  set?: Record<string, unknown>;
  /** Set only where the attribute is absent. */
  setOnce?: Record<string, unknown>;
  add?: Record<string, number>;
  remove?: readonly string[];
};

type Placeholders = {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, unknown>;
};

const placeholders = () => {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  return {
    name: (attribute: string): string => {
      const known = Object.keys(names).find((key) => names[key] === attribute);
      const key = known ?? `#n${Object.keys(names).length}`;
      names[key] = attribute;
      return key;
    },
    value: (value: unknown): string => {
      const key = `:v${Object.keys(values).length}`;
      values[key] = value;
      return key;
    },
    all: (): Placeholders => ({
      ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    }),
  };
};

const conditionText = (condition: Condition, p: ReturnType<typeof placeholders>): string =>
  condition
    .map(([attribute, test, value]) => {
      const name = p.name(attribute);
      if (test === 'exists') return `attribute_exists(${name})`;
      if (test === 'absent') return `attribute_not_exists(${name})`;
      if (test.startsWith('absent or '))
        return `(attribute_not_exists(${name}) OR ${name} ${test.slice('absent or '.length)} ${p.value(value)})`;
      return `${name} ${test} ${p.value(value)}`;
    })
    .join(' AND ');

export const conditionExpression = (
  condition: Condition | null,
): Placeholders & { ConditionExpression?: string } => {
  if (!condition || condition.length === 0) return {};
  const p = placeholders();
  const text = conditionText(condition, p);
  return { ConditionExpression: text, ...p.all() };
};

export const updateExpression = (
  change: Change,
  condition: Condition | null,
): Placeholders & { UpdateExpression: string; ConditionExpression?: string } => {
  const p = placeholders();
  const sets = [
    ...Object.entries(change.set ?? {}).map(([key, value]) => `${p.name(key)} = ${p.value(value)}`),
    ...Object.entries(change.setOnce ?? {}).map(
      ([key, value]) => `${p.name(key)} = if_not_exists(${p.name(key)}, ${p.value(value)})`,
    ),
  ];
  const adds = Object.entries(change.add ?? {}).map(([key, value]) => `${p.name(key)} ${p.value(value)}`);
  const removes = (change.remove ?? []).map((key) => p.name(key));
  const clauses = [
    sets.length > 0 && `SET ${sets.join(', ')}`,
    adds.length > 0 && `ADD ${adds.join(', ')}`,
    removes.length > 0 && `REMOVE ${removes.join(', ')}`,
  ];
  const when = condition && condition.length > 0 ? conditionText(condition, p) : null;
  return {
    UpdateExpression: clauses.filter(Boolean).join(' '),
    ...(when && { ConditionExpression: when }),
    ...p.all(),
  };
};
