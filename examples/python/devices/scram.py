"""Signs in by SCRAM with Autobahn|Python: the method that it calls scram, with Argon2."""
import asyncio
import os

from autobahn.asyncio.wamp import ApplicationRunner, Session
from autobahn.wamp.auth import create_authenticator

URL = os.environ.get("WAMP_URL", "ws://localhost:8080/ws/com.example.sensors")


class Device(Session):
    def __init__(self, config):
        super().__init__(config)
        authenticator = create_authenticator("scram", authid=os.environ["AUTHID"], password=os.environ["PASSWORD"])
        self.add_authenticator(authenticator)

    def on_join(self, details):
        print(f"signed in as {details.authid}, role {details.authrole}", flush=True)
        self.leave()

    def on_leave(self, details):
        if details.reason != "wamp.close.goodbye_and_out":
            print(f"refused: {details.reason}: {details.message}", flush=True)
        self.disconnect()

    def on_disconnect(self):
        asyncio.get_running_loop().stop()


if __name__ == "__main__":
    ApplicationRunner(URL, URL.split("/")[-1]).run(Device, log_level="error")
