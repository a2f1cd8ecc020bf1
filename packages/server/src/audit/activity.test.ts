import { startTestControlPlane } from '../testing/control-plane.ts';
import { activitySuite } from './activity.suite.ts';

activitySuite(() => startTestControlPlane());
