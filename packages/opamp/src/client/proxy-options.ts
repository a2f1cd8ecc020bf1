/** An HTTP or HTTPS proxy, asked for a tunnel with CONNECT. */
export interface ProxyOptions {
  /** http:// or https://; a user name and password in it are sent to the proxy. */
  readonly url: string;
  /** Sent to the proxy only. */
  readonly headers?: Readonly<Record<string, string>>;
}
