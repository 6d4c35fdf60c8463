/** What Jira says of a query it will not run; one sentence each. */
export class JqlError extends Error {
  readonly messages: string[];

  constructor(...messages: string[]) {
    super(messages.join(' '));
    this.messages = messages;
  }
}
