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

/** For `@aws-sdk/middleware-endpoint-discovery`: DynamoDB's client sets it up and never looks into it. */
export const resolveEndpointDiscoveryConfig = <T>(config: T): T => config;
export const NODE_ENDPOINT_DISCOVERY_CONFIG_OPTIONS = {
  environmentVariableSelector: () => undefined,
  configFileSelector: () => undefined,
  default: undefined,
};

/** For what reads files in a home directory, which is empty: two reads less before a function's first request. */
export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });
export const CONFIG_PREFIX_SEPARATOR = '.';

/** For what asks the machine for its region, which Lambda says in a variable. */
export const getInstanceMetadataRegion = async () => undefined;

/** For a hash written in JavaScript; Node has its own. */
export class Sha256Js {}

/** For a way of trying again that nobody chose. */
export class AdaptiveRetryStrategy {
  constructor() {
    throw new Error('The adaptive retry mode is not in the bundles.');
  }
}
