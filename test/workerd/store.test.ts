import { runInDurableObject } from "cloudflare:test";
import { SqlStore } from "../../src/cloudflare/sql-store.ts";
import { storeContract } from "../contract/store-contract.ts";
import { freshRealm, stub } from "./object.ts";

storeContract("SqlStore", (use) =>
  runInDurableObject(stub(freshRealm()), (_object, { storage }) => use(() => new SqlStore(storage))),
);
