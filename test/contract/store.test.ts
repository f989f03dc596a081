/** The contract of RealmStore on the store that the router's tests use; on SQLite it runs in test/workerd. */
import { MemoryStore } from "../router/memory-store.ts";
import { storeContract } from "./store-contract.ts";

storeContract("MemoryStore", (use) => {
  const store = new MemoryStore();
  use(() => store);
});
