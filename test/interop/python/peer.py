"""A WAMP client that does what it is told: commands come in on stdin, one JSON object a line, what happens goes out on stdout.

What it signs in with stands in WAMP_AUTHENTICATION: method to the arguments of Autobahn's own authenticator for it.
JSON has no octets and JavaScript cannot tell 1.0 from 1, so {"$octets": hex} and {"$float": number} stand for them.
"""
import asyncio
import json
import os
import sys

LINES = sys.stdout
sys.stdout = sys.stderr  # Autobahn logs to stdout
from autobahn.asyncio.wamp import ApplicationRunner, ApplicationSession
from autobahn.wamp.auth import create_authenticator
from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.serializer import create_transport_serializer
from autobahn.wamp.types import (
    CallDetails,
    CallOptions,
    CallResult,
    EventDetails,
    PublishOptions,
    RegisterOptions,
    SubscribeOptions,
)


def out(value):
    if isinstance(value, bytes):
        return {"$octets": value.hex()}
    if isinstance(value, float) and value.is_integer():
        return {"$float": value}
    if isinstance(value, (list, tuple)):
        return [out(each) for each in value]
    if isinstance(value, dict):
        return {key: out(each) for key, each in value.items()}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return {"$other": repr(value)}


def into(value):
    if isinstance(value, list):
        return [into(each) for each in value]
    if isinstance(value, dict):
        if "$octets" in value:
            return bytes.fromhex(value["$octets"])
        if "$float" in value:
            return float(value["$float"])
        return {key: into(each) for key, each in value.items()}
    return value


def tell(**line):
    print(json.dumps(line), file=LINES, flush=True)


def told(details, *names):
    """What the router told of an event or a call, without what it did not."""
    return {name: getattr(details, name) for name in names if getattr(details, name) is not None}


class Peer(ApplicationSession):
    def onUserError(self, failure, message):
        """Endpoints fail on purpose here: the caller is told, nobody else."""

    def onConnect(self):
        given = json.loads(os.environ.get("WAMP_AUTHENTICATION", "{}"))
        self.methods = {method: create_authenticator(method, **words) for method, words in given.items()}
        if not self.methods:
            return super().onConnect()
        authextra = {}
        for method in self.methods.values():
            authextra.update(method.authextra)
        authids = [words["authid"] for words in given.values() if "authid" in words]
        self.join(
            self.config.realm,
            authmethods=list(self.methods),
            authid=authids[0] if authids else None,
            authextra=authextra or None,
        )

    def onChallenge(self, challenge):
        return self.methods[challenge.method].on_challenge(self, challenge)

    def onWelcome(self, welcome):
        method = self.methods.get(welcome.authmethod)
        return method.on_welcome(self, welcome.authextra) if method else None

    async def onJoin(self, details):
        self.made = {}  # command number to its subscription or registration
        self.asked = {}  # invocation number to the future of its answer
        self.progress = {}  # invocation number to the function for progressive results, where the caller wants them
        self.calls = {}  # command number to the future of its result
        tell(
            joined=self._transport._serializer.SERIALIZER_ID,
            session=details.session,
            authid=details.authid,
            authrole=details.authrole,
            authmethod=details.authmethod,
            authprovider=details.authprovider,
            authextra=details.authextra,
        )
        # asyncio itself refers to readers and tasks only weakly: without these they may vanish while they wait.
        self.lines = asyncio.StreamReader()
        self.tasks = set()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(self.lines), sys.stdin
        )
        while line := await self.lines.readline():
            command = json.loads(line)
            task = asyncio.ensure_future(self.obey(command["number"], into(command)))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        self.leave()

    async def obey(self, number, command):
        try:
            answer = await getattr(self, "do_" + command["do"])(number, command)
        except ApplicationError as error:
            tell(failed=number, uri=error.error, args=out(error.args), kwargs=out(error.kwargs))
        except (Exception, asyncio.CancelledError) as error:
            tell(failed=number, uri="test.error.python", args=[repr(error)], kwargs={})
        else:
            tell(done=number, **(answer or {}))

    async def do_subscribe(self, number, command):
        def handler(*args, details: EventDetails, **kwargs):
            more = told(
                details, "publication", "publisher", "publisher_authid", "publisher_authrole", "retained"
            )
            tell(event=number, topic=details.topic, details=more, args=out(args), kwargs=out(kwargs))

        options = SubscribeOptions(**command["options"], details_arg="details")
        self.made[number] = await self.subscribe(handler, command["topic"], options)
        return {"id": self.made[number].id}

    async def do_unsubscribe(self, _number, command):
        await self.made.pop(command["made"]).unsubscribe()

    async def do_publish(self, _number, command):
        options = PublishOptions(acknowledge=True, **command["options"])
        publication = await self.publish(
            command["topic"], *command["args"], options=options, **command["kwargs"]
        )
        return {"id": publication.id}

    async def do_register(self, number, command):
        async def endpoint(*args, _call: CallDetails, **kwargs):
            invocation = len(self.asked)
            self.asked[invocation] = asyncio.get_running_loop().create_future()
            self.progress[invocation] = _call.progress
            more = told(_call, "procedure", "caller", "caller_authid", "caller_authrole")
            more["wants_progress"] = _call.progress is not None
            tell(invocation=invocation, of=number, details=more, args=out(args), kwargs=out(kwargs))
            try:
                return await self.asked[invocation]
            except asyncio.CancelledError:
                tell(interrupted=invocation)
                # Autobahn for asyncio answers an INTERRUPT only if the endpoint turns it into another exception.
                if "interrupted" in command:
                    raise ApplicationError(command["interrupted"], *args)
                raise

        options = RegisterOptions(**command["options"], details_arg="_call")
        self.made[number] = await self.register(endpoint, command["procedure"], options)
        return {"id": self.made[number].id}

    async def do_unregister(self, _number, command):
        await self.made.pop(command["made"]).unregister()

    async def do_answer(self, _number, command):
        asked = self.asked[command["invocation"]]
        if asked.done():
            return  # it was interrupted
        if "uri" in command:
            asked.set_exception(ApplicationError(command["uri"], *command["args"], **command["kwargs"]))
        else:
            asked.set_result(CallResult(*command["args"], **command["kwargs"]))

    async def do_progress(self, _number, command):
        self.progress[command["invocation"]](*command["args"], **command["kwargs"])

    async def do_call(self, number, command):
        def on_progress(*args, **kwargs):
            tell(progress=number, args=out(args), kwargs=out(kwargs))

        given = dict(command["options"])
        if given.pop("receive_progress", False):
            given["on_progress"] = on_progress
        options = CallOptions(**given)
        self.calls[number] = self.call(
            command["procedure"], *command["args"], options=options, **command["kwargs"]
        )
        result = await self.calls[number]
        if isinstance(result, CallResult):
            return {"args": out(result.results), "kwargs": out(result.kwresults)}
        return {"args": [] if result is None else [out(result)], "kwargs": {}}

    async def do_cancel(self, _number, command):
        self.calls[command["made"]].cancel()

    def onLeave(self, details):
        tell(left=details.reason, message=details.message)
        return super().onLeave(details)

    def onDisconnect(self):
        asyncio.get_running_loop().stop()


if __name__ == "__main__":
    url, realm, *named = sys.argv[1:]
    serializers = [create_transport_serializer(name) for name in named] or None
    ApplicationRunner(url, realm, serializers=serializers).run(Peer, log_level="error")
