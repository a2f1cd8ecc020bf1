import { createHash } from 'node:crypto';
import {
  type AvailableComponents,
  AvailableComponentsSchema,
  attributesToKeyValues,
  ComponentDetailsSchema,
  create,
} from '@drover/opamp';

/**
 * An inventory in the form in which it is reported, hash included (specification: AvailableComponents). `groups` holds
 * what is told of each component, by its name, by its group; `attribute` says what that is.
 */
export function availableComponents(
  groups: Readonly<Record<string, Readonly<Record<string, string>>>>,
  attribute: string,
): AvailableComponents {
  const hash = createHash('sha256');
  const components = Object.fromEntries(
    Object.entries(groups).map(([group, members]) => {
      const names = Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1));
      const subComponentMap = Object.fromEntries(
        names.map(([name, told]) => {
          hash.update(`${group}/${name}=${told}\n`);
          const metadata = attributesToKeyValues({ [attribute]: told });
          return [name, create(ComponentDetailsSchema, { metadata })];
        }),
      );
      return [group, create(ComponentDetailsSchema, { subComponentMap })];
    }),
  );
  return create(AvailableComponentsSchema, { components, hash: new Uint8Array(hash.digest()) });
}
