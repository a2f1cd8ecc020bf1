/** An AgentToServer without uid whose health tree is `depth` components deep. */
export function nestedHealth(depth: number): Uint8Array {
  // From the inside out, so that each level knows the length of what it holds; put together in the other order.
  const heads: Buffer[] = [];
  let length = 0;
  const wrap = (bytes: readonly number[]): void => {
    heads.push(Buffer.from(bytes));
    length += bytes.length;
  };
  for (let level = 1; level < depth; level++) {
    wrap([0x12, ...varint(length)]);
    wrap([0x0a, 0x01, 0x78]);
    wrap([0x32, ...varint(length)]);
  }
  wrap([0x2a, ...varint(length)]);
  return Buffer.concat(heads.reverse());
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}
