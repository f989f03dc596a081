"""A device makes a key of its own and enrols it by a claim: the router never sees the private key."""
import json
import os
import urllib.error
import urllib.request

from nacl.signing import SigningKey

ROUTER = os.environ.get("ROUTER", "http://localhost:8080")
REALM = "com.example.sensors"
TOKEN = os.environ["TOKEN"]

key = SigningKey.generate()
proof = key.sign(f"edgebahn-claim:{REALM}:{TOKEN}".encode()).signature

# Kept first: should the answer be lost, the key is enrolled all the same, and signing in shows it.
with open(os.open("device.seed", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
    file.write(key.encode().hex())

body = {"token": TOKEN, "pubkey": key.verify_key.encode().hex(), "proof": proof.hex()}
request = urllib.request.Request(
    f"{ROUTER}/api/realms/{REALM}/enrol",
    data=json.dumps(body).encode(),
    headers={"Content-Type": "application/json"},
)
try:
    with urllib.request.urlopen(request) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code, error.read().decode())
