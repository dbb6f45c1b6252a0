"""The servers of the bench: NSD for DNS, labd for SMTP with TLS; their files are long, so they are
written here."""
import pathlib
import shutil
import socket
import subprocess
import time

ADDRESSES = 400  # that the SMTP servers of the lab listen on
HOSTS = 300
DOMAINS = 50000
WORDS = 60  # labd takes 64 on a line


class Failed(Exception):
    """A server did not start."""


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def await_port(port, process):
    """Until the server listens; it may have much to load before."""
    for _ in range(600):
        try:
            socket.create_connection(('127.0.0.1', port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
        if process.poll() is not None:
            raise Failed(f'{process.args[0]} ended with {process.returncode}')
    raise Failed(f'nobody listens on port {port}')


def loopback(i):
    """As meter_loopback()."""
    value = 0x7f010001 + (i % 256 << 8) + i // 256 % 250 + (i // 64000 % 250 << 16)
    return socket.inet_ntoa(value.to_bytes(4, 'big'))


def host_address(i):
    return f'127.2.{i % 150}.{1 + i // 150}'


NSD = '''server:
 ip-address: 127.0.0.1@{port}
 username: ""
 chroot: ""
 zonesdir: "{directory}"
 database: ""
 pidfile: "{directory}/pid"
 xfrdfile: "{directory}/xfrd"
 xfrdir: "{directory}"
 zonelistfile: "{directory}/zones"
 logfile: "{directory}/log"
 server-count: 1
 rrl-ratelimit: 0
remote-control:
 control-enable: no
'''


def zones():
    """Name and lines of each. The root will be signed; all below is delegated without a DS."""
    yield '.', ['example NS ns.bench.example.', 'ns.bench.example A 127.0.0.1',
                '127.in-addr.arpa NS ns.bench.example.']
    yield 'example', []
    yield 'bench.example', ['* A 192.0.2.1', 'ns A 127.0.0.1']
    yield 'hosts.example', [f'mx{i} A {host_address(i)}' for i in range(HOSTS)]
    many = ['@ MX 10 mx0.hosts.example.',
            '_dmarc TXT "v=DMARC1; p=reject; rua=mailto:d@many.example"']
    for i in range(DOMAINS):
        many.append(f'd{i} MX 10 mx{i % HOSTS}.hosts.example.')
        many.append(f'd{i} MX 20 mx{(i * 7 + 1) % HOSTS}.hosts.example.')
        many.append(f'd{i} TXT "v=spf1 mx -all"')
    yield 'many.example', many
    yield '127.in-addr.arpa', ['.'.join(reversed(host_address(i).split('.')[1:])) +
                               f' PTR mx{i}.hosts.example.' for i in range(HOSTS)]


def sign_root(peers, directory, environment):
    """In place; returns the file with the DS of its key."""
    def tool(name, *arguments):
        return subprocess.run([str(peers / 'usr/bin' / name), *arguments], cwd=directory,
                              env=environment, check=True, capture_output=True, text=True).stdout
    key = tool('ldns-keygen', '-r', '/dev/urandom', '-a', 'ECDSAP256SHA256', '-k', '.').strip()
    tool('ldns-signzone', '-f', 'signed', '0.zone', key)
    (directory / 'signed').replace(directory / '0.zone')
    return str(directory / f'{key}.ds')


class Nsd:
    """One name server for them all; `anchor` is the file with the root's DS."""

    def __init__(self, peers, work, environment):
        directory = work / 'nsd'
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        self.port = free_port()
        configuration = NSD.format(port=self.port, directory=directory)
        for i, (name, lines) in enumerate(zones()):
            configuration += f'zone:\n name: {name}\n zonefile: {i}.zone\n'
            head = [f'$ORIGIN {name if name == "." else name + "."}', '$TTL 3600',
                    '@ SOA ns.bench.example. hostmaster.bench.example. 1 3600 600 86400 60',
                    '@ NS ns.bench.example.']
            (directory / f'{i}.zone').write_text('\n'.join(head + lines) + '\n')
        self.anchor = sign_root(peers, directory, environment)
        (directory / 'nsd.conf').write_text(configuration)
        self.process = subprocess.Popen([str(peers / 'usr/sbin/nsd'), '-d', '-c',
                                         str(directory / 'nsd.conf')], env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        await_port(self.port, self.process)


def hosts_lab(port):
    yield 'ca lab'
    for i in range(HOSTS):
        yield f'smtp mx{i} {host_address(i)}@{port}'
        yield f'\thostname mx{i}.hosts.example'
        yield f'\tcertificate names mx{i}.hosts.example issuer lab'


def smtp_lab(port, held_port, plain_port):
    """Three servers on many addresses; two of them never answer QUIT."""
    yield 'ca lab'
    for name, at, secure, more in (('mx', port, True, None),
                                   ('held', held_port, True, '\tbehave quit hang'),
                                   ('plain', plain_port, False, '\tbehave quit hang')):
        places = [f'{loopback(i)}@{at}' for i in range(ADDRESSES)] + [f'127.0.0.1@{at}']
        for i in range(0, len(places), WORDS):
            yield f'smtp {name}{i} {" ".join(places[i:i + WORDS])}'
            yield '\thostname mx.bench.example'
            if secure:
                yield '\tcertificate names mx.bench.example issuer lab'
            if more:
                yield more


class Lab:
    """One labd."""

    def __init__(self, labd, work, name):
        self.port, self.held_port, self.plain_port = free_port(), free_port(), free_port()
        self.ca = str(work / f'{name}.pem')
        scenario = pathlib.Path(work / f'{name}.lab')
        lines = {'hosts': lambda: hosts_lab(self.port),
                 'smtp': lambda: smtp_lab(self.port, self.held_port, self.plain_port)}[name]()
        scenario.write_text('\n'.join(lines) + '\n')
        self.process = subprocess.Popen(
            [str(labd), '--with-parent', '--ca-out', self.ca, str(scenario)],
            stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline().strip() != 'ready':
            self.process.terminate()
            raise Failed(f'labd did not start with {scenario}')
