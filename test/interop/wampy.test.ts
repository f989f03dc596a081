/** wampy.js 8 and 7 over real sockets, with every serializer that they have. */
import { suite } from "./client/suite.ts";
import { wampy7Kinds, wampy8Kinds } from "./client/wampy.ts";
import { routerForThisFile } from "./router.ts";

const router = routerForThisFile();
for (const kind of [...wampy8Kinds, ...wampy7Kinds]) suite(kind, router);
