import type { ConfigStack } from './config-stack.ts';

/** Stacks in which a layer was exchanged; distinct stacks are few, however many agents have them. */
const MAX_KEPT = 10_000;

/** The stacks that come of exchanging one layer in others. */
export class LayeredStacks {
  readonly #make: (configs: ConfigStack['configs']) => Promise<ConfigStack>;
  readonly #stacks = new Map<string, ConfigStack>();

  /** `make` pins these revisions and brings their content into memory. */
  constructor(make: (configs: ConfigStack['configs']) => Promise<ConfigStack>) {
    this.#make = make;
  }

  get(layer: ConfigStack, stack: ConfigStack): ConfigStack | undefined {
    return this.#stacks.get(keyOf(layer, stack));
  }

  async prepare(layer: ConfigStack, stack: ConfigStack): Promise<ConfigStack> {
    const known = this.get(layer, stack);
    if (known !== undefined) return known;
    const [next] = layer.configs;
    const made = await this.#make(
      stack.configs.map((config) => (next !== undefined && config.name === next.name ? next : config)),
    );
    if (this.#stacks.size >= MAX_KEPT) this.#stacks.clear();
    this.#stacks.set(keyOf(layer, stack), made);
    return made;
  }
}

function keyOf(layer: ConfigStack, stack: ConfigStack): string {
  return [...layer.configs, ...stack.configs].map(({ name, revision }) => `${name}@${revision}`).join();
}
