import { SearchLine } from '../components/search-line.tsx';
import { isSelectorText } from '../data/agent-filter.ts';
import { failureOf } from '../data/failure-text.ts';

interface FleetSearchProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What the server says of the selector. */
  readonly error: unknown;
}

/** One line for plain words and for the selector language; says which it took and where a selector is wrong. */
export function FleetSearch({ value, onChange, error }: FleetSearchProps) {
  return (
    <SearchLine
      label="Search the fleet"
      placeholder="Text, or a selector: os.type=linux, env in (prod,stage)"
      value={value}
      onChange={onChange}
      fault={error === null || error === undefined ? undefined : failureOf(error)}
      completes
      mode={(text) => (isSelectorText(text) ? 'selector' : 'words')}
    />
  );
}
