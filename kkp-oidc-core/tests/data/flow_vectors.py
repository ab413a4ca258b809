"""What state, flow cookies and at_hash must be, by Python's own hmac and hashlib and OpenSSL's AES.

    python3 kkp-oidc-core/tests/data/flow_vectors.py        # needs the package `cryptography`

Made with Python 3 and cryptography 48.0.0; prints the constants that flow_cookies.rs, state.rs and id_token_claims.rs
hold. Nothing here knows the Rust code: it follows the documentation of StateKey, FlowCookies and secure_cookie.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY = b"e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27"
NOW = 1_700_000_000
FLOW_ID = bytes(range(16))
NONCE = bytes(range(0x20, 0x40))
VERIFIER = bytes(range(0x40, 0x60))
IV = bytes(range(0xF0, 0x100))


def derive(label):
    return HKDF(SHA256(), 32, salt=None, info=label).derive(KEY)


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def unpadded(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def state(kind, now=NOW):
    signed = bytes([kind]) + FLOW_ID + now.to_bytes(8, "big", signed=True)
    return unpadded(signed + mac(derive(b"kkp-oidc state v1"), signed))


def aes_ctr(iv, data):
    key = derive(b"kkp-oidc flow cookie encryption v1")
    return Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor().update(data)


def seal(name, plain):
    signed = b"%d|%s" % (NOW, urlsafe_b64encode(IV + aes_ctr(IV, plain)))
    return urlsafe_b64encode(signed + b"|" + mac(KEY, name.encode() + b"|" + signed)).decode()


def unseal(name, value):
    signed, tag = urlsafe_b64decode(value)[:-33], urlsafe_b64decode(value)[-32:]
    assert hmac.compare_digest(mac(KEY, name.encode() + b"|" + signed), tag)
    inner = urlsafe_b64decode(signed.split(b"|")[1])
    return aes_ctr(inner[:16], inner[16:])


def plaintext(user_entry, *ids):
    sized = b"".join(bytes([len(text)]) + text.encode() for text in ids)
    return bytes([1, user_entry]) + NONCE + VERIFIER + sized


def at_hash(algorithm, access_token):
    digest = hashlib.new(algorithm, access_token).digest()
    return unpadded(digest[: len(digest) // 2])


user = hashlib.sha256(b"lukasz@example.com").hexdigest()
plain = plaintext(1, user, "my-project", "lab7x9k2mp")
for prefix in "__Host-kkp-flow-", "kkp-flow-":
    name = prefix + unpadded(FLOW_ID)
    cookie = seal(name, plain)
    assert unseal(name, cookie) == plain
    print(f"{name}={cookie}")
name = "kkp-flow-" + unpadded(FLOW_ID)
print("no flow in it:", f"{name}={seal(name, b'no flow')}")
for kind in 1, 0, 2, 3, 4:
    print(f"state of kind {kind}:", state(kind))
print("state from 1901:", state(1, -(2**31)))
for algorithm in "sha256", "sha384", "sha512":
    print("at_hash", algorithm, at_hash(algorithm, b"jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"))
