"""dns.py: the signed tree from its own root, served by NSD; Unbound and rbldnsd beside it.

Four NSDs: the root; the top-level zones and those of reverse names; everything below; and one that
answers REFUSED to all that is delegated to it, as servers of lame delegations do.
"""
import concurrent.futures
import ipaddress
import pathlib
import re
import subprocess
import time

ROOT = ('5.1.1.53', '2a05:1:1::53')
TOP = ('5.2.1.53', '2a05:2:1::53')
LEAF = ('5.3.1.53', '2a05:3:1::53')
LEAF_TOO = ('5.3.2.53',)
UNBOUND = '5.4.1.53'
BLOCKLIST = '5.5.1.53'
OTHER = ('5.3.3.53',)  # has no zone that is delegated to it: REFUSED
SILENT = '5.3.9.53'  # nobody: packets to it are dropped
PROBE = ('5.199.0.2', '2a05:199::2')
NAMELESS = '5.199.0.6'  # another address of ours, without a reverse name
ADDRESSES = [*ROOT, *TOP, *LEAF, *LEAF_TOO, *OTHER, UNBOUND, BLOCKLIST]

SOA = '@ 3600 IN SOA ns.hosting.test. hostmaster.hosting.test. 1 3600 900 604800 300'
FAR = '20361231000000'


def records_of(name, addresses):
    return [f'{name} {"AAAA" if ":" in address else "A"} {address}' for address in addresses]


class Tree:
    def __init__(self, tools, directory, domains, key_digest):
        self.tools, self.directory, self.domains = tools, pathlib.Path(directory), domains
        self.key_digest = key_digest
        self.keys, self.zones = {}, {'root': {}, 'top': {}, 'leaf': {}, 'leaf-too': {}, 'other': {}}
        self.directory.mkdir()

    def tool(self, *arguments):
        done = subprocess.run([self.tools.path(arguments[0]), *arguments[1:]],
                              cwd=self.directory, env=self.tools.environment,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(f'{" ".join(arguments)}: {done.stderr}')
        return done.stdout.strip()

    def key(self, zone, algorithm='ECDSAP256SHA256'):
        if zone not in self.keys:
            self.keys[zone] = self.tool('ldns-keygen', '-r', '/dev/urandom', '-a', algorithm,
                                        '-b', '2048', '-k', zone)
        return self.keys[zone]

    def ds(self, zone, digest=None):
        """Of digest type 1, 2 or 4 (SHA-1, SHA-256, SHA-384); None: the one usual for the key."""
        if digest is None:
            return (self.directory / f'{self.key(zone)}.ds').read_text().strip()
        return self.tool('ldns-key2ds', '-n', f'-{digest}', f'{self.key(zone)}.key')

    def write(self, server, zone, records, how='signed', nsec3=False):
        """The zone's file, signed or not, right or wrong, for one of the servers."""
        stem = (zone.strip('.') or 'root') + ('-too' if server == 'leaf-too' else '')
        plain = self.directory / f'{stem}.zone'
        plain.write_text(f'$ORIGIN {zone.strip(".")}.\n$TTL 300\n{SOA}\n' +
                         '\n'.join(records) + '\n')
        if how == 'unsigned':
            self.zones[server][zone] = plain.name
            return
        dates = {'expired': ['-i', '20200101000000', '-e', '20210101000000'],
                 'future': ['-i', '20350101000000', '-e', FAR]}.get(how, ['-e', FAR])
        denial = ['-n', '-s', '', '-t', '100' if nsec3 == 'hashed-often' else '0'] if nsec3 else []
        if nsec3 == 'optout':
            denial.append('-p')
        signed = f'{stem}.signed'
        self.tool('ldns-signzone', *denial, '-f', signed, *dates, plain.name, self.key(zone))
        path = self.directory / signed
        if how == 'tampered':
            path.write_text(re.sub(r'(\sMX\s+)10\s', r'\g<1>11 ', path.read_text()))
        if how == 'partial':  # no signature over MX
            path.write_text(re.sub(r'.*\sRRSIG\s+MX\s.*\n', '', path.read_text()))
        if how == 'no-key':  # signed with a key that is not published
            path.write_text(re.sub(r'.*\sDNSKEY\s.*\n', '', path.read_text()))
        self.zones[server][zone] = signed

    def delegation(self, domain):
        """What the parent says of a domain."""
        servers = {'lame': ['ns.lame'], 'half-lame': ['ns.lame', 'ns.hosting'],
                   'dead': ['ns.silent'], 'half-dead': ['ns.silent', 'ns.hosting'],
                   'none': []}.get(domain.options.get('ns'), ['ns.hosting', 'ns2.hosting'])
        lines = [f'{domain.name}. NS {server}.test.' for server in servers]
        if servers and 'unsigned' not in domain.flags:
            lines += self.domain_ds(domain)
        return lines

    def domain_ds(self, domain):
        """ds=wrong: of another key; left-over: that one too; missing; sha1, sha384."""
        how = domain.options.get('ds')
        other = self.ds(f'not-{domain.name}').replace(f'not-{domain.name}.', f'{domain.name}.') \
            if how in ('wrong', 'left-over') else ''
        right = self.ds(domain.name, {'sha1': '1', 'sha384': '4'}.get(how))
        return {'wrong': [other], 'left-over': [right, other], 'missing': []}.get(how, [right])

    def domain_zone(self, domain):
        records = ['@ NS ns.hosting.test.', '@ NS ns2.hosting.test.',
                   *(record.replace('{key}', self.key_digest) for record in domain.records)]
        for host in domain.hosts:
            if not host.name.endswith(domain.name) or host.option('address') == 'none':
                continue
            records += records_of(f'{host.name}.', host.addresses)
        how = 'unsigned' if 'unsigned' in domain.flags else \
            domain.options.get('signature', 'signed')
        nsec3, = [flag for flag in domain.flags if flag in ('nsec3', 'optout', 'hashed-often')] \
            or [None]
        self.write('leaf', domain.name, records, how, nsec3)
        if domain.second:
            instead = {tuple(record.split()[:2]) for record in domain.second}
            records = [record for record in records if tuple(record.split()[:2]) not in instead]
            self.write('leaf-too', domain.name, records + domain.second, how, nsec3)

    def reverse(self):
        zones = {'5.in-addr.arpa': [], '5.0.a.2.ip6.arpa': []}
        named = [('probe.hosting.test', address, None) for address in PROBE]
        for domain in self.domains:
            for host in domain.hosts:
                named += [(host.name, address, host.option('ptr')) for address in host.addresses]
        for name, address, instead in named:
            pointer = ipaddress.ip_address(address).reverse_pointer
            for target in (instead or name).split(','):
                if target != 'none':
                    zone = zones['5.in-addr.arpa' if '.' in address else '5.0.a.2.ip6.arpa']
                    zone.append(f'{pointer}. PTR {target}.')
        return zones

    def build(self):
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda domain: self.key(domain.name, domain.options.get(
                'algorithm', 'ECDSAP256SHA256')), self.domains))
            names = \
                [f'not-{domain.name}' for domain in self.domains if 'ds' in domain.options] + \
                ['.', 'test', 'arpa', 'in-addr.arpa', 'ip6.arpa', 'hosting.test',
                 '5.in-addr.arpa', '5.0.a.2.ip6.arpa']
            list(pool.map(self.key, names))
            list(pool.map(self.domain_zone, self.domains))
        top = ['@ NS ns.test.']
        self.write('leaf', 'hosting.test', [
            '@ NS ns', *records_of('ns', LEAF), '@ NS ns2', *records_of('ns2', LEAF_TOO),
            *records_of('probe', PROBE), '@ MX 0 .'])
        self.write('other', 'other.invalid', ['@ NS ns.hosting.test.'], 'unsigned')
        for zone, records in self.reverse().items():
            self.write('leaf', zone, ['@ NS ns.hosting.test.', *records])
        delegations = ['hosting.test. NS ns.hosting.test.', self.ds('hosting.test'),
                       'hosting.test. NS ns2.hosting.test.',
                       *records_of('ns.hosting.test.', LEAF),
                       *records_of('ns2.hosting.test.', LEAF_TOO),
                       f'ns.lame.test. A {OTHER[0]}', f'ns.silent.test. A {SILENT}',
                       'bl.test. NS ns.bl.test.', f'ns.bl.test. A {BLOCKLIST}']
        for domain in self.domains:
            delegations += self.delegation(domain)
        self.write('top', 'test', top + records_of('ns.test.', TOP) + delegations)
        self.write('top', 'in-addr.arpa', [*top, '5.in-addr.arpa. NS ns.hosting.test.',
                                           self.ds('5.in-addr.arpa')])
        self.write('top', 'ip6.arpa', [*top, '5.0.a.2.ip6.arpa. NS ns.hosting.test.',
                                       self.ds('5.0.a.2.ip6.arpa')])
        self.write('top', 'arpa', [*top, 'in-addr.arpa. NS ns.test.', self.ds('in-addr.arpa'),
                                   'ip6.arpa. NS ns.test.', self.ds('ip6.arpa')])
        self.write('root', '.', ['. NS a.root.', *records_of('a.root.', ROOT), 'test. NS ns.test.',
                                 self.ds('test'), *records_of('ns.test.', TOP),
                                 'arpa. NS ns.test.', self.ds('arpa')])
        self.hints = self.directory / 'root.hints'
        self.hints.write_text('. 3600000 NS a.root.\n' + ''.join(
            f'{line.replace(" ", " 3600000 ", 1)}\n' for line in records_of('a.root.', ROOT)))
        self.anchor = self.directory / 'root.ds'
        self.anchor.write_text(self.ds('.') + '\n')

    def serve(self, name, addresses, largest=1232, second=False):
        """One NSD; largest: its longest answer by UDP; second: the data of the second server."""
        zones = ''.join(f'zone:\n name: "{zone}"\n zonefile: "{file}"\n'
                        for zone, file in {**self.zones[name], **(self.zones['leaf-too'] if second
                                                                  else {})}.items())
        listen = ''.join(f' ip-address: {address}\n' for address in addresses)
        name = f'{name}-{largest}'
        config = self.directory / f'nsd-{name}.conf'
        config.write_text(f'''server:
{listen} username: ""
 chroot: ""
 zonesdir: "{self.directory}"
 database: ""
 pidfile: "{self.directory}/nsd-{name}.pid"
 xfrdfile: "{self.directory}/xfrd-{name}"
 xfrdir: "{self.directory}"
 zonelistfile: "{self.directory}/zonelist-{name}"
 logfile: "{self.directory}/nsd-{name}.log"
 rrl-ratelimit: 0
 ipv4-edns-size: {largest}
 ipv6-edns-size: {largest}
remote-control:
 control-enable: no
{zones}''')
        self.tools.start('nsd', '-d', '-c', str(config))

    def start(self):
        self.serve('root', ROOT)
        self.serve('top', TOP)
        self.serve('leaf', LEAF)
        self.serve('leaf', LEAF_TOO, 512, True)  # signed answers are cut: the rest by TCP
        self.serve('other', OTHER)
        config = self.directory / 'unbound.conf'
        config.write_text(f'''server:
 interface: {UNBOUND}
 access-control: 0.0.0.0/0 allow
 username: ""
 chroot: ""
 directory: "{self.directory}"
 pidfile: "{self.directory}/unbound.pid"
 logfile: "{self.directory}/unbound.log"
 use-syslog: no
 do-daemonize: no
 root-hints: "{self.hints}"
 trust-anchor-file: "{self.anchor}"
 local-zone: "test." nodefault
remote-control:
 control-enable: no
''')
        self.tools.start('unbound', '-d', '-c', str(config))
        (self.directory / 'listed').write_text(
            f':127.0.0.2:blocked: see https://bl.test/$\n{PROBE[0]}\n')
        self.tools.start('rbldnsd', '-n', '-u', 'nobody', '-r', '/', '-w', str(self.directory),
                         '-b', f'{BLOCKLIST}/53', '-p', '/dev/null', 'bl.test:ip4set:listed')
        time.sleep(0.3)
