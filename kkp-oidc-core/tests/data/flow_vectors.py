"""What state, cookies, sealed records and at_hash must be, by Python's own hmac and hashlib and OpenSSL's AES.

    python3 kkp-oidc-core/tests/data/flow_vectors.py        # needs the package `cryptography`

Made with Python 3 and cryptography 48.0.0; prints the constants that flow_cookies.rs, flow_purposes.rs, state.rs,
id_token_claims.rs, sessions.rs and handovers.rs hold. Nothing here knows the Rust code: it follows the documentation of StateKey, FlowCookies,
Sessions, Handovers and secure_cookie.
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


FLOW = KEY, derive(b"kkp-oidc flow cookie encryption v1")


def derived(what):
    return derive(b"kkp-oidc %s v1" % what), derive(b"kkp-oidc %s encryption v1" % what)


def aes_ctr(key, iv, data):
    return Cipher(algorithms.AES(key), modes.CTR(iv)).encryptor().update(data)


def seal(name, plain, keys=FLOW, iv=IV):
    signed = b"%d|%s" % (NOW, urlsafe_b64encode(iv + aes_ctr(keys[1], iv, plain)))
    return urlsafe_b64encode(signed + b"|" + mac(keys[0], name.encode() + b"|" + signed)).decode()


def unseal(name, value, keys=FLOW):
    signed, tag = urlsafe_b64decode(value)[:-33], urlsafe_b64decode(value)[-32:]
    assert hmac.compare_digest(mac(keys[0], name.encode() + b"|" + signed), tag)
    inner = urlsafe_b64decode(signed.split(b"|")[1])
    return aes_ctr(keys[1], inner[:16], inner[16:])


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
share_id = bytes([7]) * 16
for what, header, ids in (
    ("auth-provider", [2, 0], share_id),
    ("kubelogin", [2, 1], share_id),
    ("public-client", [2, 2], share_id),
    ("clusters", [3, 0], b""),
    ("links", [3, 1], b""),
    ("dialog", [3, 2], b"\x0amy-project\x0alab7x9k2mp"),
    ("link", [3, 3], share_id),
):
    print(f"flow for {what}:", seal(name, bytes(header) + NONCE + VERIFIER + ids))
print("no flow in it:", f"{name}={seal(name, b'no flow')}")
for kind in 1, 0, 2, 3, 4:
    print(f"state of kind {kind}:", state(kind))
print("state from 1901:", state(1, -(2**31)))
for algorithm in "sha256", "sha384", "sha512":
    print("at_hash", algorithm, at_hash(algorithm, b"jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"))

SESSION_ID = bytes(range(32))
SESSION = (
    b'{"email":"Owner@example.com","groups":["team-a"],"began_at":1700000000,"seen_at":1700000000,'
    b'"revocable":"canary-refresh"}'
)
HANDOVER = (
    b'{"share":"BwcHBwcHBwcHBwcHBwcHBw","email":"lukasz@example.com","kubeconfig":"apiVersion: v1\\n",'
    b'"code":"' + unpadded(hashlib.sha256(b"the code").digest()).encode() + b'"}'
)
for prefix in "__Host-", "":
    name = prefix + "kkp-session"
    print(f"{name}={seal(name, SESSION_ID, derived(b'session cookie'))}")
    name = prefix + "kkp-handover-" + unpadded(FLOW_ID)
    print(f"{name}={seal(name, FLOW_ID, derived(b'handover cookie'))}")
    print(f"record of {name}:", seal(name, HANDOVER, derived(b"handover record"), bytes(reversed(IV))))
name = "session " + hashlib.sha256(SESSION_ID).hexdigest()
print(f"record of {name}:", seal(name, SESSION, derived(b"session record")))
