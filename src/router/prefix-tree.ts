/** Prefix patterns in a radix tree: an edge carries a run of characters. Matching is by plain string prefix (PBS-01). */

interface Node<T> {
  /** First character code of an edge to that edge. */
  readonly edges: Map<number, Edge<T>>;
  value: T | undefined;
}

interface Edge<T> {
  label: string;
  to: Node<T>;
}

export class PrefixTree<T> {
  readonly #root: Node<T> = node();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(prefix: string): T | undefined {
    return this.#path(prefix)?.at(-1)?.value;
  }

  set(prefix: string, value: T): void {
    let at = this.#root;
    let rest = prefix;
    while (rest !== "") {
      const edge = at.edges.get(rest.charCodeAt(0));
      if (!edge) {
        const leaf = node<T>();
        at.edges.set(rest.charCodeAt(0), { label: rest, to: leaf });
        at = leaf;
        break;
      }
      const shared = commonLength(edge.label, rest);
      if (shared < edge.label.length) split(edge, shared);
      at = edge.to;
      rest = rest.slice(shared);
    }
    if (at.value === undefined) this.#size++;
    at.value = value;
  }

  delete(prefix: string): void {
    const path = this.#path(prefix);
    const last = path?.at(-1);
    if (!path || !last || last.value === undefined) return;
    last.value = undefined;
    this.#size--;
    prune(path, prefix);
  }

  /** Appends the values of all prefixes of `uri`, short to long, to `found`. */
  matching(uri: string, found: T[]): void {
    this.#walk(uri, (value) => found.push(value));
  }

  longest(uri: string): T | undefined {
    let longest: T | undefined;
    this.#walk(uri, (value) => {
      longest = value;
    });
    return longest;
  }

  #walk(uri: string, visit: (value: T) => void): void {
    let at: Node<T> = this.#root;
    let offset = 0;
    for (;;) {
      if (at.value !== undefined) visit(at.value);
      if (offset === uri.length) return;
      const edge = at.edges.get(uri.charCodeAt(offset));
      if (!edge || !uri.startsWith(edge.label, offset)) return;
      offset += edge.label.length;
      at = edge.to;
    }
  }

  /** The nodes from the root to the one that stands for exactly `prefix`; undefined where there is none. */
  #path(prefix: string): Node<T>[] | undefined {
    const path = [this.#root];
    let at = this.#root;
    let offset = 0;
    while (offset < prefix.length) {
      const edge = at.edges.get(prefix.charCodeAt(offset));
      if (!edge || !prefix.startsWith(edge.label, offset)) return undefined;
      offset += edge.label.length;
      at = edge.to;
      path.push(at);
    }
    return path;
  }
}

function node<T>(): Node<T> {
  return { edges: new Map(), value: undefined };
}

function commonLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

/** Puts a node into the middle of an edge, `at` characters in. */
function split<T>(edge: Edge<T>, at: number): void {
  const middle = node<T>();
  const rest = edge.label.slice(at);
  middle.edges.set(rest.charCodeAt(0), { label: rest, to: edge.to });
  edge.label = edge.label.slice(0, at);
  edge.to = middle;
}

/** Removes the empty end of a path and joins a node that only passes through, so that a tree shrinks as it grew. */
function prune<T>(path: readonly Node<T>[], prefix: string): void {
  let offset = prefix.length;
  for (let depth = path.length - 1; depth > 0; depth--) {
    const at = path[depth];
    const parent = path[depth - 1];
    if (!at || !parent || at.value !== undefined || at.edges.size > 1) return;
    const edge = edgeTo(parent, at);
    if (!edge) return;
    offset -= edge.label.length;
    const only = at.edges.values().next().value;
    if (only) {
      edge.label += only.label;
      edge.to = only.to;
      return;
    }
    parent.edges.delete(prefix.charCodeAt(offset));
  }
  // The root stays, empty or not.
}

function edgeTo<T>(parent: Node<T>, child: Node<T>): Edge<T> | undefined {
  for (const edge of parent.edges.values()) if (edge.to === child) return edge;
  return undefined;
}
