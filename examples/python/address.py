"""Where the router is: the address of every WAMP tutorial, unless the environment names another.

WAMP_URL         default ws://localhost:8080/ws
WAMP_REALM       default realm1
WAMP_SERIALIZER  json, msgpack or cbor, each also with ".batched"; default: whatever Autobahn prefers
"""
import os

from autobahn.wamp.serializer import create_transport_serializer

URL = os.environ.get("WAMP_URL", "ws://localhost:8080/ws")
REALM = os.environ.get("WAMP_REALM", "realm1")

_named = os.environ.get("WAMP_SERIALIZER")
SERIALIZERS = [create_transport_serializer(_named)] if _named else None
