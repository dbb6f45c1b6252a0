"""internet.py: a miniature Internet in namespaces of its own.

enter() starts the program anew inside a mount, network and process namespace: nothing outside sees
it, and with its end everything started in it ends. The servers live there, on addresses that
nobody else has; mailcheck runs in a second network namespace, at the other end of a cable.
"""
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import sys
import time

import certificates
import dns
import mail

ROUTER, ROUTER6 = '5.199.0.1', '2a05:199::1'
LISTENING = ('postfix', 'postscreen', 'exim', 'openssl', 'reset', 'silent', 'https')
WORLD = pathlib.Path('/mnt')  # a file system of its own: short paths that every user may enter


def enter():
    """Outside: run this program inside. Inside: return."""
    os.environ['PATH'] += ':/usr/sbin:/sbin'
    if os.environ.get('INTERNET_INSIDE'):
        return
    for tool, package in (('unshare', 'util-linux'), ('nsenter', 'util-linux'),
                          ('ip', 'iproute2'), ('openssl', 'openssl')):
        if not shutil.which(tool):
            cannot(f'needs {tool} (package {package})')
    command = ['unshare', '--mount', '--net', '--pid', '--ipc', '--fork', '--kill-child',
               '--mount-proc']
    if os.geteuid() != 0:
        command += ['--map-root-user', '--map-auto']
    tried = subprocess.run([*command, 'true'], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        cannot(f'no namespaces of our own here ({tried.stderr.strip()}); run it as root' +
               (', or install uidmap and give this user a range in /etc/subuid and '
                '/etc/subgid (Postfix and Exim need users of their own)'
                if os.geteuid() != 0 else ''))
    os.execvpe('unshare', [*command, sys.executable, *sys.argv],
               {**os.environ, 'INTERNET_INSIDE': '1'})


def cannot(why):
    print(f'servers: cannot run here: {why}', file=sys.stderr)
    raise SystemExit(77)


def command(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        cannot(f'{" ".join(words)}: {done.stderr.strip()}')


def cannot_start(missing, ended):
    print((WORLD / 'servers.out').read_text(), file=sys.stderr)
    raise SystemExit(f'servers: nothing listens at {sorted(missing)}; ended: {ended}')


def listening():
    """{(address, port)}: what is listened to in this network namespace."""
    found = set()
    for path, family in (('/proc/net/tcp', socket.AF_INET), ('/proc/net/tcp6', socket.AF_INET6)):
        for line in pathlib.Path(path).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            if state != '0A':
                continue
            words, port = local.split(':')
            packed = b''.join(struct.pack('=I', int(words[i:i + 8], 16))
                              for i in range(0, len(words), 8))
            found.add((socket.inet_ntop(family, packed), int(port, 16)))
    return found


class Tools:
    """The unpacked programs."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        libraries = [str(path) for path in
                     [*self.root.glob('usr/lib/*-linux-gnu*'), *self.root.glob('lib/*-linux-gnu*'),
                      self.root / 'usr/lib/postfix']]
        self.environment = {**os.environ, 'LD_LIBRARY_PATH': ':'.join(libraries)}
        self.started = []
        self.output = open(WORLD / 'servers.out', 'a', encoding='utf-8')

    def path(self, name):
        for folder in ('usr/bin', 'usr/sbin', 'usr/lib/nagios/plugins', 'usr/lib/postfix/sbin'):
            if (self.root / folder / name).exists():
                return str(self.root / folder / name)
        return name

    def start(self, name, *arguments, before=()):
        environment = os.environ if name == sys.executable else self.environment
        self.started.append((name, subprocess.Popen(
            [*before, self.path(name), *arguments], env=environment, stdin=subprocess.DEVNULL,
            stdout=self.output, stderr=self.output)))

    def ended(self):
        return [name for name, process in self.started if process.poll() is not None]


class Internet:
    def __init__(self, packages, domains):
        self.domains = domains
        # Bound before the file system at WORLD hides what may lie below it.
        root = pathlib.Path(packages).resolve() / 'root'
        handle = os.open(root, os.O_PATH)
        command('mount', '-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', str(WORLD))
        (WORLD / 'root').mkdir()
        command('mount', '--bind', f'/proc/{os.getpid()}/fd/{handle}', str(WORLD / 'root'))
        self.tools = Tools(WORLD / 'root')

    def cover(self, path, text):
        """Puts a file of ours over one of the machine's, here only."""
        ours = WORLD / pathlib.Path(path).name
        ours.write_text(text)
        target = os.path.realpath(path)
        if not os.path.exists(target):
            cannot(f'{path} does not exist')
        command('mount', '--bind', str(ours), target)

    def users(self):
        for path, lines in (('/etc/passwd', ['postfix:x:891:891::/:/bin/false',
                                             'Debian-exim:x:892:892::/:/bin/false']),
                            ('/etc/group', ['postfix:x:891:', 'postdrop:x:893:',
                                            'Debian-exim:x:892:'])):
            there = pathlib.Path(path).read_text().rstrip('\n').split('\n')
            names = {line.split(':')[0] for line in there}
            new = [line for line in lines if line.split(':')[0] not in names]
            self.cover(path, '\n'.join(there + new) + '\n')
        self.cover('/etc/resolv.conf', f'nameserver {dns.UNBOUND}\n')

    @staticmethod
    def namespace():
        """One more network namespace: the process that holds it."""
        holder = subprocess.Popen(['unshare', '--net', 'sleep', 'infinity'])
        while os.readlink(f'/proc/{holder.pid}/ns/net') == os.readlink('/proc/self/ns/net'):
            time.sleep(0.01)
        return holder

    def machine(self, host, number):
        """A machine of its own for a server that listens on all addresses (IPv4 only)."""
        holder = self.namespace()
        self.ip([f'link add to{number} type veth peer name eth0 netns {holder.pid}',
                 f'link set to{number} up', f'route add {host.addresses[0]} dev to{number}'])
        self.ip(['link set lo up', f'addr add {host.addresses[0]}/32 dev eth0', 'link set eth0 up',
                 f'route add {ROUTER} dev eth0', f'route add default via {ROUTER}'],
                self.inside(holder))
        host.before = self.inside(holder)

    def network(self):
        self.client = self.namespace()
        if not os.path.exists('/proc/net/if_inet6'):
            cannot('this kernel has no IPv6')
        for before in ([], self.outside()):
            command(*before, 'sh', '-c', 'for f in all default lo; do '
                    'echo 0 >/proc/sys/net/ipv6/conf/$f/disable_ipv6; done')
        for setting, value in (('ipv4/ip_forward', 1), ('ipv6/conf/all/forwarding', 1),
                               ('ipv6/conf/default/accept_dad', 0), ('ipv4/icmp_ratelimit', 0),
                               ('ipv6/icmp/ratelimit', 0)):
            path = pathlib.Path('/proc/sys/net') / setting
            if path.exists():
                path.write_text(str(value))
        lines = ['link set lo up', f'link add cable type veth peer name probe netns '
                 f'{self.client.pid}', 'link set cable up', f'addr add {ROUTER}/24 dev cable',
                 f'addr add {ROUTER6}/64 dev cable nodad']
        for address in dns.ADDRESSES:
            lines.append(f'addr add {address} dev lo')
        lines += [f'route add blackhole {dns.SILENT}']
        for host in (host for domain in self.domains for host in domain.hosts):
            for address in host.addresses:
                if host.kind in ('blackhole', 'unreachable', 'prohibit'):
                    lines.append(f'route add {host.kind} {address}')
                elif host.kind not in ('gnutls', 'unrouted', 'forbidden'):
                    lines.append(f'addr add {address} dev lo')
        self.ip(lines)
        self.ip(['link set lo up', f'addr add {dns.PROBE[0]}/24 dev probe',
                 f'addr add {dns.NAMELESS}/24 dev probe',
                 f'addr add {dns.PROBE[1]}/64 dev probe nodad', 'link set probe up',
                 f'route add default via {ROUTER}', f'route add default via {ROUTER6}',
                 *self.own_rules()],
                self.outside())
        for number, host in enumerate(host for domain in self.domains for host in domain.hosts
                                      if host.kind == 'gnutls'):
            self.machine(host, number)

    def own_rules(self):
        """What stands against a connection on the machine that mailcheck runs on."""
        rules = {'unrouted': 'unreachable', 'forbidden': 'prohibit'}
        return [f'route add {rules[host.kind]} {address}' for domain in self.domains
                for host in domain.hosts if host.kind in rules for address in host.addresses]

    @staticmethod
    def ip(lines, before=()):
        done = subprocess.run([*before, 'ip', '-batch', '-'], input='\n'.join(
            line + ' nodad' if line.startswith('addr') and ':' in line and 'nodad' not in line
            else line for line in lines), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            cannot(f'ip: {done.stderr.strip()}')

    @staticmethod
    def inside(holder):
        return ['nsenter', f'--net=/proc/{holder.pid}/ns/net']

    def outside(self):
        return self.inside(self.client)

    def start(self):
        self.users()
        self.network()
        self.authority = certificates.Authority(self.tools, WORLD / 'certificates')
        self.tree = dns.Tree(self.tools, WORLD / 'dns', self.domains, self.authority.key_digest())
        self.tree.build()
        self.tree.start()
        self.mail = mail.Mail(self.tools, WORLD / 'mail', self.authority, self.domains)
        self.mail.start()
        self.ca = self.authority.root
        self.wait()

    def wait(self):
        """Until every server listens."""
        wanted = {(address, port) for domain in self.domains for host in domain.hosts
                  if host.kind in LISTENING for address in host.addresses
                  for port in host.ports()}
        deadline = time.monotonic() + 20
        while wanted - listening():
            if time.monotonic() > deadline or self.tools.ended():
                cannot_start(wanted - listening(), self.tools.ended())
            time.sleep(0.05)

    def run(self, words, timeout=120, environment=None):
        """A command at the far end of the cable: the finished process."""
        return subprocess.run([*self.outside(), *words], capture_output=True, text=True,
                              timeout=timeout, check=False, errors='replace',
                              stdin=subprocess.DEVNULL, env=environment)
