import type { Logger } from '../logs/logger.ts';
import type { Settings } from '../settings/settings.ts';
import { type LocalInterfaceSource, localInterface } from './local-interface.ts';
import { listenOnAddress, listenOnSocket } from './local-listener.ts';

export interface LocalInterfaceOptions {
  readonly source: LocalInterfaceSource;
  readonly settings: Pick<Settings, 'storageFolder' | 'healthcheckListen'>;
  readonly logger: Logger;
}

/**
 * Answers on the socket in the storage folder, and on `healthcheck.endpoint` where that is set; rejects where that
 * cannot be listened on, since whoever set it watches it. Without its socket a supervisor works all the same.
 */
export async function openLocalInterface(
  options: LocalInterfaceOptions,
): Promise<{ close(): Promise<void> }> {
  const { source, settings, logger } = options;
  const socket = await listenOnSocket(localInterface(source), settings.storageFolder).catch(
    (error: Error) => {
      logger.warn(
        { err: error.message },
        'the socket for "drover-supervisor status" cannot be opened; the agents are not affected',
      );
      return undefined;
    },
  );
  if (settings.healthcheckListen === undefined) return { close: async () => socket?.close() };
  try {
    const address = await listenOnAddress(localInterface(source), settings.healthcheckListen);
    logger.info({ endpoint: settings.healthcheckListen, port: address.port }, 'local interface is open');
    return {
      async close() {
        await Promise.all([socket?.close(), address.close()]);
      },
    };
  } catch (error) {
    await socket?.close();
    throw error;
  }
}
