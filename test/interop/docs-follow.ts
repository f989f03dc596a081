/**
 * A page, followed from top to bottom as its reader would: its configuration in the real router, its commands in a shell,
 * and what it says is seen compared with what is.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readToml } from "../tools/wrangler-toml.ts";
import { type Block, type Command, commandsOf, filledIn, namesIn, patternOf } from "./docs-page.ts";
import { Shell } from "./docs-shell.ts";
import { TlsFront } from "./docs-tls.ts";
import { type RealmVars, type Router, startRouter } from "./router.ts";

const ROOT = join(import.meta.dirname, "../..");

/** @param page its path from the root of the repository @param blocks those of it that are to be followed */
export function followPage(page: string, blocks: readonly Block[]): void {
  const commands = commandsOf(blocks);
  let shell: Shell;
  let router: Router | undefined;
  let front: TlsFront | undefined;
  /** What was printed last, by name. */
  const names = new Map<string, string>();
  /** Section to what its preparations printed, by name: it is used when the section's turn comes. */
  const prepared = new Map<string, Map<string, string>>();

  beforeAll(async () => {
    shell = new Shell();
    for (const command of commands.filter(({ mark }) => mark === "first")) {
      const section = prepared.get(command.section) ?? new Map<string, string>();
      prepared.set(command.section, section);
      await follow(command, section);
    }
    const toml = blocks
      .filter(({ language }) => language === "toml")
      .map(({ text, section }) => filledIn(text, prepared.get(section) ?? new Map()));
    const { REALMS, ...vars } = readToml(toml.join("\n\n")).vars;
    const realms = REALMS as RealmVars[]; // the router looks at them itself
    router = await startRouter({ realms, vars, secrets: shell.secrets() });
    front = await TlsFront.open(shell.folder, new URL(router.origin));
    const address = `${router.url}/com.example.sensors`;
    await shell.run(`export WAMP_URL=${address} ROUTER=${router.origin}; ${front.trust}`);
  });
  afterAll(async () => {
    await shell?.close();
    await front?.close();
    const faults = router?.log().filter((line) => line.includes('"event":"fault"'));
    await router?.close();
    expect(faults).toEqual([]);
  });

  /** The page's commands go to the address of the page; here they go to where the router is. */
  function addressed(text: string): string {
    if (!router || !front) return text;
    return text
      .replaceAll("wss://localhost:8443", front.address)
      .replaceAll("ws://localhost:8080/ws", router.url)
      .replaceAll("http://localhost:8080", router.origin);
  }

  /** Runs it and compares what it prints with what the page shows. */
  async function follow({ text, line, output = "", also }: Command, known: Map<string, string>) {
    const said = await shell.run(addressed(filledIn(text, known)));
    const where = `${page}, line ${line}, said:\n${said.output}\n${said.errors}\n`;
    for (const [name, value] of namesIn(`${said.output}\n${said.errors}`)) known.set(name, value);
    expect(said.status, where).toBe(0);
    expect(said.output, where).toMatch(patternOf(output));
    // The libraries warn of much that is as it should be.
    if (also !== undefined) expect(said.errors, where).toMatch(patternOf(also));
  }

  /** A program that stays is in a terminal of its own. */
  async function stay({ mark, text, output = "" }: Command): Promise<void> {
    const env = { WAMP_URL: `${router?.url}/com.example.sensors` };
    const program = shell.stay(mark.slice("stays: ".length), addressed(filledIn(text, names)), env);
    expect(await program.line()).toMatch(patternOf(output));
  }

  /** What such a program says later; it then ends by itself, or is ended as by Ctrl-C. */
  async function hear({ mark, output = "" }: Command): Promise<void> {
    const [, name = "", ends] = /^says: (.+?)(, and ends)?$/.exec(mark) ?? [];
    const program = shell.other(name);
    expect(await program.line()).toMatch(patternOf(output));
    expect(await (ends ? program.ended : program.interrupt())).toEqual({ code: 0, signal: null });
  }

  const later = commands.filter(({ mark }) => mark !== "first");
  test.for(later.map((command) => [command.section, command.line, command] as const))(
    "RULE-70 %s: what line %i says is what happens",
    async ([section, , command]) => {
      for (const [name, value] of prepared.get(section) ?? []) names.set(name, value);
      prepared.delete(section);
      if (command.mark.startsWith("stays: ")) await stay(command);
      else if (command.mark.startsWith("says: ")) await hear(command);
      else await follow(command, names);
      if (command.mark === "behind a TLS server") {
        const shown = names.get("fingerprint") ?? "";
        expect(front?.certificates).toEqual([shown, shown, shown]);
      }
    },
  );

  const quoted = blocks.flatMap(({ file, text }) => (file === undefined ? [] : [[file, text] as const]));
  if (quoted.length === 0) return;
  test.for(quoted)("RULE-70 %s is quoted as it is", ([file, text]) => {
    expect(`${text}\n`).toBe(readFileSync(join(ROOT, file), "utf8"));
  });
}
