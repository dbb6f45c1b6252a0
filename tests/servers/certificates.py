"""certificates.py: an authority with an intermediate; certificates good and bad, by certtool."""
import datetime
import hashlib
import pathlib
import subprocess

DAY = datetime.timedelta(days=1)
# kind: (days from now it begins, ends, options)
KINDS = {
    'good': (-10, 80, ()),
    'expired': (-100, -9.5, ()),
    'not-yet': (10, 90, ()),
    'expires-soon': (-80, 4.5, ()),
    'other-name': (-10, 80, ('other-name',)),
    'wildcard': (-10, 80, ('wildcard',)),
    'common-name': (-10, 80, ('common-name',)),
    'self-signed': (-10, 80, ('self-signed',)),
    'no-intermediate': (-10, 80, ('alone',)),
    'other-authority': (-10, 80, ('other-authority',)),
    'with-root': (-10, 80, ('with-root',)),
    'disorder': (-10, 80, ('disorder',)),
    'weak-key': (-10, 80, ('weak-key',)),
    'rsa': (-10, 80, ('rsa',)),
    'sha1': (-10, 80, ('sha1',)),
    'expired-self-signed-other-name': (-100, -10, ('self-signed', 'other-name')),
}


class Authority:
    def __init__(self, tools, directory):
        self.tools, self.directory = tools, pathlib.Path(directory)
        self.directory.mkdir()
        self.made = {}
        for key in ('root', 'other', 'intermediate', 'leaf'):
            self.certtool('--generate-privkey', '--key-type=ecdsa', '--curve=secp256r1',
                          '--outfile', f'{key}.key')
        self.rsa = set()
        authority = 'ca\ncert_signing_key\n'
        for name in ('root', 'other'):
            self.certificate(name, f'cn = "Servers {name} authority"\n{authority}', name, None)
        self.certificate('intermediate', f'cn = "Servers intermediate"\n{authority}',
                         'intermediate', 'root')
        self.root = self.directory / 'root.pem'

    def certtool(self, *arguments):
        done = subprocess.run([self.tools.path('certtool'), *arguments], cwd=self.directory,
                              env=self.tools.environment, capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise SystemExit(f'certtool {" ".join(arguments)}: {done.stderr}')

    def certificate(self, name, template, key, issuer, begin=-100, end=1000, arguments=()):
        now = datetime.datetime.now(datetime.timezone.utc)
        stamp = '%Y-%m-%d %H:%M:%S UTC'
        path = self.directory / f'{name}.template'
        path.write_text(f'{template}activation_date = "{(now + begin * DAY).strftime(stamp)}"\n'
                        f'expiration_date = "{(now + end * DAY).strftime(stamp)}"\n')
        how = ['--generate-self-signed'] if issuer is None else [
            '--generate-certificate', '--load-ca-certificate', f'{issuer}.pem',
            '--load-ca-privkey', f'{issuer}.key']
        self.certtool(*how, *arguments, '--load-privkey', f'{key}.key', '--template', path.name,
                      '--outfile', f'{name}.pem')

    def key_for(self, options):
        name = 'weak' if 'weak-key' in options else 'rsa' if 'rsa' in options else 'leaf'
        if name != 'leaf' and name not in self.rsa:
            self.certtool('--generate-privkey', '--key-type=rsa', '--bits',
                          '1024' if name == 'weak' else '2048', '--outfile', f'{name}.key')
            self.rsa.add(name)
        return name

    def key_digest(self):
        """What a TLSA record "3 1 1" says of the good certificates."""
        self.certtool('--load-privkey', 'leaf.key', '--pubkey-info', '--outder', '--outfile',
                      'leaf.spki')
        return hashlib.sha256((self.directory / 'leaf.spki').read_bytes()).hexdigest()

    def make(self, host, kind):
        """Path of a file with the key and the chain of this kind, for this host."""
        if (host, kind) in self.made:
            return self.made[host, kind]
        begin, end, options = KINDS[kind]
        name = 'mail.other.test' if 'other-name' in options else \
            f'*.{host.split(".", 1)[1]}' if 'wildcard' in options else host
        template = f'cn = "{name}"\ntls_www_server\nsigning_key\nencryption_key\n'
        if 'common-name' not in options:
            template += f'dns_name = "{name}"\n'
        issuer = None if 'self-signed' in options else \
            'other' if 'other-authority' in options else 'intermediate'
        key, stem = self.key_for(options), f'{host}-{kind}'
        self.certificate(stem, template, key, issuer, begin, end,
                         ['--hash=SHA1'] if 'sha1' in options else [])
        chain = [f'{key}.key', f'{stem}.pem']
        if issuer == 'intermediate' and 'alone' not in options:
            chain.append('intermediate.pem')
        if 'disorder' in options:
            chain[2:] = ['root.pem', 'intermediate.pem']
        if 'with-root' in options:
            chain.append('root.pem')
        path = self.directory / f'{stem}.chain'
        path.write_text(''.join((self.directory / part).read_text() for part in chain))
        self.made[host, kind] = path
        return path
