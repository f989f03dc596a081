"""One SCRAM exchange by Autobahn|Python's own class, no network: answers to challenges on standard input.

First line in: {"authid", "password", "hash"}; first line out: {"authextra"} of its HELLO.
Then {"extra"}: a challenge, answered by {"signature"}; and {"authextra"}: of WELCOME, answered by {"fault"}, null if it is
content with the router's own proof. `hash` is, in hex, what Argon2id makes of the password, for where Debian's python3-argon2 is
not installed: Autobahn only has it computed, and the computation has vectors of its own.
"""
import base64
import json
import sys
import types

given = json.loads(sys.stdin.readline())

try:
    import argon2.low_level  # noqa: F401
except ImportError:

    def hash_secret(secret, salt, time_cost, memory_cost, parallelism, hash_len, type, version):
        assert (secret, parallelism, hash_len, type, version) == (given["password"].encode(), 1, 32, "id", 19)
        options = f"m={memory_cost},t={time_cost},p={parallelism}".encode()
        # The form in which Argon2's own library writes salt and hash: base64 without padding.
        texts = [base64.b64encode(each).rstrip(b"=") for each in (salt, bytes.fromhex(given["hash"]))]
        return b"$".join([b"$argon2id$v=19", options, *texts])

    stand_in = types.ModuleType("argon2.low_level")
    stand_in.hash_secret = hash_secret
    package = types.ModuleType("argon2")
    package.Type = types.SimpleNamespace(ID="id")
    package.low_level = stand_in
    sys.modules.update({"argon2": package, "argon2.low_level": stand_in})

from autobahn.wamp.auth import create_authenticator  # noqa: E402
from autobahn.wamp.types import Challenge  # noqa: E402


class Log:
    def info(self, text):
        pass

    error = info


session = types.SimpleNamespace(log=Log())
authenticator = create_authenticator("scram", authid=given["authid"], password=given["password"])
print(json.dumps({"authextra": authenticator.authextra}), flush=True)
for line in sys.stdin:
    said = json.loads(line)
    if "extra" in said:
        signature = authenticator.on_challenge(session, Challenge("scram", said["extra"]))
        print(json.dumps({"signature": signature.decode("ascii")}), flush=True)
    else:
        print(json.dumps({"fault": authenticator.on_welcome(session, said["authextra"])}), flush=True)
