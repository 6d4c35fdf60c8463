import { RemovalPolicy } from 'aws-cdk-lib';
import type { Environment } from './environments.ts';

export const removalPolicyOf = ({ removal }: Environment): RemovalPolicy =>
  removal === 'retain' ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
