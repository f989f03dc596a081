"""Makes an Ed25519 key for WAMP-cryptosign. The private key stays with the device; the public one is no secret."""
from nacl.signing import SigningKey

key = SigningKey.generate()
print(f"private key: {key.encode().hex()}")
print(f"public key: {key.verify_key.encode().hex()}")
