"""Publishes the time to test-topic, once a second, until it is interrupted."""
import asyncio
import datetime
import os

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession

from address import REALM, SERIALIZERS, URL

SECONDS = float(os.environ.get("WAMP_SECONDS", "1"))


class Publisher(ApplicationSession):
    def onJoin(self, details):
        print(f"Joined {details.realm}, publishing to test-topic", flush=True)
        self.tick()

    def tick(self):
        if not self.is_attached():
            return
        message = f"Message at time-stamp: {datetime.datetime.now().isoformat()}"
        self.publish("test-topic", message)
        print(message, flush=True)
        asyncio.get_running_loop().call_later(SECONDS, self.tick)

    def onDisconnect(self):
        asyncio.get_running_loop().stop()


if __name__ == "__main__":
    ApplicationRunner(URL, REALM, serializers=SERIALIZERS).run(Publisher)
