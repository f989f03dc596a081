"""Signs in and publishes with nothing but a socket: what a device without a WAMP library has to send, frame by frame.

Shows each message as it goes out (>) and comes in (<). Takes a ticket or a WAMP-CRA secret from the environment.
"""
import base64
import hashlib
import hmac
import json
import os
import socket
import ssl
from urllib.parse import urlsplit

URL = urlsplit(os.environ.get("WAMP_URL", "ws://localhost:8080/ws/com.example.sensors"))
REALM = URL.path.split("/")[-1]
AUTHID = os.environ["AUTHID"]
SECRET = os.environ.get("SECRET")  # for wampcra; else TICKET


def connect():
    tls = URL.scheme == "wss"
    connection = socket.create_connection((URL.hostname, URL.port or (443 if tls else 80)))
    if tls:
        connection = ssl.create_default_context().wrap_socket(connection, server_hostname=URL.hostname)
    lines = [
        f"GET {URL.path} HTTP/1.1",
        f"Host: {URL.netloc}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: wamp.2.json",
    ]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    stream = connection.makefile("rb")
    status = stream.readline().decode()
    if " 101 " not in status:
        raise SystemExit(status)
    while stream.readline().strip():
        pass
    return connection, stream


def send(connection, opcode, payload):
    """One frame, masked as a client's have to be."""
    mask = os.urandom(4)
    length = len(payload)
    head = bytes([length | 0x80]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
    masked = bytes(octet ^ mask[at % 4] for at, octet in enumerate(payload))
    connection.sendall(bytes([0x80 | opcode]) + head + mask + masked)


def receive(connection, stream):
    """The next message; pings are answered on the way. None: the connection is closed."""
    while True:
        head = stream.read(2)
        if len(head) < 2:
            return None
        opcode, length = head[0] & 0x0F, head[1] & 0x7F
        if length > 125:
            length = int.from_bytes(stream.read(2 if length == 126 else 8), "big")
        payload = stream.read(length)
        if opcode == 8:
            return None
        if opcode == 9:
            send(connection, 10, payload)
        if opcode == 1:
            print("<", payload.decode(), flush=True)
            return json.loads(payload)


def say(connection, *message):
    text = json.dumps(message)
    print(">", text, flush=True)
    send(connection, 1, text.encode())


def answer(challenge):
    if SECRET is None:
        return os.environ["TICKET"]
    key = SECRET.encode()
    if "salt" in challenge:
        salt, rounds, length = challenge["salt"].encode(), challenge["iterations"], challenge["keylen"]
        key = base64.b64encode(hashlib.pbkdf2_hmac("sha256", key, salt, rounds, length))
    return base64.b64encode(hmac.digest(key, challenge["challenge"].encode(), "sha256")).decode()


connection, stream = connect()
method = "ticket" if SECRET is None else "wampcra"
say(connection, 1, REALM, {"roles": {"publisher": {}}, "authmethods": [method], "authid": AUTHID})
message = receive(connection, stream)
if message[0] == 4:  # CHALLENGE
    say(connection, 5, answer(message[2]), {})
    message = receive(connection, stream)
if message[0] == 2:  # WELCOME
    say(connection, 16, 1, {"acknowledge": True}, f"com.example.sensors.{AUTHID}.reading", [21.5])
    receive(connection, stream)
    say(connection, 6, {}, "wamp.close.normal")
    receive(connection, stream)
connection.close()
