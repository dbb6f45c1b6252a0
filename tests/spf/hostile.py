"""hostile.py MAILCHECK: records made to hurt who reads them, served over a socket: the command
answers at once, in bounds, and never calls its own limits a fault of the domain."""

import json
import resource
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from served import Server, Zone

SECONDS = 10
OUTPUT = 2 << 20
MEMORY = 400 << 20  # of address space beyond which allocation fails; not with a sanitizer


def tree(width, depth, name="x.test"):
    """Includes of includes: width ** depth records."""
    zone = {}
    if depth > 0:
        below = ["n%d.%s" % (i, name) for i in range(width)]
        zone[name] = [{"TXT": "v=spf1 " + " ".join("include:" + one for one in below)}]
        for one in below:
            zone.update(tree(width, depth - 1, one))
    return zone


def one(text):
    return {"x.test": [{"TXT": text}]}


CASES = {
    "30,000 terms that are none": one("v=spf1 " + "x " * 30000),
    "30,000 lookups of one name": one("v=spf1 " + "a " * 30000),
    "2,800 lookups": one("v=spf1 " + " ".join("a:n%d.x.test" % i for i in range(2800))),
    "2,000 includes": one("v=spf1 " + " ".join("include:n%d.x.test" % i for i in range(2000))),
    "3,500 ranges in each other": one(
        "v=spf1 " + " ".join("ip4:10.0.0.0/%d" % (i % 33) for i in range(3500))),
    "6,000 modifiers": one("v=spf1 " + " ".join("m%d=x" % i for i in range(6000))),
    "2,000 macros": one("v=spf1 " + " ".join(["exists:%{l9999r-+}.%{d}.x.test"] * 2000)),
    "octets that are no text": one("v=spf1 " + "\xff" * 60000),
    "one term of 60,000 octets": one("v=spf1 a:" + "a." * 30000 + "test"),
    "a tree of 8,000 records": tree(20, 3),
    "a name that makes itself longer": one("v=spf1 include:%{i}.%{d} -all"),
    "three records that include each other": {
        "x.test": [{"TXT": "v=spf1 include:a.x.test include:b.x.test"}],
        "a.x.test": [{"TXT": "v=spf1 include:x.test include:b.x.test"}],
        "b.x.test": [{"TXT": "v=spf1 redirect=a.x.test"}]},
    "2,000 records": {"x.test": [{"TXT": "v=spf1 ip4:10.0.%d.%d" % divmod(i, 250)}
                                 for i in range(1200)]},
    "800 mail hosts": {"x.test": [{"TXT": "v=spf1 mx -all"}] +
                                 [{"MX": [i, "m%d.x.test" % i]} for i in range(800)]},
    "a CNAME of itself": {"x.test": [{"CNAME": "x.test"}]},
    "CNAMEs in a ring": {"x.test": [{"CNAME": "y.test"}], "y.test": [{"CNAME": "x.test"}]},
    "empty strings": {"x.test": [{"TXT": ["", "v=spf1", "", " ", "-all", ""]}]},
}


def limit(sanitized):
    if not sanitized:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def run(mailcheck, server, arguments, sanitized):
    began = time.monotonic()
    done = subprocess.run([mailcheck, *arguments, "--resolver", "127.0.0.1@%d" % server.port,
                           "--timeout", "3", "--format", "json"], capture_output=True,
                          timeout=120, preexec_fn=lambda: limit(sanitized))
    seconds = time.monotonic() - began
    if seconds > SECONDS * (5 if sanitized else 1):
        return "took %.1f s" % seconds
    if done.returncode not in (0, 1, 3) or done.stderr:
        return "status %d, %s" % (done.returncode, done.stderr.decode(errors="replace")[-300:])
    if len(done.stdout) > OUTPUT:
        return "%d octets of output" % len(done.stdout)
    try:
        json.loads(done.stdout)
    except ValueError as error:
        return "no JSON: %s" % error
    return None


def main():
    mailcheck = sys.argv[1]
    with open(mailcheck, "rb") as file:
        sanitized = b"__asan" in file.read()
    server, failed = Server(), 0
    for name, zone in CASES.items():
        server.zone = Zone(zone)
        for arguments in (["dns", "x.test", "--check", "spf,mx,dmarc"],
                          ["spf", "x.test", "--ip", "192.0.2.1", "--sender", "a-b+c@x.test"]):
            problem = run(mailcheck, server, arguments, sanitized)
            if problem is not None:
                print("%s: %s: %s" % (name, arguments[0], problem))
                failed += 1
    print("%d hostile zones, %d times otherwise than due" % (len(CASES), failed))
    sys.exit(1 if failed else 0)


main()
