/** Autobahn|JS over real sockets, with every serializer that it has and with the one it takes by default. */
import { autobahnByDefault, autobahnKinds } from "./client/autobahn-js.ts";
import { suite } from "./client/suite.ts";
import { routerForThisFile } from "./router.ts";

const router = routerForThisFile();
for (const kind of [...autobahnKinds, autobahnByDefault]) suite(kind, router);
