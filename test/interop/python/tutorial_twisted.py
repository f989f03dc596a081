"""The tutorial of Autobahn|Python for Twisted, its address apart: python3 tutorial_twisted.py URL publisher|subscriber"""
import sys

from autobahn.twisted.util import sleep
from autobahn.twisted.wamp import ApplicationRunner, ApplicationSession
from twisted.internet.defer import inlineCallbacks


class Publisher(ApplicationSession):
    @inlineCallbacks
    def onJoin(self, details):
        print("session attached", flush=True)
        counter = 0
        while True:
            self.publish("com.myapp.topic1", counter)
            counter += 1
            yield sleep(0.05)


class Subscriber(ApplicationSession):
    @inlineCallbacks
    def onJoin(self, details):
        self.received = 0
        yield self.subscribe(self.on_event, "com.myapp.topic1")
        print("session attached", flush=True)

    def on_event(self, i):
        print(f"Got event: {i}", flush=True)


if __name__ == "__main__":
    make = {"publisher": Publisher, "subscriber": Subscriber}[sys.argv[2]]
    ApplicationRunner(sys.argv[1], "realm1").run(make)
