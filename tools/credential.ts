/**
 * Makes what a router keeps of a principal from its secret: `npm run -s credential -- --help`. The secret is read from
 * standard input, never from the command line, which other users and the shell's history see.
 */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { makeCredential } from "./make-credential.ts";

/** One line; at a terminal asked for, and not shown while it is typed. */
async function readSecret(): Promise<string> {
  const terminal = process.stdin.isTTY === true;
  if (terminal) process.stderr.write("secret: ");
  const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silence, terminal });
  for await (const line of lines) {
    if (terminal) process.stderr.write("\n");
    lines.close();
    return line;
  }
  return "";
}

const { status, stdout, stderr } = await makeCredential(process.argv.slice(2), readSecret);
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = status;
