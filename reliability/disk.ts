/** The databases of a router that is not running, looked at in a copy as its next start would find them. */
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Calls `look` for each database below a folder. */
export async function eachDatabase(disk: string, look: (database: DatabaseSync) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "edgebahn-check-"));
  for (const file of await readdir(disk, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) await copyFile(join(file.parentPath, file.name), join(folder, file.name));
  }
  for (const name of (await readdir(folder)).filter((each) => each.endsWith(".sqlite"))) {
    const database = new DatabaseSync(join(folder, name));
    look(database);
    database.close();
  }
  await rm(folder, { recursive: true, force: true });
}
