"""Prints what is published to test-topic, until it is interrupted."""
import asyncio

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession

from address import REALM, SERIALIZERS, URL


class Subscriber(ApplicationSession):
    async def onJoin(self, details):
        await self.subscribe(self.on_message, "test-topic")
        print(f"Joined {details.realm}, subscribed to test-topic", flush=True)

    def on_message(self, message):
        print(message, flush=True)

    def onDisconnect(self):
        asyncio.get_running_loop().stop()


if __name__ == "__main__":
    ApplicationRunner(URL, REALM, serializers=SERIALIZERS).run(Subscriber)
