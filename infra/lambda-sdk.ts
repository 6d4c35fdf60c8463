/** What takes the place of parts of the AWS SDK in every bundle, where Lambda has no use for them. */

/**
 * For `@aws-sdk/credential-provider-node`: Lambda hands a function its credentials as variables. The chain
 * that also looks into files, containers and single sign-on costs a third of a function's start.
 */
export const defaultProvider = () => async () => {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (!accessKeyId || !secretAccessKey) throw new Error('The environment holds no AWS credentials.');
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
};

/** For `@aws-sdk/endpoint-cache`: DynamoDB's client makes one and never looks into it. */
export class EndpointCache {}
