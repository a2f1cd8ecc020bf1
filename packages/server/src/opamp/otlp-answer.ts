import type { IncomingMessage, ServerResponse } from 'node:http';
import { BinaryWriter } from '@bufbuild/protobuf/wire';

export const OTLP_CONTENT_TYPE = 'application/x-protobuf';

/** What becomes of an export (OTLP/HTTP, section Response). */
export type OtlpAnswer =
  | { readonly kind: 'taken'; readonly rejectedDataPoints: number; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly message: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** An ExportMetricsServiceResponse, with what was rejected of the export where something was. */
function exportResponse(rejectedDataPoints: number, message: string): Uint8Array {
  const writer = new BinaryWriter();
  if (rejectedDataPoints > 0)
    writer.tag(1, 2).fork().tag(1, 0).int64(rejectedDataPoints).tag(2, 2).string(message).join();
  return writer.finish();
}

/** A google.rpc.Status with its message alone, as the body of a refusal has to be. */
function statusBody(message: string): Uint8Array {
  return new BinaryWriter().tag(2, 2).string(message).finish();
}

/** What was not read of a body that is refused must not be taken for the next request: its connection ends. */
export function answerOtlp(request: IncomingMessage, response: ServerResponse, answer: OtlpAnswer): void {
  if (response.headersSent) return;
  const isTaken = answer.kind === 'taken';
  const body = isTaken
    ? exportResponse(answer.rejectedDataPoints, answer.message)
    : statusBody(answer.message);
  const isRead = request.complete;
  response.writeHead(isTaken ? 200 : answer.status, {
    'content-type': OTLP_CONTENT_TYPE,
    'content-length': body.length,
    ...(isRead ? {} : { connection: 'close' }),
    ...(isTaken ? {} : answer.headers),
  });
  response.end(body, () => {
    if (!isRead) request.destroy();
  });
}
