"""A labd on ports that nobody else has, so that several builds can run their suites side by side."""
import socket
import subprocess

NAMES = ('dns-port', 'smtp-port', 'https-port')
TRIES = 5


def free_port():
    """Free on every address, over TCP and UDP: the servers of a lab share it."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind(('', 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return tcp.getsockname()[1]


def start(command):
    """command(ports) says how labd is run, ports: name to number. Gives the process, which is
    ready, and the ports. Somebody may have taken a port meanwhile: then with others."""
    for _ in range(TRIES):
        ports = {name: free_port() for name in NAMES}
        process = subprocess.Popen(list(map(str, command(ports))), stdout=subprocess.PIPE,
                                   text=True)
        if process.stdout.readline() == 'ready\n':
            return process, ports
        process.stdout.close()
        if process.wait(10) != 1:  # not because a port is taken
            break
    raise SystemExit(f'labd did not start: {command(ports)}')


def settings(ports):
    """As labd takes them."""
    return [f'--set={name}={port}' for name, port in ports.items()]
