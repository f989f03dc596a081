"""Calls the three procedures of a callee, prints what comes back, and leaves."""
import asyncio
import sys

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.exception import ApplicationError

from address import REALM, SERIALIZERS, URL


class Caller(ApplicationSession):
    failed = False

    async def onJoin(self, details):
        try:
            await self.call_all()
        except ApplicationError as error:
            print(f"{error.error}: {error.args[0]}", file=sys.stderr, flush=True)  # as when no callee is running
            Caller.failed = True
        self.leave()

    async def call_all(self):
        total = await self.call("com.example.add", 2, 3)
        print(f"com.example.add: {total}", flush=True)

        answer = await self.call("com.example.greet", name="Ada", language="de")
        print(f"com.example.greet: {answer.kwresults['greeting']} ({answer.kwresults['language']})", flush=True)

        try:
            await self.call("com.example.divide", 1, 0)
        except ApplicationError as error:
            print(f"com.example.divide: {error.error} {error.args} {error.kwargs}", flush=True)

    def onDisconnect(self):
        asyncio.get_running_loop().stop()


if __name__ == "__main__":
    ApplicationRunner(URL, REALM, serializers=SERIALIZERS).run(Caller)
    sys.exit(Caller.failed)
