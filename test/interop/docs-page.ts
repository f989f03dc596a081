/**
 * docs/devices.md as a test reads it: what is to be run, what is to be configured, what is to be seen, and which files it
 * quotes. A mark is a comment before a block, which a reader of the page does not see.
 */

export interface Block {
  /** The heading that it stands below. */
  readonly section: string;
  /** Where its first line is in the page. */
  readonly line: number;
  /** As in ```sh */
  readonly language: string;
  readonly mark: string;
  /** The file that it quotes, from the root of the repository. */
  readonly file?: string;
  readonly text: string;
}

/** Commands, and what is seen of them on standard output and besides. */
export interface Command extends Block {
  readonly output?: string;
  readonly also?: string;
}

export function blocksOf(page: string): Block[] {
  const lines = page.split("\n");
  const blocks: Block[] = [];
  let section = "";
  let mark = "";
  let file: string | undefined;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const language = /^```(\w+)$/.exec(line)?.[1];
    if (language !== undefined) {
      const end = lines.indexOf("```", at);
      if (end < 0) throw new Error(`the block of line ${at + 1} has no end`);
      const text = lines.slice(at + 1, end).join("\n");
      blocks.push({ section, line: at + 1, language, mark, text, ...(file !== undefined && { file }) });
      at = end;
    }
    if (line !== "" || language !== undefined) {
      section = /^##+ (.+)$/.exec(line)?.[1] ?? section;
      mark = /^<!-- (.+) -->$/.exec(line)?.[1] ?? "";
      file = /^\[(\S+)\]\(\.\.\/\1\):$/.exec(line)?.[1];
    }
  }
  return blocks;
}

/** Each command with the output that follows it; what a program that stays says later is a command without a text. */
export function commandsOf(blocks: readonly Block[]): Command[] {
  const commands: { -readonly [Key in keyof Command]: Command[Key] }[] = [];
  for (const block of blocks) {
    const last = commands.at(-1);
    if (block.language === "sh") commands.push({ ...block });
    else if (block.language !== "text" && block.language !== "json") continue;
    else if (block.mark.startsWith("says: ")) commands.push({ ...block, text: "", output: block.text });
    else if (last && block.mark === "also said") last.also = block.text;
    else if (last && last.output === undefined) last.output = block.text;
    else throw new Error(`nothing could have printed the block of line ${block.line}`);
  }
  return commands;
}

/** An output as a pattern: `…` stands for whatever is there, on its own line. */
export function patternOf(output: string): RegExp {
  const parts = output.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`);
}

/** What was printed, by name: the fields of JSON, and what stands behind `name: `. */
export function namesIn(output: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", value = ""] of output.matchAll(/"(\w+)": ?"?([^\s",}\]]+)/g))
    found.set(name, value);
  for (const [, name = "", value = ""] of output.matchAll(/^(?:the )?([a-z ]+)(?:,[^:]*)?: (\S+)$/gm)) {
    found.set(name, value);
  }
  return found;
}

/** Puts what was printed in place of `<name>`. @throws Error where nothing of that name was */
export function filledIn(text: string, names: ReadonlyMap<string, string>): string {
  return text.replaceAll(/<([a-z][a-z0-9 -]*)>/g, (_, name: string) => {
    const value = names.get(name);
    if (value === undefined) throw new Error(`nothing that was printed before is a ${name}`);
    return value;
  });
}
