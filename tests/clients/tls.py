"""TLS with a client's certificate from a card: a server of OpenSSL's, and the programs that show it the certificate."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from tests.clients.certificates import as_pem, certify_host, new_key, throw_away_ca
from tests.clients.desk import Desk
from tests.clients.opensc import SOCKET_VARIABLE, pkcs11_module
from tests.programs import run

CA, CERTIFICATE = "ca.pem", "holder.pem"
"""Whom all trust, and the holder's certificate, as files in the desk's folder."""

_FETCH = b"""
class Fetch {
    public static void main(String[] urls) throws Exception {
        new java.net.URL(urls[0]).openStream().transferTo(System.out);
    }
}
"""
_JAVA_OPTIONS = """
-Djava.security.properties=java.security
-Djavax.net.ssl.keyStoreType=PKCS11 -Djavax.net.ssl.keyStore=NONE -Djavax.net.ssl.keyStorePassword={pin}
-Djavax.net.ssl.trustStore=trusted.p12 -Djavax.net.ssl.trustStorePassword=trusted
-Djdk.tls.client.protocols=TLSv{version}
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose card has a key with this identifier, its certificate beside it, and this PIN."""

    desk: Desk
    identifier: str
    pin: str

    @property
    def key(self) -> str:
        """The key as RFC 7512 writes it."""
        return f"pkcs11:id=%{self.identifier};type=private;pin-value={self.pin}"

    @property
    def certificate(self) -> str:
        return f"pkcs11:id=%{self.identifier};type=cert"

    def run(self, *command: str) -> str:
        """What a program of this machine shows; it may end as it likes."""
        # Debian's engine for OpenSSL takes the module from PKCS11_MODULE_PATH.
        module = str(pkcs11_module())
        environment = {
            **os.environ, SOCKET_VARIABLE: str(self.desk.socket), "HOME": str(self.desk.folder), "LC_ALL": "C.UTF-8",
            "PKCS11_MODULE_PATH": module, "MODULE": module,
        }  # fmt: skip
        together: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "errors": "replace"}
        return run(*command, cwd=self.desk.folder, env=environment, **together).stdout


@dataclass(frozen=True, slots=True)
class Server:
    """A running server that wants a client's certificate. Programs name the holder who connects with one."""

    holder: Holder
    port: int
    log: list[str] = field(default_factory=list)

    def curl(self, version: str) -> str:
        """`version`: 1.2 or 1.3, here and below. What is given is the version that was agreed on, if it went well."""
        holder = self.holder
        shown = holder.run(
            "curl", "--silent", "--show-error", "--cacert", CA, f"--tlsv{version}", "--tls-max", version,
            "--engine", "pkcs11", "--key-type", "ENG", "--key", holder.key,
            "--cert-type", "ENG", "--cert", holder.certificate, f"https://localhost:{self.port}/",
        )  # fmt: skip
        return _found(r"^New, TLSv([\d.]+)", shown)

    def openssl(self, version: str, *options: str) -> str:
        """The page is asked for, because in TLS 1.3 a client knows only then whether it was let in."""
        shown = self.holder.run(
            "sh", "-c", 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | openssl s_client -quiet -ign_eof "$@"', "sh",
            "-connect", f"localhost:{self.port}", "-CAfile", CA, f"-tls{version.replace('.', '_')}", *options,
            "-cert", CERTIFICATE, "-engine", "pkcs11", "-keyform", "engine", "-key", self.holder.key,
        )  # fmt: skip
        return _found(r"^New, TLSv([\d.]+)", shown)

    def gnutls(self, version: str) -> str:
        """As `curl`."""
        shown = self.holder.run(
            "sh", "-c", 'printf "GET / HTTP/1.0\\r\\n\\r\\n" | gnutls-cli --provider "$MODULE" "$@"', "sh",
            "--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}", "--x509cafile", CA,
            "--x509keyfile", self.holder.key, "--x509certfile", self.holder.certificate,
            "--port", str(self.port), "localhost",
        )  # fmt: skip
        return _found(r"^New, TLSv([\d.]+)", shown)

    def nss(self, version: str) -> str:
        """As `curl`, with the only certificate that NSS finds on the card."""
        script = """
            if [ ! -d nssdb ]; then
                mkdir nssdb
                certutil -N -d sql:nssdb --empty-password
                modutil -dbdir sql:nssdb -add opensc -libfile "$MODULE" -force
                certutil -A -d sql:nssdb -n CA -t CT,C,C -i "$CA"
                echo "$PIN" >passwords
            fi
            name=$(certutil -L -d sql:nssdb -h all -f passwords | sed -n 's/^\\(.*:.*[^ ]\\) *u,u,u *$/\\1/p')
            printf 'GET / HTTP/1.0\\r\\n\\r\\n' >request
            exec 3< <(exec tstclnt -4 -h localhost -p "$PORT" -d sql:nssdb -n "$name" -w "$PIN" \\
                -V "tls$VERSION:tls$VERSION" 2>&1 <request)
            sed '/^New/q' <&3
            kill $! || true
        """
        given = (f"CA={CA}", f"PIN={self.holder.pin}", f"PORT={self.port}", f"VERSION={version}")
        return _found(r"^New, TLSv([\d.]+)", self.holder.run("env", *given, "bash", "-euc", script))

    def java(self, version: str) -> str:
        """As `curl`, with the only certificate that Java finds on the card."""
        desk = self.holder.desk
        desk.write("java.cfg", f"name = Stuntcard\nlibrary = {pkcs11_module()}\nslotListIndex = 0\n".encode())
        desk.write("java.security", b"security.provider.12 = SunPKCS11 java.cfg\n")
        desk.write("Fetch.java", _FETCH)
        desk.write("java.options", _JAVA_OPTIONS.format(pin=self.holder.pin, version=version).encode())
        script = """
            [ -e trusted.p12 ] ||
                keytool -importcert -noprompt -alias ca -file "$1" -keystore trusted.p12 -storepass trusted
            java @java.options Fetch.java "$2"
        """
        return _found(
            r"^New, TLSv([\d.]+)",
            self.holder.run("bash", "-euc", script, "bash", CA, f"https://localhost:{self.port}/"),
        )


def _found(pattern: str, shown: str) -> str:
    """What the server's page says of the connection; without a page, all that the program said."""
    found = re.search(pattern, shown, re.MULTILINE)
    return found[1] if found else shown


@contextmanager
def server_for(holder: Holder, *options: str) -> Iterator[Server]:
    """A server of this machine that lets in whoever has a certificate of those in the file CA, and shows a page."""
    desk, key = holder.desk, new_key("ec")
    desk.write("server.key", as_pem(key))
    desk.write("server.pem", certify_host(key.public_key(), "localhost").public_bytes(Encoding.PEM))
    command = (
        "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "server.pem", "-key", "server.key",
        "-CAfile", CA, "-Verify", "1", "-verify_return_error", "-www", *options,
    )  # fmt: skip
    with subprocess.Popen(
        command, cwd=desk.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            port = next(line.rpartition(":")[2] for line in server.stdout if line.startswith("ACCEPT"))
            yield Server(holder, int(port))
        finally:
            server.terminate()


def trust(desk: Desk, *others: bytes) -> None:
    """Writes the file CA: the throw-away CA, and others in PEM."""
    desk.write(CA, b"".join((throw_away_ca().public_bytes(Encoding.PEM), *others)))
