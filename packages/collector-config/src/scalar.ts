/**
 * The Collector reads YAML with Go's yaml.v3, which takes some plain scalars for numbers that YAML 1.2 does not:
 * `0755` is octal, `0b11` binary, `1_000` a thousand. Both directions below follow Go, so that a value never changes
 * its meaning on the way through.
 */
const GO_INTEGER = /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$/;
const GO_FLOAT = /^[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?$/;
const GO_TIMESTAMP = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/;
const GO_SPECIAL =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|<<)$/;
/** Words that Go reads as booleans where a field asks for one. */
const GO_BOOLEAN_WORD = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;

/** The number that Go would read from a plain scalar, or undefined where it is none to Go. */
export function goNumber(source: string): number | bigint | undefined {
  if (GO_INTEGER.test(source)) return goInteger(source.replaceAll('_', ''));
  if (GO_FLOAT.test(source)) return Number(source.replaceAll('_', ''));
  return undefined;
}

function goInteger(source: string): number | bigint | undefined {
  const negative = source.startsWith('-');
  const digits = source.replace(/^[-+]/, '');
  const octal = /^0[0-7]+$/.test(digits);
  const whole = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  const value = negative ? -whole : whole;
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** True for a string that has to be quoted lest Go (or a YAML 1.1 reader) takes it for something else. */
export function needsQuotes(text: string): boolean {
  return (
    GO_INTEGER.test(text) ||
    GO_FLOAT.test(text) ||
    GO_TIMESTAMP.test(text) ||
    GO_SPECIAL.test(text) ||
    GO_BOOLEAN_WORD.test(text)
  );
}
