"""spf_pyspf.py COUNT THREADS: the same with pyspf, by the resolver of /etc/resolv.conf."""

import os
import sys
import threading
import time

sys.path.pop(0)  # this directory has a spf.py of its own
import spf

count, width = int(sys.argv[1]), int(sys.argv[2])
lock = threading.Lock()
state = {"next": 0, "passed": 0}


def work():
    while True:
        with lock:
            i = state["next"]
            state["next"] += 1
        if i >= count:
            return
        sender = "user@n%d-%d.top.bench.example" % (os.getpid(), i)
        if spf.check2("192.0.2.1", sender, "mail.bench.example", timeout=20)[0] == "pass":
            with lock:
                state["passed"] += 1


began = time.monotonic()
threads = [threading.Thread(target=work) for _ in range(width)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
seconds = time.monotonic() - began
print("rate=%.1f seconds=%.3f cpu=%.2f failed=%d" % (
    count / seconds, seconds, time.process_time() * 1e6 / count, count - state["passed"]))
