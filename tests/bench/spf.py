"""spf.py BUILD PEERS [--quick]: SPF evaluations against libspf2 and pyspf, in interleaved pairs.

BUILD: a release build with its bench programs. PEERS: where the peers' packages are, or are to be,
unpacked. It runs in namespaces of its own, as the peers ask the resolver of /etc/resolv.conf at
port 53. Prints a line a row: the median of each side, the median ratio, and the bar.
"""

import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.append(str(HERE.parent / "spf"))
import served

PORT = 53
# Of a zone that is not asked about: as for the peers, nothing can be validated.
ANCHOR = f"island.test. DS 1 8 2 {'00' * 32}\n"
# us a lookup: a resolver that has to ask somebody near by. 50 at once that wait for two lookups, one
# after the other, cannot be more than 50 / (2 * NEAR) a second: much longer, and the delay is measured;
# much shorter, and only the CPU is.
NEAR = 2000
OTHER_DELAYS = [0, 1000, 3000, 5000, 10000]


def enter():
    if os.environ.get("SPF_BENCH_INSIDE"):
        return
    command = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        command.append("--map-root-user")
    os.execvpe("unshare", [*command, sys.executable, *sys.argv],
               {**os.environ, "SPF_BENCH_INSIDE": "1"})


def unpack(peers):
    subprocess.run(["sh", HERE.parent / "servers/fetch.sh", peers, "spf"], check=True)


def build_peer(peers, work):
    library = next((peers / "root").glob("usr/lib/**/libspf2.so.2"))
    program = work / "spf_libspf2"
    subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", f"-I{peers}/root/usr/include/spf2", f"-I{HERE}",
                    str(HERE / "spf_libspf2.c"), str(HERE / "meter.c"), str(library), "-pthread",
                    f"-Wl,-rpath,{library.parent}", "-o", str(program)], check=True)
    return program


def settle():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as file:
        file.write("nameserver 127.0.0.1\noptions timeout:10\n")
    subprocess.run(["mount", "--bind", file.name, os.path.realpath("/etc/resolv.conf")],
                   check=True)


class Bench:
    def __init__(self, build, peers, quick):
        self.build, self.peers, self.pairs = build, peers, 3 if quick else 7
        self.share = 5 if quick else 1
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.anchor = self.work / "anchor"
        self.anchor.write_text(ANCHOR)
        self.libspf2 = build_peer(peers, self.work)
        self.server = None

    def serve(self, delay):
        if self.server:
            self.server.kill()
            self.server.wait()
        self.server = subprocess.Popen([self.build / "tests/bench/bench_spf_server", str(PORT),
                                        str(delay)])
        time.sleep(0.2)

    def rate(self, *command):
        packages = self.peers / "root/usr/lib/python3/dist-packages"
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600,
                              env={**os.environ, "PYTHONPATH": str(packages)}, check=False)
        words = dict(re.findall(r"(\w+)=([\d.e+-]+)", done.stdout))
        if done.returncode != 0 or float(words.get("failed", 1)) > 0:
            raise SystemExit(f"{command[0]}: {done.stdout[-300:]}{done.stderr[-300:]}")
        return float(words["rate"])

    def ours(self, count, window, mode="fresh"):
        return self.rate(self.build / "tests/bench/bench_spf", mode, PORT, count, window,
                         self.anchor)

    def theirs(self, peer, count, window):
        if peer == "libspf2":
            return self.rate(self.libspf2, count, window)
        return self.rate(sys.executable, HERE / "spf_pyspf.py", count, window)

    def row(self, title, peer, count, window, bar, delay, faster=1):
        """`faster`: so many times the evaluations for ours, that both sides run for long enough."""
        self.serve(delay)
        count = max(window, count // self.share)
        pairs = []
        for turn in range(self.pairs):
            sides = [lambda: self.ours(count * faster, window),
                     lambda: self.theirs(peer, count, window)]
            first, second = (sides[0](), sides[1]()) if turn % 2 == 0 else (sides[1](), sides[0]())
            pairs.append((first, second) if turn % 2 == 0 else (second, first))
        ratio = statistics.median(a / b for a, b in pairs)
        print("%-46s %9.0f/s %9.0f/s %6.2fx (%s)" % (
            title, statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs),
            ratio, "no bar" if bar is None else "bar %.1fx, %s" % (
                bar, "ok" if ratio >= bar else "BELOW")), flush=True)
        return bar is None or ratio >= bar

    def other_delays(self):
        """Without any delay only the CPU counts: libspf2 neither validates nor keeps a trace."""
        for delay in OTHER_DELAYS:
            after = ", %g ms" % (delay / 1000)
            self.row("50 at once, libspf2" + after, "libspf2", 5000, 50, None, delay)
            self.row("50 at once, pyspf" + after, "pyspf", 1500, 50, None, delay, faster=6)
        self.row("one at a time, libspf2, 0 ms", "libspf2", 3000, 1, None, 0)

    def warm(self):
        self.serve(0)
        rate = statistics.median(self.ours(20000 // self.share, 1, "warm")
                                 for _ in range(self.pairs))
        print("%-46s %9.0f/s, %.1f us each" % ("answers at hand", rate, 1e6 / rate))
        return True

    def chain(self):
        """`mailcheck dns` on a domain whose record includes another, which includes a third: three
        lookups that depend on each other, each answered after the same time."""
        self.server.kill()
        respond, delay = served.respond, 0.1

        def later(*arguments):
            time.sleep(delay)
            return respond(*arguments)

        served.respond = later
        server = served.Server()
        server.zone = served.Zone({
            "x.test": [{"TXT": "v=spf1 include:a.x.test -all"}, {"MX": [10, "mx.x.test"]}],
            "a.x.test": [{"TXT": "v=spf1 include:b.x.test -all"}],
            "b.x.test": [{"TXT": "v=spf1 ip4:192.0.2.0/24 -all"}],
            "mx.x.test": [{"A": "192.0.2.1"}]})
        walls = []
        for _ in range(self.pairs):
            began = time.monotonic()
            subprocess.run([self.build / "cli/mailcheck", "dns", "x.test", "--check",
                            "mx,spf,dkim,dmarc,tls-rpt", "--resolver",
                            "127.0.0.1@%d" % server.port], capture_output=True, check=False)
            walls.append(time.monotonic() - began)
        ratio = statistics.median(walls) / (3 * delay)
        print("%-46s %9.0f ms, %.2fx the longest chain (bar 1.3x, %s)" % (
            "mailcheck dns", statistics.median(walls) * 1000, ratio,
            "ok" if ratio <= 1.3 else "ABOVE"))
        return ratio <= 1.3


def main():
    arguments = [word for word in sys.argv[1:] if not word.startswith("-")]
    build, peers = (pathlib.Path(word).resolve() for word in arguments[:2])
    if not shutil.which("cc"):
        raise SystemExit("needs a C compiler")
    if not os.environ.get("SPF_BENCH_INSIDE"):
        unpack(peers)
    enter()
    settle()
    bench = Bench(build, peers, "--quick" in sys.argv)
    try:
        good = [
            bench.row("50 at once, libspf2", "libspf2", 5000, 50, 1.5, NEAR),
            bench.row("50 at once, pyspf", "pyspf", 1500, 50, 8, NEAR, faster=6),
            bench.row("one at a time, libspf2", "libspf2", 150, 1, 0.9, NEAR),
            bench.warm(),
            bench.chain(),
        ]
        bench.other_delays()
    finally:
        if bench.server:
            bench.server.kill()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
