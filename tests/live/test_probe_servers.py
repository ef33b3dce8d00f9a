"""Real servers, as their packages bring them: each is named by what it says, on the port that is customary for it and on
one that is not. In its own network namespace the customary port is free."""

import os
import pwd
import subprocess

from ask import equal, true
from probing import probe, probe_one, program, serve, write
from world import Skip

ODD = 50123  # no label: nothing suggests what to send


def both(t, usual, start, speech, evidence, fit="yes"):
    """start(port) serves on that port; it must be known for what it is on both ports."""
    start(usual)
    start(ODD)
    heard, _ = probe(t, ("127.0.0.1", usual), ("127.0.0.1", ODD))
    for one in heard:
        equal((one.end, one.speech), ("answered", speech), f"{one}")
        true(evidence in one.evidence, f"{evidence!r} in {one}")
    equal((heard[0].fit, heard[1].fit), (fit, "unknown"), f"fit: {heard}")
    return heard


def certificate(t):
    openssl = program("openssl")
    subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1",
                    "-keyout", f"{t.scratch}/key.pem", "-out", f"{t.scratch}/cert.pem"], check=True, capture_output=True)
    return openssl


def test_openssh(t):
    t.needs_root("a network namespace, and sshd wants to be root")
    sshd, keygen = program("sshd"), program("ssh-keygen")
    subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", f"{t.scratch}/key"], check=True)
    os.makedirs("/run/sshd", 0o755, exist_ok=True)  # sshd's empty folder
    def start(number):
        path = write(t, f"sshd{number}", f"Port {number}\nListenAddress 127.0.0.1\nHostKey {t.scratch}/key\nPidFile none\n")
        serve(t, [sshd, "-D", "-e", "-f", path], number)
    heard = both(t, 22, start, "ssh", "SSH-2.0-OpenSSH")
    equal([one.connects for one in heard], [1, 1], "it speaks first: one connect")


def test_nginx(t):
    t.needs_root("a network namespace")
    nginx = program("nginx")
    certificate(t)
    paths = "".join(f"{name}_temp_path {t.scratch}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    tls = f"ssl_certificate {t.scratch}/cert.pem; ssl_certificate_key {t.scratch}/key.pem;"
    path = write(t, "nginx.conf", f"daemon off;\npid {t.scratch}/pid;\nuser root;\nerror_log {t.scratch}/error.log;\n"
                 f"events {{ }}\nhttp {{\naccess_log off;\n{paths}server {{ listen 127.0.0.1:80; listen 127.0.0.1:{ODD}; }}\n"
                 f"server {{ listen 127.0.0.1:443 ssl; listen 127.0.0.1:8080 ssl; {tls} ssl_protocols TLSv1.2 TLSv1.3; }}\n"
                 f"server {{ listen 127.0.0.1:6379; listen 127.0.0.1:5432; listen 127.0.0.1:11211; }} }}\n")
    serve(t, [nginx, "-p", t.scratch, "-c", path], 80)
    heard, _ = probe(t, *[("127.0.0.1", number) for number in (80, ODD, 443, 8080, 6379, 5432, 11211)])
    equal([(one.speech, one.fit) for one in heard],
          [("http", "yes"), ("http", "unknown"), ("tls", "yes"), ("tls", "unknown"), ("http", "no"), ("http", "no"),
           ("http", "no")], f"{heard}")
    true("Server: nginx" in heard[0].evidence, f"{heard[0]}")
    equal(heard[2].evidence, "TLS 1.3", "version")
    equal([one.connects for one in heard[:4]], [1, 1, 1, 1], "one connect tells HTTP from TLS")


def test_openssl(t):
    """A server of TLS 1.2 alone, one of 1.3 alone, and one that has no group of ours."""
    t.needs_root("a network namespace")
    openssl = certificate(t)
    def start(number, *more):
        serve(t, [openssl, "s_server", "-quiet", "-accept", f"127.0.0.1:{number}", "-key", "key.pem", "-cert", "cert.pem",
                  *more], number)
    start(ODD, "-tls1_2")
    start(ODD + 1, "-tls1_3")
    start(ODD + 2, "-tls1_3", "-groups", "P-521")
    heard, _ = probe(t, *[("127.0.0.1", ODD + i) for i in range(3)])
    equal([(one.speech, one.evidence) for one in heard], [("tls", "TLS 1.2"), ("tls", "TLS 1.3"), ("tls", "TLS alert 40")],
          f"{heard}")


def test_python(t):
    """The issue that is looked for: something else than a database on its port. A server of one line at a time."""
    t.needs_root("a network namespace")
    python = program("python3")
    for number in (5432, 22, 6379, ODD):
        serve(t, [python, "-m", "http.server", "--bind", "127.0.0.1", str(number)], number)
    heard, _ = probe(t, *[("127.0.0.1", number) for number in (5432, 22, 6379, ODD)])
    equal([(one.speech, one.fit) for one in heard], [("http", "no"), ("http", "no"), ("http", "no"), ("http", "unknown")],
          f"{heard}")


def test_redis(t):
    t.needs_root("a network namespace")
    redis = program("redis-server")
    def start(number, *more):
        serve(t, [redis, "--port", str(number), "--bind", "127.0.0.1", "--save", "", *more], number)
    both(t, 6379, start, "redis", "")
    start(6380, "--requirepass", "x")
    equal(probe_one(t, "127.0.0.1", 6380).speech, "redis", "with a password")


def test_postgresql(t):
    t.needs_root("a network namespace, and another user: it refuses root")
    folders = [f"/usr/lib/postgresql/{version}/bin" for version in range(20, 9, -1)]
    initdb, postgres = program("initdb", *folders), program("postgres", *folders)
    account = account_of("postgres")
    os.chown(t.scratch, account.pw_uid, account.pw_gid)
    serve_as = {"uid": account.pw_uid}
    subprocess.run([initdb, "-A", "trust", "-N", "--no-instructions", "-D", f"{t.scratch}/0"], check=True, capture_output=True,
                   user=account.pw_uid, group=account.pw_gid, extra_groups=[], cwd=t.scratch)
    def start(number):
        data = f"{t.scratch}/{number}"
        subprocess.run(["cp", "-a", f"{t.scratch}/0", data], check=True)
        serve(t, [postgres, "-D", data, "-p", str(number), "-h", "127.0.0.1", "-k", data, "-F"], number, **serve_as)
    heard = both(t, 5432, start, "postgresql", "SSLRequest: N")
    equal(heard[0].connects, 1, "the label suggests the question")


def test_mariadb(t):
    t.needs_root("a network namespace")
    mariadbd = program("mariadbd")
    def start(number):
        data = f"{t.scratch}/{number}"
        os.makedirs(data)
        serve(t, [mariadbd, "--no-defaults", "--user=root", f"--datadir={data}", f"--port={number}", "--bind-address=127.0.0.1",
                  "--skip-grant-tables", f"--socket={data}/s", "--innodb-buffer-pool-size=8M", "--innodb-log-file-size=4M",
                  "--skip-log-bin"], number)
    heard = both(t, 3306, start, "mysql", "MariaDB")
    equal([one.connects for one in heard], [1, 1], "it speaks first: one connect")


def test_memcached(t):
    t.needs_root("a network namespace")
    memcached = program("memcached")
    def start(number):
        serve(t, [memcached, "-u", "root", "-l", "127.0.0.1", "-p", str(number), "-U", "0"], number)
    both(t, 11211, start, "memcached", "")


def test_vsftpd(t):
    t.needs_root("a network namespace")
    vsftpd = program("vsftpd")
    def start(number):
        path = write(t, f"ftp{number}", f"listen=YES\nlisten_ipv6=NO\nlisten_address=127.0.0.1\nlisten_port={number}\n"
                     f"background=NO\nseccomp_sandbox=NO\nsecure_chroot_dir={t.scratch}\n")
        serve(t, [vsftpd, path], number)
    both(t, 21, start, "ftp", "220 ")


def test_dovecot(t):
    t.needs_root("a network namespace, and its master wants to be root")
    dovecot = program("dovecot")
    if not os.path.exists("/usr/lib/dovecot/pop3-login"):
        raise Skip("no pop3 for dovecot")
    account_of("dovecot")
    path = write(t, "dovecot.conf", f"base_dir = {t.scratch}/run\nstate_dir = {t.scratch}/run\nprotocols = imap pop3\nssl = no\n"
                 f"log_path = {t.scratch}/log\nlisten = 127.0.0.1\nservice imap-login {{\n inet_listener odd {{\n port = {ODD}\n"
                 " }\n}\nservice anvil {\n chroot =\n}\n")
    os.makedirs(f"{t.scratch}/run")
    serve(t, [dovecot, "-F", "-c", path], 143)
    heard, _ = probe(t, *[("127.0.0.1", number) for number in (143, 110, ODD)])
    equal([(one.speech, one.fit) for one in heard], [("imap", "yes"), ("pop3", "yes"), ("imap", "unknown")], f"{heard}")


def test_vnc(t):
    t.needs_root("a network namespace")
    vnc = program("Xtigervnc")
    serve(t, [vnc, ":77", "-rfbport", "5900", "-localhost", "-SecurityTypes", "None", "-nolisten", "unix"], 5900)
    heard = probe_one(t, "127.0.0.1", 5900)
    equal((heard.speech, heard.evidence[:4], heard.fit, heard.connects), ("vnc", "RFB ", "yes", 1), f"{heard}")


def test_rsync(t):
    t.needs_root("a network namespace")
    rsync = program("rsync")
    def start(number):
        serve(t, [rsync, "--daemon", "--no-detach", "--address=127.0.0.1", f"--port={number}",
                  "--config=" + write(t, "rsync.conf", "")], number)
    both(t, 873, start, "rsync", "@RSYNCD: ")


def account_of(name):
    try:
        return pwd.getpwnam(name)
    except KeyError:
        raise Skip(f"no account {name}") from None
