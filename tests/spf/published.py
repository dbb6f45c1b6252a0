"""published.py MAILCHECK PACKAGES: the published conformance suite of RFC 7208 as it is, each of
its scenarios served as a zone over a socket, each case put to `mailcheck spf`. The suite comes with
Debian's python3-spf, which is fetched and unpacked below PACKAGES, with what reads it."""

import gzip
import json
import os
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from served import Server, Zone

HERE = pathlib.Path(__file__).parent
SUITE = "usr/share/doc/python3-spf/rfc7208-tests.yml.gz"


def fetch(packages):
    """The suite's text and the reader of YAML."""
    script = HERE.parent / "servers" / "fetch.sh"
    done = subprocess.run(["sh", str(script), packages, "suite"], check=False)
    root = pathlib.Path(packages) / "root"
    if done.returncode != 0 or not (root / SUITE).exists():
        print("published: cannot run here: the suite could not be fetched", file=sys.stderr)
        raise SystemExit(77)
    sys.path.insert(0, str(root / "usr/lib/python3/dist-packages"))
    import yaml

    with gzip.open(root / SUITE, "rt", encoding="utf-8") as file:
        text = re.sub(r"^(\s+)(- )?(\d+(?:\.\d+)*):", r"\1\2'\3':", file.read(), flags=re.M)
    return yaml.safe_load_all(text)


def judge(mailcheck, port, case):
    sender, helo = case.get("mailfrom") or "", str(case["helo"])
    domain = sender.rsplit("@", 1)[-1] if sender else helo
    command = [mailcheck, "spf", domain, "--ip", str(case["host"]), "--sender", sender,
               "--helo", helo, "--resolver", "127.0.0.1@%d" % port, "--format", "json"]
    run = subprocess.run(command, capture_output=True, timeout=60)
    try:
        return json.loads(run.stdout)
    except ValueError:
        return {"result": "exit %d: %s" % (run.returncode, run.stderr.decode(errors="replace"))}


def main():
    mailcheck = sys.argv[1]
    suite = fetch(os.environ.get("SERVERS_PACKAGES", sys.argv[2]))
    server, passed, failed = Server(), 0, []
    for scenario in suite:
        if not scenario:
            continue
        server.zone = Zone(scenario["zonedata"])
        for name, case in scenario["tests"].items():
            due = case["result"] if isinstance(case["result"], list) else [case["result"]]
            answer = judge(mailcheck, server.port, case)
            good = answer["result"] in due
            if good and answer["result"] == "fail" and "explanation" in case:
                want = case["explanation"]
                good = (answer["explanation"] or "DEFAULT") == want
            if good:
                passed += 1
                continue
            failed.append("%s: %s (%s), due: %s %s" % (name, answer["result"],
                          answer.get("explanation"), "|".join(due), case.get("explanation", "")))
    for line in failed:
        print(line)
    print("%d passed, %d failed" % (passed, len(failed)))
    sys.exit(1 if failed or passed < 200 else 0)


main()
