import { OpampError } from '../errors.ts';
import type { Callbacks } from './callbacks.ts';
import type { ClientTransport, LinkListener } from './client-transport.ts';

/** What the client does between the transports: `before` the trial, and on the way `back`. */
export interface SwitchSteps {
  before(): void;
  back(): void;
}

/** Who hears of each attempt of the link in use; trials not counted. */
export interface LinkWatcher {
  connected(): void;
  failed(error: Error): void;
}

type MakeTransport<Target> = (target: Target, listener: LinkListener) => ClientTransport;

/** The transport in use, and its exchange for another one. `Target` says where a transport connects. */
export class LinkSwitch<Target> {
  readonly #make: MakeTransport<Target>;
  readonly #callbacks: Callbacks;
  readonly #listener: LinkListener;
  #target: Target;
  #transport: ClientTransport;
  #isStopped = false;
  #endTrial: ((error: Error) => void) | undefined = undefined;

  constructor(target: Target, callbacks: Callbacks, watcher: LinkWatcher, make: MakeTransport<Target>) {
    this.#make = make;
    this.#callbacks = callbacks;
    this.#listener = {
      connected: () => {
        watcher.connected();
        callbacks.call('onConnect');
      },
      connectFailed: (error, retryInMs) => {
        callbacks.call('onConnectFailed', error, retryInMs);
        watcher.failed(error);
      },
      disconnected: () => callbacks.call('onDisconnect'),
      error: (error) => callbacks.error(error),
    };
    this.#target = target;
    this.#transport = make(target, this.#listener);
  }

  get transport(): ClientTransport {
    return this.#transport;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#endTrial?.(new Error('the client was stopped'));
    await this.#transport.stop();
  }

  /**
   * Says goodbye, connects to `target` and resolves when the server there has answered. Rejects where it does not within `trialMs`, or refuses who we are; the
   * target before it is in use again then.
   */
  async tryTarget(target: Target, trialMs: number, steps: SwitchSteps): Promise<void> {
    const wasConnected = this.#transport.isConnected;
    await this.#transport.stop();
    if (wasConnected && !this.#isStopped) this.#callbacks.call('onDisconnect');
    if (this.#isStopped) throw new Error('the client was stopped');
    steps.before();
    try {
      await this.#trial(target, trialMs);
      this.#target = target;
    } catch (error) {
      await this.#transport.stop();
      if (!this.#isStopped) {
        steps.back();
        this.#transport = this.#make(this.#target, this.#listener);
        this.#transport.start();
      }
      throw error;
    }
  }

  #trial(target: Target, trialMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isOver = false;
      let lastError: Error | undefined;
      const end = (error: Error | undefined): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        this.#endTrial = undefined;
        if (error === undefined) resolve();
        else reject(error);
      };
      const timer = setTimeout(() => {
        const reason = lastError === undefined ? '' : `: ${lastError.message}`;
        end(
          new Error(`no answer with the offered settings within ${trialMs} ms${reason}`, {
            cause: lastError,
          }),
        );
      }, trialMs);
      this.#endTrial = end;
      this.#transport = this.#make(target, {
        connected: () => {
          end(undefined);
          this.#listener.connected();
        },
        connectFailed: (error, retryInMs) => {
          lastError = error;
          const isRefused = error instanceof OpampError && error.code === 'unauthorized';
          if (isOver) this.#listener.connectFailed(error, retryInMs);
          else if (isRefused) end(error);
        },
        disconnected: () => this.#listener.disconnected(),
        error: (error) => this.#listener.error(error),
      });
      this.#transport.start();
    });
  }
}
