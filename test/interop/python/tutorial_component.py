"""The tutorial of Autobahn|Python's components, its address apart: python3 tutorial_component.py URL"""
import sys

from autobahn.twisted.component import Component, run

component = Component(transports=sys.argv[1], realm="realm1")


@component.register("com.example.hello")
async def hello(name):
    return f"Hello, {name}!"


@component.on_join
async def joined(session, details):
    print(await session.call("com.example.hello", "component"), flush=True)
    await session.leave()


if __name__ == "__main__":
    run([component])
