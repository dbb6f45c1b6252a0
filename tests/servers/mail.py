"""mail.py: the mail hosts of the miniature Internet: Postfix, Exim, OpenSSL's and GnuTLS's servers.

One Postfix has a service for each address and port, with its own settings and name in the log; one
Exim looks its settings up by the address it was reached at.
"""
import grp
import os
import pathlib
import pwd
import sys
import time

HERE = pathlib.Path(__file__).parent

# Options of a host of kind postfix, as settings of its smtpd.
POSTFIX = {
    'tls=none': {'smtpd_tls_security_level': 'none'},
    'tls=1.1': {'smtpd_tls_protocols': '<=TLSv1.1', 'tls_medium_cipherlist': 'ALL:@SECLEVEL=0'},
    'tls=rsa-exchange': {'smtpd_tls_protocols': 'TLSv1.2',
                         'tls_medium_cipherlist': 'AES256-GCM-SHA384'},
    'tls=1.2': {'smtpd_tls_protocols': 'TLSv1.2'},
    'tls=weak-key': {'tls_medium_cipherlist': 'DEFAULT:@SECLEVEL=0'},
    'greet=slow': {'smtpd_client_restrictions': 'sleep 6', 'smtpd_delay_reject': 'no'},
    'client=named': {'smtpd_client_restrictions': 'reject_unknown_reverse_client_hostname',
                     'smtpd_delay_reject': 'no'},
    'client=unlisted': {'smtpd_client_restrictions': 'reject_rbl_client bl.test',
                        'smtpd_delay_reject': 'no'},
    'client=none': {'smtpd_client_restrictions': 'reject', 'smtpd_delay_reject': 'no',
                    'access_map_reject_code': '521', 'reject_code': '554'},
    'client=later': {'smtpd_client_restrictions': 'defer', 'smtpd_delay_reject': 'no'},
    'helo=none': {'smtpd_helo_restrictions': 'reject', 'smtpd_delay_reject': 'no',
                  'smtpd_helo_required': 'yes'},
    'ehlo=none': {'smtpd_discard_ehlo_keywords': 'pipelining, size, vrfy, etrn, dsn, '
                  'enhancedstatuscodes, 8bitmime, chunking, smtputf8'},
    'banner=bare': {'smtpd_banner': 'mailserver ESMTP'},
    'tls=odd-cipher': {'smtpd_tls_protocols': 'TLSv1.2',
                       'tls_medium_cipherlist': 'ARIA256-GCM-SHA384:ECDHE-ARIA256-GCM-SHA384'},
    'tls=missing-key': {'smtpd_tls_chain_files': '/nonexistent.pem'},
}

# Answers of a host of kind https, in the place of the policy.
ANSWERS = {
    'redirect': 'HTTP/1.1 301 Moved Permanently\r\nLocation: https://www.test/\r\n'
                'Content-Length: 0\r\n\r\n',
    'html': 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>',
    'logo': 'HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\n\r\n'
            '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps"'
            ' viewBox="0 0 9 9"><title>Test</title><circle cx="4.5" cy="4.5" r="4.5"/></svg>',
    'drawing': 'HTTP/1.1 200 OK\r\nContent-Type: image/svg+xml\r\n\r\n'
               '<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    'missing': 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
}


class Mail:
    def __init__(self, tools, directory, authority, domains):
        self.tools, self.authority = tools, authority
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.hosts = [host for domain in domains for host in domain.hosts]

    def of_kind(self, *kinds):
        return [host for host in self.hosts if host.kind in kinds]

    def chain(self, host):
        return host.option('chain') or self.authority.make(host.name, host.option('cert', 'good'))

    def start(self):
        self.start_postfix()
        self.start_exim()
        for host in self.of_kind('openssl', 'gnutls', 'reset', 'silent', 'https'):
            for address in host.addresses:
                for port in host.ports():
                    self.start_single(host, address, port)

    # Postfix

    def smtpd_settings(self, host, port):
        settings = {'myhostname': host.name, 'smtpd_tls_chain_files': self.chain(host)}
        if port == 465 and host.option('wrap') != 'none':
            settings['smtpd_tls_wrappermode'] = 'yes'
        for key, value in host.options.items():
            settings.update(POSTFIX.get(f'{key}={value}', {}))
        return settings

    def master_line(self, host, address, port):
        where = f'[{address}]:{port}' if ':' in address else f'{address}:{port}'
        program = 'postscreen' if host.kind == 'postscreen' else 'smtpd'
        settings = self.smtpd_settings(host, port)
        settings['syslog_name'] = f'{host.name}:{port}'
        lines = [f'{where} inet n - n - {1 if program == "postscreen" else 8} {program}']
        if program == 'postscreen':
            behind = f'{host.name}.smtpd'
            settings.update({'smtpd_service_name': behind,
                             'postscreen_greet_wait': host.option('greet', '2') + 's'})
            lines += [f'{behind} pass - - n - 8 smtpd'] + self.options(settings)
        lines[1:1] = self.options(settings)
        return lines

    @staticmethod
    def options(settings):
        return [f'    -o {{ {name} = {value} }}' for name, value in settings.items()]

    def start_postfix(self):
        root, etc, queue = self.tools.root, self.directory / 'postfix', self.directory / 'spool'
        self.postfix_log = self.directory / 'postfix.log'
        etc.mkdir()
        uid, gid = pwd.getpwnam('postfix').pw_uid, grp.getgrnam('postdrop').gr_gid
        queue.mkdir()
        for name in ('pid', 'private', 'public', 'maildrop', 'active', 'incoming', 'deferred',
                     'defer', 'bounce', 'corrupt', 'flush', 'hold', 'saved', 'trace', 'data'):
            (queue / name).mkdir()
            if name != 'pid':
                os.chown(queue / name, uid, gid if name in ('public', 'maildrop') else 0)
        (etc / 'main.cf').write_text(f'''compatibility_level = 3.6
queue_directory = {queue}
data_directory = {queue}/data
command_directory = {root}/usr/sbin
daemon_directory = {root}/usr/lib/postfix/sbin
shlib_directory = {root}/usr/lib/postfix
meta_directory = {root}/etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {self.postfix_log}
maillog_file_prefixes = {self.directory}
import_environment = MAIL_CONFIG MAIL_LOGTAG LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME
    LD_LIBRARY_PATH={self.tools.environment["LD_LIBRARY_PATH"]}
inet_interfaces = all
inet_protocols = all
myhostname = postfix.hosting.test
mydestination =
alias_maps =
local_recipient_maps =
relay_domains = healthy.test
smtpd_relay_restrictions = reject_unauth_destination
mynetworks = 127.0.0.0/8
smtpd_tls_security_level = may
smtpd_tls_loglevel = 1
smtpd_timeout = 20s
smtpd_client_connection_rate_limit = 0
postscreen_cache_map =
postscreen_greet_action = enforce
postscreen_upstream_proxy_protocol =
''')
        services = '''tlsmgr unix - - n 1000? 1 tlsmgr
cleanup unix n - n - 0 cleanup
rewrite unix - - n - - trivial-rewrite
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
tlsproxy unix - - n - 0 tlsproxy
dnsblog unix - - n - 0 dnsblog
postlog unix-dgram n - n - 1 postlogd
'''.splitlines()
        for host in self.of_kind('postfix', 'postscreen'):
            for address in host.addresses:
                for port in host.ports():
                    services += self.master_line(host, address, port)
        (etc / 'master.cf').write_text('\n'.join(services) + '\n')
        self.tools.start(f'{root}/usr/lib/postfix/sbin/master', '-c', str(etc), '-d')

    # Exim

    def exim_table(self, name, values):
        path = self.directory / f'exim-{name}'
        path.write_text(''.join(f'"{address}": {value}\n' for address, value in values.items()))
        return f'${{lookup{{$received_ip_address}}lsearch{{{path}}}{{$value}}}}'

    def start_exim(self):
        hosts = {address: host for host in self.of_kind('exim') for address in host.addresses}
        spool = self.directory / 'exim'
        spool.mkdir()
        self.exim_log = spool / 'main.log'
        user = pwd.getpwnam('Debian-exim')
        os.chown(spool, user.pw_uid, user.pw_gid)
        for host in hosts.values():
            if not host.option('chain'):
                os.chmod(self.chain(host), 0o644)
        table = self.exim_table
        names = table('names', {a: h.name for a, h in hosts.items()})
        chains = table('chains', {a: self.chain(h) for a, h in hosts.items()})
        ciphers = table('ciphers', {a: h.option('ciphers', 'NORMAL') for a, h in hosts.items()})
        delays = table('delays', {a: h.option('delay', '0s') for a, h in hosts.items()})
        offers = table('offers', {a: '' if h.option('tls') == 'none' else '*'
                                  for a, h in hosts.items()})
        auth = table('auth', {a: '*' if h.option('auth') == 'clear' else
                              '${if eq{$tls_in_cipher}{}{}{*}}' if h.option('auth') else ''
                              for a, h in hosts.items()})
        denied = {step: table(step, {a: h.option(step, 'no') for a, h in hosts.items()})
                  for step in ('connect', 'helo')}
        ports = sorted({port for host in hosts.values() for port in host.ports()})
        pairs = ' ; '.join(f'[{a}]:{port}' if ':' in a else f'{a}.{port}'
                           for a, h in hosts.items() for port in h.ports())
        config = self.directory / 'exim.conf'
        config.write_text(f'''keep_environment =
primary_hostname = exim.hosting.test
smtp_active_hostname = {names}
spool_directory = {spool}
log_file_path = {spool}/%s.log
write_rejectlog = no
log_selector = +smtp_no_mail +incoming_interface +smtp_connection +smtp_syntax_error -queue_run
pid_file_path = {spool}/daemon.pid
daemon_smtp_ports = {':'.join(map(str, ports))}
local_interfaces = <; {pairs}
tls_on_connect_ports = 465
tls_certificate = {chains}
tls_privatekey = {chains}
tls_advertise_hosts = {offers}
tls_require_ciphers = {ciphers}
auth_advertise_hosts = ${{expand:{auth}}}
smtp_receive_timeout = 20s
smtp_accept_max = 0
acl_smtp_connect = connect
acl_smtp_helo = helo
acl_smtp_rcpt = refuse
begin acl
connect:
  defer message = too busy, come back later
    condition = ${{if eq{{{denied['connect']}}}{{defer}}}}
  deny message = no mail service here
    condition = ${{if eq{{{denied['connect']}}}{{deny}}}}
  accept delay = {delays}
helo:
  deny message = no mail service here
    condition = ${{if eq{{{denied['helo']}}}{{deny}}}}
  accept
refuse:
  deny message = no mail is taken here
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_set_id = $auth2
  server_condition = false
''')
        os.chmod(config, 0o644)
        self.tools.start(f'{self.tools.root}/usr/sbin/exim4', '-C', str(config), '-bdf')

    # Others

    def start_single(self, host, address, port):
        where = f'[{address}]:{port}' if ':' in address else f'{address}:{port}'
        if host.kind == 'gnutls':
            self.tools.start('gnutls-serv', '-q', '--echo', '-p', str(port), '--x509certfile',
                             str(self.chain(host)), '--x509keyfile', str(self.chain(host)),
                             before=host.before)
        elif host.kind == 'openssl':
            issuers = self.authority.directory / 'intermediate.pem'
            self.tools.start(sys.executable, str(HERE / 'openssl_smtp.py'), where, host.name,
                             str(self.chain(host)), str(issuers),
                             *host.option('arguments', '').split(','))
        elif host.kind == 'https':
            self.start_https(host, where)
        else:
            self.tools.start(sys.executable, str(HERE / 'odd_port.py'), host.kind, address,
                             str(port))

    def start_https(self, host, where):
        """openssl s_server with one file, or with one answer word for word."""
        top = self.directory / host.name
        file = top / host.option('file', '.well-known/mta-sts.txt')
        file.parent.mkdir(parents=True, exist_ok=True)
        mode, *hosts = host.option('policy', 'none').split(',')
        lines = ['version: STSv1', f'mode: {mode}', 'max_age: 604800',
                 *(f'mx: {name}' for name in hosts), '']
        text = ANSWERS.get(host.option('answer')) or '\r\n'.join(lines)
        file.write_text(text, newline='')
        self.tools.start('sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', str(top),
                         'openssl', 's_server', '-quiet', '-accept', where,
                         '-HTTP' if host.option('answer') else '-WWW', '-cert',
                         str(self.chain(host)), '-key', str(self.chain(host)), '-cert_chain',
                         str(self.authority.directory / 'intermediate.pem'))

    def sessions(self):
        """What the logs say: {(name, port): [a line on each session]}, and lines that complain."""
        time.sleep(0.3)
        return read_postfix(self.postfix_log), read_exim(self.exim_log)


def read_postfix(path):
    return path.read_text(errors='replace').splitlines()


def read_exim(path):
    return path.read_text(errors='replace').splitlines()
