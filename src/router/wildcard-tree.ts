/**
 * Wildcard patterns in a tree by component; an empty component of a pattern matches any one component (PBS-02). Patterns
 * with other component counts are never visited, since a value stands only where the last component led.
 */

interface Node<T> {
  /** Component to node; the empty component is the wildcard. */
  readonly children: Map<string, Node<T>>;
  value: T | undefined;
}

export class WildcardTree<T> {
  readonly #root: Node<T> = { children: new Map(), value: undefined };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(pattern: string): T | undefined {
    let at: Node<T> | undefined = this.#root;
    for (const component of pattern.split(".")) {
      at = at.children.get(component);
      if (!at) return undefined;
    }
    return at.value;
  }

  set(pattern: string, value: T): void {
    let at = this.#root;
    for (const component of pattern.split(".")) {
      let next = at.children.get(component);
      if (!next) {
        next = { children: new Map(), value: undefined };
        at.children.set(component, next);
      }
      at = next;
    }
    if (at.value === undefined) this.#size++;
    at.value = value;
  }

  delete(pattern: string): void {
    const components = pattern.split(".");
    const path = [this.#root];
    for (const component of components) {
      const next = path.at(-1)?.children.get(component);
      if (!next) return;
      path.push(next);
    }
    const last = path.at(-1);
    if (last?.value === undefined) return;
    last.value = undefined;
    this.#size--;
    for (let depth = components.length; depth > 0; depth--) {
      const node = path[depth];
      if (node === undefined || node.value !== undefined || node.children.size > 0) break;
      path[depth - 1]?.children.delete(components[depth - 1] ?? "");
    }
  }

  /** Appends the values of all patterns that match `uri`, best first (PBR-07), to `found`. */
  matching(uri: string, found: T[]): void {
    visit(this.#root, uri.split("."), 0, (value) => {
      found.push(value);
      return false;
    });
  }

  /** The best match: the first wildcard stands furthest right; on a tie the second, and so on (PBR-07). */
  best(uri: string): T | undefined {
    if (this.#size === 0) return undefined;
    let best: T | undefined;
    visit(this.#root, uri.split("."), 0, (value) => {
      best = value;
      return true;
    });
    return best;
  }
}

/**
 * Walks every matching path, the literal component before the wildcard at each step, which is the order of PBR-07.
 * Depth is bounded by the 32 components that a URI may have. @returns true once `found` returned true
 */
function visit<T>(
  at: Node<T>,
  components: readonly string[],
  depth: number,
  found: (value: T) => boolean,
): boolean {
  const component = components[depth];
  if (component === undefined) return at.value !== undefined && found(at.value);
  const literal = at.children.get(component);
  if (literal && visit(literal, components, depth + 1, found)) return true;
  const wildcard = component === "" ? undefined : at.children.get("");
  return wildcard !== undefined && visit(wildcard, components, depth + 1, found);
}
