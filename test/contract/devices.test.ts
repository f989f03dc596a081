/** The contract of DeviceStore on the store that the tests of devices use; on SQLite it runs in test/workerd. */
import { MemoryDevices } from "../auth/memory-devices.ts";
import { deviceContract } from "./device-contract.ts";

deviceContract("MemoryDevices", (use) => {
  const store = new MemoryDevices();
  use(() => store);
});
