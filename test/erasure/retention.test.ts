import { testSettings } from '../support/parts.ts';
import { describeKept } from './kept.ts';

describeKept(testSettings.retention);
