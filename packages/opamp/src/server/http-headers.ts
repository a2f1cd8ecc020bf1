/** How a request's or reply's body is coded; undefined for codings that are not supported. */
export type ContentCoding = 'identity' | 'gzip';

const OPAMP_MEDIA_TYPE = 'application/x-protobuf';

/** Compares media types as RFC 9110 does: without case and parameters. */
export function isOpampMediaType(contentType: string | undefined): boolean {
  const [mediaType] = (contentType ?? '').split(';', 1);
  return mediaType?.trim().toLowerCase() === OPAMP_MEDIA_TYPE;
}

export function requestCoding(contentEncoding: string | undefined): ContentCoding | undefined {
  switch ((contentEncoding ?? '').trim().toLowerCase()) {
    case '':
    case 'identity':
      return 'identity';
    case 'gzip':
    case 'x-gzip':
      return 'gzip';
    default:
      return undefined;
  }
}

/** Whether Accept-Encoding lets the reply be gzip (RFC 9110, 12.5.3). A request without the header gets plain bytes. */
export function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  let wildcard = false;
  for (const item of String(acceptEncoding ?? '').split(',')) {
    const [coding = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
    const isAccepted = quality(parameters) > 0;
    if (coding === 'gzip' || coding === 'x-gzip') return isAccepted;
    if (coding === '*') wildcard = isAccepted;
  }
  return wildcard;
}

function quality(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  if (text === undefined) return 1;
  const value = Number(text);
  return Number.isFinite(value) ? value : 0;
}
