import { type SearchFault, SearchLine } from '../components/search-line.tsx';
import { isSelectorText } from '../data/agent-filter.ts';
import { failureOf } from '../data/failure-text.ts';

interface FleetSearchProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What the server says of the selector. */
  readonly error: unknown;
  /** A selector that was sent together with what stands in the line. */
  readonly beside: string | undefined;
}

/** One line for plain words and for the selector language; says which it took and where a selector is wrong. */
export function FleetSearch({ value, onChange, error, beside }: FleetSearchProps) {
  return (
    <SearchLine
      label="Search the fleet"
      placeholder="Text, or a selector: os.type=linux, env in (prod,stage)"
      value={value}
      onChange={onChange}
      fault={error === null || error === undefined ? undefined : faultOf(error, beside)}
      completes
      mode={(text) => (isSelectorText(text) ? 'selector' : 'words')}
    />
  );
}

function faultOf(error: unknown, beside: string | undefined): SearchFault {
  const { suggestion, ...fault } = failureOf(error);
  const rest = beside === undefined ? '' : `,${beside}`;
  // What stands beside the line stays there; where it was mended too, nothing can be put into the line.
  return suggestion?.endsWith(rest) === true
    ? { ...fault, suggestion: suggestion.slice(0, suggestion.length - rest.length) }
    : fault;
}
