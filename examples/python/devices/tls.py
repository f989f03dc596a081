"""Signs in by a TLS client certificate with Autobahn|Python."""
import asyncio
import os
import ssl

from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession

URL = os.environ["WAMP_URL"]


class Device(ApplicationSession):
    def onConnect(self):
        self.join(self.config.realm, authmethods=["tls"], authid=os.environ["AUTHID"])

    def onJoin(self, details):
        print(f"signed in as {details.authid}, role {details.authrole}", flush=True)
        self.leave()

    def onLeave(self, details):
        if details.reason != "wamp.close.goodbye_and_out":
            print(f"refused: {details.reason}: {details.message}", flush=True)
        self.disconnect()

    def onDisconnect(self):
        asyncio.get_running_loop().stop()


if __name__ == "__main__":
    context = ssl.create_default_context()
    context.load_cert_chain("device.pem", "device.key")
    ApplicationRunner(URL, URL.split("/")[-1], ssl=context).run(Device, log_level="error")
