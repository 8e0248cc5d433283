"""A small HTTPS proxy that serves documents by their real names: the STAC and GeoJSON schemas of pystac.

So the validators run as they are, offline, and check what they would check online.
"""

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Find = Callable[[str], bytes | None]
HOSTS = ("schemas.stacspec.org", "geojson.org")
FOLDER = files("pystac.validation") / "jsonschemas"


def schema(url: str) -> bytes | None:
    """The schema of an address: nothing where pystac does not carry it."""
    _, _, name = url.rpartition("/")
    folder = "geojson" if "//geojson.org/" in url else "stac-spec/v1.1.0"
    path = FOLDER / folder / name
    return path.read_bytes() if path.is_file() else None


def _certificate(folder: Path, hosts: tuple[str, ...]) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "polarhub tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


def _answer(
    connection: socket.socket, context: ssl.SSLContext, asked: list[str], hosts: tuple[str, ...], find: Find
) -> None:
    with connection, suppress(OSError):
        connection.settimeout(10)
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        host = head.split()[1].decode().partition(":")[0]
        if host not in hosts:
            connection.sendall(b"HTTP/1.1 502 Not here\r\n\r\n")
            return
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        with context.wrap_socket(connection, server_side=True) as secure:
            request = b""
            while b"\r\n\r\n" not in request:
                request += secure.recv(4096)
            url = f"https://{host}{request.split()[1].decode()}"
            asked.append(url)
            body = find(url)
            status = "200 OK" if body else "404 Not Found"
            body = body or json.dumps({"message": "no such schema"}).encode()
            secure.sendall(
                f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                + body
            )


@contextmanager
def schemas_served(
    folder: Path, hosts: tuple[str, ...] = HOSTS, find: Find = schema
) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Variables for a process that is to find the schemas, and the addresses that were asked for."""
    certificate = _certificate(folder, hosts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, folder / "key.pem")
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    Thread(
                        target=_answer, args=(connection, context, asked, hosts, find), daemon=True
                    ).start()

        thread = Thread(target=serve, daemon=True)
        thread.start()
        proxy = f"http://127.0.0.1:{listening.getsockname()[1]}"
        try:
            yield (
                {
                    "HTTPS_PROXY": proxy,
                    "NO_PROXY": "127.0.0.1",
                    "REQUESTS_CA_BUNDLE": str(certificate),
                    "SSL_CERT_FILE": str(certificate),
                },
                asked,
            )
        finally:
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)
