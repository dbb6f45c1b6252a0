"""openssl_smtp.py ADDRESS:PORT NAME CHAIN ISSUERS [ARGUMENTS]: SMTP inside TLS by openssl s_server.

s_server ends TLS and hands the octets through its standard input and output; what is written to it
before a client is there, greets the client. One s_server serves one connection.
"""
import subprocess
import sys

where, name, chain, issuers = sys.argv[1:5]
command = ['openssl', 's_server', '-quiet', '-naccept', '1', '-accept', where, '-cert', chain,
           '-cert_chain', issuers, '-key', chain, *filter(None, sys.argv[5:])]


def converse(server):
    def say(text):
        server.stdin.write(text.encode() + b'\r\n')
        server.stdin.flush()

    say(f'220 {name} ESMTP')
    for line in server.stdout:
        verb = line.split()[0].upper() if line.split() else b''
        if verb in (b'EHLO', b'QUIT'):
            say(f'250-{name}\r\n250-SIZE 10240000\r\n250 8BITMIME' if verb == b'EHLO'
                else '221 2.0.0 Bye')
        else:
            say('502 5.5.2 Not here')


while True:
    try:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as server:
            converse(server)
    except BrokenPipeError:
        pass
