import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Jira, openJira } from './jira-caller.ts';

const host = 'jql.atlassian.net';
const people: Record<string, [string, string]> = {
  utc: ['utc@jql.example', 'token-utc'],
  auckland: ['auckland@jql.example', 'token-auckland'],
  angeles: ['angeles@jql.example', 'token-angeles'],
  berlin: ['berlin@jql.example', 'token-berlin'],
};
const zones = {
  utc: 'UTC',
  auckland: 'Pacific/Auckland',
  angeles: 'America/Los_Angeles',
  berlin: 'Europe/Berlin',
};
const by = (name: string) => ({ host, as: people[name] ?? null });

const hour = 3600 * 1000;
const day = 24 * hour;
const now = Date.now();

let jira: Jira;
beforeAll(async () => {
  jira = await openJira();
  await jira.control('POST', '/sites', {
    host,
    users: [
      ...Object.entries(zones).map(([name, timeZone]) => ({
        displayName: `${name} person`,
        email: `${name}@jql.example`,
        timeZone,
      })),
      { displayName: 'Hidden Person', email: 'hidden@jql.example', emailVisible: false },
    ],
    tokens: Object.values(people).map(([email, token]) => ({ email, token })),
    projects: [
      { key: 'ONE', name: 'First Project' },
      { key: 'TWO', name: 'Second' },
    ],
    statuses: [
      { name: 'Icebox', category: 'new' },
      { name: 'Waiting for design', category: 'indeterminate' },
      { name: 'Shipped', category: 'done' },
    ],
  });
  await jira.control('POST', `/sites/${host}/issues`, {
    issues: [
      {
        project: 'ONE',
        summary: 'Login page is slow',
        description: 'Takes ten seconds.\n\nSince Monday.',
        type: 'Bug',
        status: 'Icebox',
        priority: 'Highest',
        assignee: 'utc person',
        reporter: 'Hidden Person',
        labels: ['Speed', 'web'],
        created: now - 40 * day,
        updated: now - 2 * day,
      },
      {
        project: 'ONE',
        summary: 'Logging of payments (card)',
        description: null,
        type: 'Story',
        status: 'Waiting for design',
        priority: 'Medium',
        assignee: 'berlin person',
        labels: ['web'],
        created: now - 20 * day,
        updated: now - 3 * hour,
      },
      {
        project: 'TWO',
        summary: 'Say "hello" and \\ goodbye',
        description: 'Login text',
        type: 'Task',
        status: 'Shipped',
        priority: 'Low',
        assignee: null,
        created: now - 20 * day,
        updated: now - 10 * 60 * 1000,
      },
      {
        project: 'TWO',
        summary: 'Nothing to see',
        type: 'Task',
        status: 'Waiting for design',
        priority: 'Medium',
        assignee: 'utc person',
        created: now - 5 * day,
        updated: now - 5 * day,
      },
      ...[
        '2026-01-31T11:30:00Z',
        '2026-06-30T22:30:00Z',
        '2026-03-29T00:59:00Z',
        '2026-03-29T01:01:00Z',
        '2026-01-15T12:00:00Z',
      ].map((created) => ({
        project: 'ONE',
        summary: 'Dated',
        type: 'Epic',
        priority: 'Lowest',
        created,
        updated: created,
      })),
    ],
  });
});
afterAll(() => jira.stop());

describe('queries', () => {
  it.each<[jql: string, expected: string[]]>([
    // Values: names, ids and quotation marks
    ['project = TWO', ['TWO-1', 'TWO-2']],
    ['project = "first project" AND issuetype != Epic', ['ONE-1', 'ONE-2']],
    ['project = 10001', ['TWO-1', 'TWO-2']],
    ["PROJECT = 'two'", ['TWO-1', 'TWO-2']],
    ['project in (TWO, "ONE") and type not in (Epic, Bug)', ['ONE-2', 'TWO-1', 'TWO-2']],
    ['status = "waiting for design"', ['ONE-2', 'TWO-2']],
    ['status = 10002', ['TWO-1']],
    // Categories by name, key and id, whatever the status is called
    ['statusCategory = "In Progress"', ['ONE-2', 'TWO-2']],
    ['statusCategory = indeterminate', ['ONE-2', 'TWO-2']],
    ['statusCategory = 3', ['TWO-1']],
    ['statusCategory != Done AND project = TWO', ['TWO-2']],
    ['statusCategory in (new, done) AND type != Epic', ['ONE-1', 'TWO-1']],
    // People, and the fields without one
    ['assignee = currentUser()', ['ONE-1', 'TWO-2']],
    ['assignee = "utc person"', ['ONE-1', 'TWO-2']],
    ['assignee = "berlin@jql.example"', ['ONE-2']],
    ['reporter = "Hidden Person"', ['ONE-1']],
    ['reporter = "hidden@jql.example"', []],
    ['assignee = "nobody-1234"', []],
    ['assignee IS EMPTY AND project = TWO', ['TWO-1']],
    ['assignee = null AND project = TWO', ['TWO-1']],
    ['assignee is not EMPTY', ['ONE-1', 'ONE-2', 'TWO-2']],
    ['assignee != currentUser()', ['ONE-2']],
    ['NOT assignee = currentUser()', ['ONE-2']],
    ['assignee not in (currentUser())', ['ONE-2']],
    ['assignee in ("berlin person", EMPTY) AND type != Epic', ['ONE-2', 'TWO-1']],
    // Keys
    ['key = one-2', ['ONE-2']],
    ['issuekey in (ONE-1, TWO-1)', ['ONE-1', 'TWO-1']],
    ['key >= ONE-2 AND key < ONE-4', ['ONE-2', 'ONE-3']],
    ['id = 10001', ['ONE-1']],
    // Labels and priorities
    ['labels = SPEED', ['ONE-1']],
    ['labels in (speed, web)', ['ONE-1', 'ONE-2']],
    ['labels = unknown', []],
    ['labels != speed', ['ONE-2']],
    ['labels is empty AND project = TWO', ['TWO-1', 'TWO-2']],
    ['priority > Medium', ['ONE-1']],
    ['priority <= medium AND type != Epic', ['ONE-2', 'TWO-1', 'TWO-2']],
    // Text
    ['summary ~ login', ['ONE-1']],
    ['summary ~ "log*"', ['ONE-1', 'ONE-2']],
    ['summary ~ "log"', []],
    ['summary ~ "slow login"', ['ONE-1']],
    ['summary ~ "\\"login page\\""', ['ONE-1']],
    ['summary ~ "\\"page login\\""', []],
    ['summary ~ "pag? slow"', ['ONE-1']],
    ['summary ~ "payments \\\\(card\\\\)"', ['ONE-2']],
    ['summary ~ "hello"', ['TWO-1']],
    ['description ~ monday', ['ONE-1']],
    ['description ~ "ten monday"', ['ONE-1']],
    ['description is EMPTY AND type = Story', ['ONE-2']],
    ['description !~ monday', ['TWO-1']],
    ['text ~ login', ['ONE-1', 'TWO-1']],
    ['text ~ "login monday"', []],
    ['summary !~ "dated" AND project = ONE', ['ONE-1', 'ONE-2']],
    // Structure
    ['project = TWO AND status = Shipped OR key = ONE-1', ['ONE-1', 'TWO-1']],
    ['project = TWO AND (status = Shipped OR key = ONE-1)', ['TWO-1']],
    ['key = ONE-1 OR project = TWO AND status = Shipped', ['ONE-1', 'TWO-1']],
    ['NOT (project = ONE OR status = Shipped)', ['TWO-2']],
    ['not not key = ONE-1', ['ONE-1']],
    ['!(project = ONE) && status = Shipped || key = ONE-2', ['ONE-2', 'TWO-1']],
    ['(((key = ONE-1)))', ['ONE-1']],
    ['key=ONE-1', ['ONE-1']],
    ['key = ONE-1\n  OR\tkey = ONE-2', ['ONE-1', 'ONE-2']],
    ['project = "\\u0054WO"', ['TWO-1', 'TWO-2']],
    // Relative dates
    ['updated >= -1h', ['TWO-1']],
    ['updated >= "-4h"', ['ONE-2', 'TWO-1']],
    ['updated >= -15', ['TWO-1']],
    ['updated >= -2h', ['TWO-1']],
    ['updated > "-3d 2h" AND updated < -1h', ['ONE-1', 'ONE-2']],
    ['created >= -30d', ['ONE-2', 'TWO-1', 'TWO-2']],
    ['created >= -4w AND created < -1w', ['ONE-2', 'TWO-1']],
    [`created = ${now - 40 * day}`, ['ONE-1']],
    ['created < now() AND created > endOfYear(-2y) AND key = ONE-1', ['ONE-1']],
    ['createdDate <= startOfYear("+1y") AND key = ONE-1', ['ONE-1']],
    ['updated is EMPTY', []],
  ])('%s', async (jql, expected) => {
    expect((await jira.keys(jql, by('utc'))).toSorted()).toEqual(expected);
  });

  it.each<[jql: string, expected: string[]]>([
    ['key in (ONE-1, ONE-2, TWO-1) ORDER BY key DESC', ['TWO-1', 'ONE-2', 'ONE-1']],
    ['key in (ONE-1, ONE-2, TWO-1) ORDER BY updated', ['TWO-1', 'ONE-2', 'ONE-1']],
    ['key in (ONE-1, ONE-2, TWO-1) ORDER BY updated ASC', ['ONE-1', 'ONE-2', 'TWO-1']],
    ['key in (ONE-2, TWO-1, TWO-2) ORDER BY priority DESC, key ASC', ['ONE-2', 'TWO-2', 'TWO-1']],
    ['key in (ONE-2, TWO-1, TWO-2) order by priority, key desc', ['TWO-2', 'ONE-2', 'TWO-1']],
    ['key in (ONE-1, ONE-2, TWO-1) ORDER BY assignee ASC', ['ONE-2', 'ONE-1', 'TWO-1']],
    ['type != Epic ORDER BY statusCategory ASC, key', ['ONE-1', 'ONE-2', 'TWO-2', 'TWO-1']],
    ['type != Epic ORDER BY project ASC, summary', ['ONE-2', 'ONE-1', 'TWO-2', 'TWO-1']],
    ['key in (ONE-2, ONE-1)', ['ONE-2', 'ONE-1']],
  ])('sorts %s', async (jql, expected) => {
    expect(await jira.keys(jql, by('utc'))).toEqual(expected);
  });

  it.each<[jql: string, ...messages: string[]]>([
    [
      'non-parsable query',
      "Error in the JQL Query: Expecting operator but got 'query'. The valid operators are '=', '!=', '<', " +
        "'>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'. (line 1, character 14)",
    ],
    [
      'project',
      'Error in the JQL Query: Expecting operator before the end of the query. The valid operators are ' +
        "'=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS' and 'IS NOT'.",
    ],
    [
      'project =',
      'Error in JQL Query: Expecting either a value, list or function before the end of the query.',
    ],
    [
      'status = = x',
      "Error in JQL Query: Expecting either a value, list or function but got '='. You must surround '=' " +
        'in quotation marks to use it as a value. (line 1, character 10)',
    ],
    [
      'project = OR',
      "Error in JQL Query: Expecting either a value, list or function but got 'OR'. You must surround 'OR' " +
        'in quotation marks to use it as a value. (line 1, character 11)',
    ],
    [
      'project = IT',
      "Error in the JQL Query: 'IT' is a reserved JQL word. You must surround it in quotation marks to use " +
        'it in a query. (line 1, character 11)',
    ],
    ['project = ONE AND', 'Error in the JQL Query: Expecting a field name at the end of the query.'],
    [
      'status = Waiting for design',
      "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'for'. (line 1, character 18)",
    ],
    ['(project = ONE', "Error in the JQL Query: Expecting ')' before the end of the query."],
    ['project in (ONE', "Error in the JQL Query: Expecting ')' before the end of the query."],
    [
      'project = ONE)',
      "Error in the JQL Query: Expecting either 'OR' or 'AND' but got ')'. (line 1, character 14)",
    ],
    [
      'summary ~ "open',
      "Error in the JQL Query: The quoted string 'open' has not been completed. (line 1, character 11)",
    ],
    [
      'reporter = a@b.example',
      "Error in the JQL Query: The character '@' is a reserved JQL character. You must enclose it in a " +
        "string or use the escape '\\u0040' instead. (line 1, character 13)",
    ],
    [
      'key = ONE-1 AND\n  status ?? x',
      "Error in the JQL Query: The character '?' is a reserved JQL character. You must enclose it in a " +
        "string or use the escape '\\u003f' instead. (line 2, character 10)",
    ],
    ['sprint = 3', "Field 'sprint' does not exist or you do not have permission to view it."],
    ['constructor = 3', "Field 'constructor' does not exist or you do not have permission to view it."],
    ['project = NOPE', "The value 'NOPE' does not exist for the field 'project'."],
    ['status = Closed', "The value 'Closed' does not exist for the field 'status'."],
    ['key = ONE-99', "An issue with key 'ONE-99' does not exist for field 'key'."],
    ['issuekey in (ONE-1, NOPE-1)', "An issue with key 'NOPE-1' does not exist for field 'issuekey'."],
    ['key = banana', "The issue key 'banana' for field 'key' is invalid."],
    ['summary = test', "The operator '=' is not supported by the 'summary' field."],
    ['project ~ ONE', "The operator '~' is not supported by the 'project' field."],
    ['text !~ test', "The operator '!~' is not supported by the 'text' field."],
    ['NOT text ~ test', "The operator '!~' is not supported by the 'text' field."],
    ['project in ONE', "Operator 'in' does not support the non-list value '\"ONE\"' for field 'project'."],
    [
      'project = (ONE, TWO)',
      "Operator '=' does not support the list value '(\"ONE\", \"TWO\")' for field 'project'.",
    ],
    ['assignee = membersOf("x")', "Unable to find JQL function 'membersOf(x)'."],
    ['assignee = now()', "A value provided by the function 'now' is invalid for the field 'assignee'."],
    [
      'created > currentUser()',
      "A date for the field 'created' provided by the function 'currentUser' is not valid.",
    ],
    ['summary ~ ""', "The field 'summary' does not support searching for an empty string."],
    [
      'summary ~ "*in"',
      "The text query '*in' for field 'summary' is not allowed to start with character '*'.",
    ],
    [
      'project = NOPE AND status = Closed ORDER BY text',
      "The value 'NOPE' does not exist for the field 'project'.",
      "The value 'Closed' does not exist for the field 'status'.",
      "Not able to sort using field 'text'.",
    ],
  ])('refuses %s', async (jql, ...messages) => {
    const { status, body } = await jira.search(jql, {}, by('utc'));
    expect([status, body]).toEqual([400, { errorMessages: messages, errors: {} }]);
  });

  it.each(['2026-13-01', '2026-02-30', '2026/01-01', '2026-01-31T10:00:00Z', '1.1.2026', 'yesterday'])(
    'refuses the date %s',
    async (date) => {
      const { status, body } = await jira.search(`updated >= "${date}"`, {}, by('utc'));
      expect([status, body]).toEqual([
        400,
        {
          errorMessages: [
            `Date value '${date}' for field 'updated' is invalid. Valid formats include: ` +
              "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a " +
              "period format e.g. '-5d', '4w 2d'.",
          ],
          errors: {},
        },
      ]);
    },
  );

  it('sorts by at most seven fields', async () => {
    const order = (count: number) => `project = ONE ORDER BY ${Array(count).fill('key').join(', ')}`;
    expect((await jira.search(order(7), {}, by('utc'))).status).toBe(200);
    expect((await jira.search(order(8), {}, by('utc'))).status).toBe(400);
  });
});

describe("dates are read in the caller's time zone", () => {
  // ONE-3 was created at 2026-01-31 11:30 UTC: 00:30 on 1 February in Auckland, 03:30 in Los Angeles.
  it.each<[who: string, jql: string, isFound: boolean]>([
    ['utc', 'created >= "2026-02-01"', false],
    ['angeles', 'created >= "2026-02-01"', false],
    ['auckland', 'created >= "2026-02-01"', true],
    ['auckland', 'created < 2026-02-01', false],
    ['utc', 'created <= "2026-01-31"', false],
    ['utc', 'created <= "2026/01/31 11:30"', true],
    ['utc', 'created < "2026/01/31 11:30"', false],
    ['utc', 'created = "2026-01-31 11:30"', true],
    ['angeles', 'created = "2026-01-31 03:30"', true],
    ['angeles', 'created >= "2026-01-31 03:31"', false],
    ['auckland', 'created = "2026-2-1 0:30"', true],
    ['auckland', 'created != "2026-02-01 00:30"', false],
  ])('%s: %s', async (who, jql, isFound) => {
    const found = await jira.keys(`key = ONE-3 AND ${jql}`, by(who));
    expect(found).toEqual(isFound ? ['ONE-3'] : []);
  });

  it('with its summer time, and on the night the clocks change', async () => {
    const epics = 'issuetype = Epic AND';
    // 22:30 UTC is half past midnight of 1 July in Berlin.
    expect(await jira.keys(`${epics} created >= "2026-07-01"`, by('berlin'))).toEqual(['ONE-4']);
    expect(await jira.keys(`${epics} created >= "2026-07-01"`, by('utc'))).toEqual([]);
    // At 01:00 UTC on 29 March the clocks of Berlin go from 02:00 to 03:00.
    const before = `${epics} created >= "2026-03-29" AND created < "2026-03-29 03:00"`;
    const after = `${epics} created >= "2026-03-29 03:00" AND created < "2026-03-30"`;
    expect(await jira.keys(before, by('berlin'))).toEqual(['ONE-5']);
    expect(await jira.keys(after, by('berlin'))).toEqual(['ONE-6']);
    expect(await jira.keys(`${epics} created = "2026-03-29 01:59"`, by('berlin'))).toEqual(['ONE-5']);
    expect(await jira.keys(`${epics} created = "2026-03-29 03:01"`, by('berlin'))).toEqual(['ONE-6']);
  });

  /** Found by walking back to where the date changes, as a clock's change may lie in between. */
  const lastMidnight = (timeZone: string): number => {
    const calendar = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
    const quarter = 15 * 60_000;
    let at = Math.floor(now / quarter) * quarter;
    while (calendar.format(at - 1) === calendar.format(now)) at -= quarter;
    return at;
  };

  it.each(Object.entries(zones))('startOfDay() of %s is midnight in %s', async (who, timeZone) => {
    const midnight = lastMidnight(timeZone);
    const { keys } = await jira.control<{ keys: string[] }>('POST', `/sites/${host}/issues`, {
      issues: [-1, 0, 1].map((minutes) => ({
        project: 'TWO',
        summary: `Midnight of ${who}`,
        created: midnight + minutes * 60_000,
      })),
    });
    const found = async (jql: string) =>
      (await jira.keys(`key in (${keys.join()}) AND ${jql} ORDER BY key ASC`, by(who))).map((key) =>
        keys.indexOf(key),
      );
    expect(await found('created >= startOfDay()')).toEqual([1, 2]);
    expect(await found('created > endOfDay(-1)')).toEqual([1, 2]);
    expect(await found('created <= endOfDay("-1d")')).toEqual([0]);
    expect(await found('created >= startOfDay("1m")')).toEqual([2]);
    expect(await found('created >= startOfDay(-1) AND created < startOfDay()')).toEqual([0]);
    expect(await found('created >= startOfDay("+1d")')).toEqual([]);
  });

  it('starts weeks on Sunday, and months and years on their first day', async () => {
    const today = new Date();
    const sunday = Date.UTC(
      today.getUTCFullYear(),
      today.getUTCMonth(),
      today.getUTCDate() - today.getUTCDay(),
    );
    const month = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), 1);
    const lastMonth = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 1, 1);
    const year = Date.UTC(today.getUTCFullYear(), 0, 1);
    const cases: [start: string, endOfThePeriodBefore: string | null, at: number][] = [
      ['startOfWeek()', 'endOfWeek(-1)', sunday],
      ['startOfWeek(-1)', 'endOfWeek("-2w")', sunday - 7 * day],
      ['startOfMonth()', 'endOfMonth(-1)', month],
      ['startOfMonth("-1M")', 'endOfMonth(-2)', lastMonth],
      ['startOfMonth("+14d")', null, month + 14 * day],
      ['startOfYear()', 'endOfYear(-1)', year],
    ];
    for (const [written, end, at] of cases) {
      const { keys } = await jira.control<{ keys: string[] }>('POST', `/sites/${host}/issues`, {
        issues: [
          { project: 'TWO', created: at - 1000 },
          { project: 'TWO', created: at },
        ],
      });
      const found = await jira.keys(`key in (${keys.join()}) AND created >= ${written}`, by('utc'));
      expect([written, found]).toEqual([written, [keys[1]]]);
      if (end === null) continue;
      const ended = await jira.keys(`key in (${keys.join()}) AND created <= ${end}`, by('utc'));
      expect([end, ended]).toEqual([end, [keys[0]]]);
    }
  });
});
