"""dnsbl.py MAILCHECK RBLDNSD: ranges against 30 lists of a rbldnsd, beside a shell loop with dig.

The loop asks each list about each address of a /28, one question after the other and without test
entries; the ratio is per address and list.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

LISTS = 30


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def mailcheck_once(command, prefix):
    """Seconds, peak memory in MiB and the lines printed."""
    began = time.monotonic()
    with subprocess.Popen([*command, f'192.0.2.0/{prefix}'], stdout=subprocess.PIPE) as child:
        lines = len(child.stdout.read().splitlines())
        _, _, usage = os.wait4(child.pid, 0)
        child.returncode = 0
    return time.monotonic() - began, usage.ru_maxrss / 1024, lines


def dig_loop(port, zones):
    script = ' '.join(['for i in $(seq 0 15); do for zone in', *zones,
                       '; do dig +short +tries=1 -p', str(port),
                       '@127.0.0.1 $i.2.0.192.$zone A; done; done'])
    began = time.monotonic()
    subprocess.run(['sh', '-c', script], stdout=subprocess.DEVNULL, check=True)
    return (time.monotonic() - began) / (16 * LISTS)


def measure(mailcheck, port, zones):
    command = [mailcheck, 'dnsbl', '--resolver', f'127.0.0.1@{port}', '--format', 'ndjson']
    for zone in zones:
        command += ['--list', zone]
    took = {}
    print(f'{"range":8}{"seconds":>9}{"ms an address":>15}{"MiB":>7}{"reports":>9}')
    for prefix in (28, 26, 25, 24):
        seconds, memory, lines = mailcheck_once(command, prefix)
        addresses = 1 << (32 - prefix)
        took[prefix] = seconds
        print(f'/{prefix:<7}{seconds:9.2f}{1000 * seconds / addresses:15.2f}{memory:7.1f}{lines:9}')
    each = (took[24] - took[26]) / 192 / LISTS
    print(f'an address: {1000 * each * LISTS:.2f} ms, a list: {1000 * each:.3f} ms')
    if shutil.which('dig'):
        loop = dig_loop(port, zones)
        print(f'dig loop: {1000 * loop:.2f} ms a question; ratio {loop / each:.0f}')
    else:
        print('dig loop: no dig here')


def main():
    mailcheck, rbldnsd = sys.argv[1:]
    zones = [f'list{number}.test' for number in range(LISTS)]
    with tempfile.TemporaryDirectory() as place:
        directory, port = pathlib.Path(place), free_port()
        directory.chmod(0o755)
        (directory / 'data').write_text(':127.0.0.2:listed\n127.0.0.2\n192.0.2.25\n')
        user = ['-u', 'nobody'] if os.geteuid() == 0 else []
        with subprocess.Popen([rbldnsd, '-n', *user, '-r', '/', '-w', place, '-b',
                               f'127.0.0.1/{port}', '-p', '/dev/null',
                               *[f'{zone}:ip4set:data' for zone in zones]],
                              stdout=subprocess.DEVNULL) as server:
            try:
                time.sleep(0.5)
                measure(mailcheck, port, zones)
            finally:
                server.terminate()


main()
