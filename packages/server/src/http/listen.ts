import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addressText, type ListenAddress } from '../settings-units.ts';
import { StartError } from '../start-error.ts';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there already; stop it or choose another address',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'this user may not listen there; ports below 1024 need a privilege',
  ENOTFOUND: 'the host name cannot be resolved',
  EAFNOSUPPORT: 'the machine does not support this kind of address',
};

/** Listens and resolves with the port. Rejects with a StartError that names setting and address. */
export function listen(server: Server, address: ListenAddress, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException) => {
      const reason = REASONS[cause.code ?? ''] ?? cause.message;
      reject(new StartError(1, `${setting}: cannot listen on ${addressText(address)}: ${reason}`, { cause }));
    };
    server.once('error', failed);
    const { host, port } = address;
    server.listen({ port, ...(host === undefined ? {} : { host }), backlog: 4096 }, () => {
      server.off('error', failed);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** How to reach a listener from this machine. */
export function urlOf(scheme: string, address: ListenAddress, port: number, path: string): string {
  const isAny = address.host === undefined || address.host === '0.0.0.0' || address.host === '::';
  return `${scheme}://${addressText({ host: isAny ? '127.0.0.1' : address.host, port })}${path}`;
}

/** Resolves when the server has let go of its port and of every connection; those that linger are cut after `graceMs`. */
export function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    if (!server.listening) return resolve();
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
