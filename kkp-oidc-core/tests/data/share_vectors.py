"""What tokens of share links must be, by Python's own hmac and hashlib.

    python3 kkp-oidc-core/tests/data/share_vectors.py

Made with Python 3 alone; prints the constants that share_token.rs holds. HKDF is written out after RFC 5869 section 2.
Nothing here knows the Rust code: it follows the documentation of ShareTokens and CookieKey::derive.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

KEY = b"e1f5ac4f8cc8b33a4b0d6c7f5b1c9d27"
LONG_KEY = b"7d1f0c2b9ae84563b0d7f6e5c4a39281f05b6a7c8d9e1f2a3b4c5d6e7f809a1b"
ID = bytes(range(16))
END = 1_800_000_000


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def derive(key, label):
    pseudorandom = mac(bytes(32), key)  # RFC 5869 section 2.2: without salt, as many zeros as the hash is long
    return mac(pseudorandom, label + b"\x01")  # section 2.3, the first block


def token(key, version, share_id, end):
    signed = bytes([version]) + share_id + end.to_bytes(5, "big")
    tag = mac(derive(key, b"kkp-oidc share link v1"), signed)[:16]
    return urlsafe_b64encode(signed + tag).rstrip(b"=").decode()


print("TOKEN", token(KEY, 1, ID, END))
print("under 64 bytes of key", token(LONG_KEY, 1, ID, END))
print("end 0, id of zeros", token(KEY, 1, bytes(16), 0))
print("last end, id of ones", token(KEY, 1, b"\xff" * 16, 2**40 - 1))
for version in 0, 2, 129, 255:
    print("version", version, token(KEY, version, ID, END))
