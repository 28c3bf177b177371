#!/usr/bin/python3
"""Makes the certificates of clients that tests show, with their keys, below DIR:

    client_certificates.py DIR

ca, old-ca        authorities; the second one's is not for any server
client, other     signed by ca; the second has another name
late              signed by ca, has expired
stranger          signed by old-ca, with client's names
self, self-2      their own; both could be one client's, of now and of later
self-late         its own, has expired
impostor          its own, with client's names
deep              signed by an authority between, for deep.example.org; chain: with
                  that one's certificate
signer            its own, and an authority
child             signed by signer, with client's names"""

import datetime
import ipaddress
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.timezone.utc)
NAMES = [x509.DNSName("client.example.org"),
         x509.UniformResourceIdentifier("urn:example:client"),
         x509.IPAddress(ipaddress.ip_address("192.0.2.7")),
         x509.RFC822Name("client@example.org")]
CLIENT = [(NameOID.COUNTRY_NAME, "DE"), (NameOID.ORGANIZATION_NAME, "Ex, Inc"),
          (NameOID.COMMON_NAME, "client")]


def subject(parts):
    if isinstance(parts, str):
        parts = [(NameOID.COMMON_NAME, parts)]
    return x509.Name([x509.NameAttribute(*part) for part in parts])


class Made:
    def __init__(self, name, parts, by=None, ca=False, days=(-1, 30), names=()):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = subject(parts)
        by = by or self
        start, until = (NOW + datetime.timedelta(days=d) for d in days)
        builder = (
            x509.CertificateBuilder().subject_name(self.name)
            .issuer_name(by.name).public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start).not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca, None), critical=True))
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName(names), critical=False)
        self.certificate = builder.sign(by.key, hashes.SHA256())
        with open(f"{sys.argv[1]}/{name}.pem", "wb") as out:
            out.write(self.certificate.public_bytes(
                serialization.Encoding.PEM))
        with open(f"{sys.argv[1]}/{name}.key", "wb") as out:
            out.write(self.key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption()))


ca = Made("ca", "authority", ca=True)
old = Made("old-ca", "old authority", ca=True)
Made("client", CLIENT, by=ca, names=NAMES)
Made("other", "other", by=ca, names=[x509.DNSName("other.example.org")])
Made("late", CLIENT, by=ca, days=(-30, -1), names=NAMES)
Made("stranger", CLIENT, by=old, names=NAMES)
Made("self", "self")
Made("self-2", "self")
Made("self-late", "self", days=(-30, -1))
Made("impostor", CLIENT, names=NAMES)
between = Made("between", "between", by=ca, ca=True)
Made("deep", "deep", by=between, names=[x509.DNSName("deep.example.org")])
for end in "pem", "key":
    with open(f"{sys.argv[1]}/chain.{end}", "wb") as out:
        for name in ["deep", "between"] if end == "pem" else ["deep"]:
            with open(f"{sys.argv[1]}/{name}.{end}", "rb") as part:
                out.write(part.read())
signer = Made("signer", "signer", ca=True)
Made("child", CLIENT, by=signer, names=NAMES)
