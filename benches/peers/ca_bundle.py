"""What a Python program does in place of `kkp-oidc ca bundle --order sha256`. usage: ca_bundle.py IN OUT"""

import datetime
import hashlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

now = datetime.datetime.now(datetime.timezone.utc)
with open(sys.argv[1], "rb") as file:
    certificates = x509.load_pem_x509_certificates(file.read())
kept = {}
for certificate in certificates:
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
    if digest in kept or not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        continue
    if certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
        kept[digest] = certificate
with open(sys.argv[2], "wb") as file:
    for digest in sorted(kept):
        file.write(kept[digest].public_bytes(Encoding.PEM))
