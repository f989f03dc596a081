/**
 * The terminals of somebody who follows a page: one in which the commands run in turn, and others in which a program
 * stays. All of them in a folder that looks like the repository and keeps what the page has its reader write.
 */
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { python } from "./client/python.ts";
import { Program } from "./process.ts";

const ROOT = join(import.meta.dirname, "../..");
/** What the commands of the page find in the repository. */
const SEEN = ["examples", "node_modules", "package.json", "src", "tools"];
const END = "--- the end of a command:";

export interface Said {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

export class Shell {
  readonly folder = mkdtempSync(join(tmpdir(), "edgebahn-docs-"));
  readonly #shell: Program;
  readonly #others = new Map<string, Program>();
  readonly #env: Readonly<Record<string, string>>;
  #busy = false;

  constructor() {
    for (const name of SEEN) symlinkSync(join(ROOT, name), join(this.folder, name));
    // The page says python3; which Python has Autobahn is another question. Node is the one of this test.
    symlinkSync(process.execPath, join(this.folder, "node"));
    const pythonPath = python();
    if (pythonPath.startsWith("/")) symlinkSync(pythonPath, join(this.folder, "python3"));
    this.#env = { PATH: `${this.folder}:${process.env.PATH}`, NODE_NO_WARNINGS: "1" };
    this.#shell = new Program(["bash"], { cwd: this.folder, env: this.#env });
  }

  async run(commands: string): Promise<Said> {
    if (this.#busy) throw new Error("the command before has not come to its end");
    this.#busy = true;
    const before = this.#shell.errors.length;
    // What a program leaves unread of its standard input would otherwise be the next command.
    this.#shell.write(
      `{\n${commands}\n} < /dev/null\n{ printf '\\n%s %s\\n' '${END}' $?; printf '\\n%s\\n' '${END}' >&2; }`,
    );
    const lines = [await this.#shell.line()];
    while (!lines.at(-1)?.startsWith(END)) lines.push(await this.#shell.line());
    const status = Number(lines.pop()?.slice(END.length));
    await this.#shell.error(new RegExp(`^[^]{${before}}[^]*\n${END}\n$`));
    const errors = this.#shell.errors.slice(before, -END.length - 2);
    this.#busy = false;
    return { status, output: lines.join("\n").trimEnd(), errors: errors.trimEnd() };
  }

  /** A terminal of its own, in which the secrets are known. */
  stay(name: string, command: string, settings: Readonly<Record<string, string>>): Program {
    const env = { ...this.#env, ...this.secrets(), ...settings };
    const program = new Program(["bash", "-c", `exec env ${command}`], { cwd: this.folder, env });
    this.#others.set(name, program);
    return program;
  }

  other(name: string): Program {
    const program = this.#others.get(name);
    if (!program) throw new Error(`no terminal is called ${name}`);
    return program;
  }

  /** What the page has its reader write into .dev.vars. */
  secrets(): Record<string, string> {
    return parseEnv(readFileSync(join(this.folder, ".dev.vars"), "utf8")) as Record<string, string>; // all are given
  }

  async close(): Promise<void> {
    await Promise.all([...this.#others.values()].map((program) => program.interrupt()));
    await this.#shell.finish();
    rmSync(this.folder, { recursive: true });
  }
}
