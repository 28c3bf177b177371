#!/usr/bin/python3
"""Makes a certificate of its own authority, and its key:

    certificate.py DIR/NAME FROM UNTIL HOST...

as DIR/NAME.pem and DIR/NAME.key; good from FROM until UNTIL, days from now."""

import datetime
import ipaddress
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def name_of(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def main(path, start, until, *hosts):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, hosts[0])])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + datetime.timedelta(days=float(start)))
        .not_valid_after(now + datetime.timedelta(days=float(until)))
        .add_extension(x509.SubjectAlternativeName(
            map(name_of, hosts)), critical=False)
        .sign(key, hashes.SHA256()))
    with open(path + ".pem", "wb") as out:
        out.write(certificate.public_bytes(serialization.Encoding.PEM))
    with open(path + ".key", "wb") as out:
        out.write(key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()))


main(*sys.argv[1:])
