"""Offers three procedures, until it is interrupted: a sum, a greeting with keywords, a division that may fail."""
import asyncio

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallResult

from address import REALM, SERIALIZERS, URL


class Callee(ApplicationSession):
    async def onJoin(self, details):
        await self.register(self.add, "com.example.add")
        await self.register(self.greet, "com.example.greet")
        await self.register(self.divide, "com.example.divide")
        print(f"Joined {details.realm}, three procedures registered", flush=True)

    def add(self, a, b):
        return a + b

    def greet(self, *, name, language="en"):
        word = {"en": "Hello", "de": "Hallo"}[language]
        return CallResult(greeting=f"{word}, {name}!", language=language)

    def divide(self, a, b):
        if b == 0:
            raise ApplicationError("com.example.error.division_by_zero", a, b, hint="divide by something else")
        return a / b

    def onDisconnect(self):
        asyncio.get_running_loop().stop()


if __name__ == "__main__":
    ApplicationRunner(URL, REALM, serializers=SERIALIZERS).run(Callee)
