"""A certificate that an installation makes for itself, in the form that C2PA asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID = timedelta(days=3650)
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


def create_certificate(organization: str) -> tuple[bytes, bytes]:
    """A chain of two and the key of the first, as C2PA wants them. The key of the second is thrown away: it
    can sign nothing else."""
    above, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _build(organization, "root", above.public_key(), above, is_root=True)
    leaf = _build(organization, "signer of videos", own.public_key(), above, is_root=False)
    pem = serialization.Encoding.PEM
    key = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return leaf.public_bytes(pem) + root.public_bytes(pem), key


def name_algorithm(pem: bytes) -> str:
    """How C2PA calls what a key (PEM) signs with. Raises ValueError for a key that it does not know."""
    key = serialization.load_pem_private_key(pem, password=None)
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "ps256"
    raise ValueError("C2PA knows keys on the curves P-256, P-384, P-521 and Ed25519, and RSA keys")


def _build(
    organization: str,
    name: str,
    public: ec.EllipticCurvePublicKey,
    above: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    """C2PA 2.2, 14.5: version 3, key usage for signatures alone, no self-signed end, the key above named."""
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(_name(organization, name))
        .issuer_name(_name(organization, "root"))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks differ
        .not_valid_after(now + VALID)
        .add_extension(x509.BasicConstraints(is_root, 0 if is_root else None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root,
                content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(above.public_key()), critical=False)
    )  # fmt: skip
    if not is_root:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        built = built.add_extension(usage, critical=False)
    return built.sign(above, hashes.SHA256())


def _name(organization: str, common: str) -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, organization), (NameOID.COMMON_NAME, common))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])
