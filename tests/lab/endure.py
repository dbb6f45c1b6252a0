"""Memory that runs out, and twenty thousand runs in one context, with a lab to talk to.

endure.py MAILCHECK LABD FAULTS RUNS SOURCE_ROOT [REPLAYED LIVE COUNT]: prints a line for what fails.
REPLAYED, LIVE: allocations made to fail, each in a run of its own (0: every one); COUNT: runs.
"""
import pathlib
import subprocess
import sys
import tempfile

mailcheck, labd, faults, runs, root = sys.argv[1:6]
sys.path.insert(0, f'{root}/tests/labd')
import labstart  # noqa: E402

replayed, live, count = map(int, sys.argv[6:9]) if len(sys.argv) > 6 else (0, 0, 20000)
ALL = 10 ** 6
ADDRESSES = 200  # as in runs.c


def many_addresses():
    text = ''
    for i in range(0, ADDRESSES, 50):
        places = ' '.join(f'127.3.{k}.1@${{smtp-port}}' for k in range(i, i + 50))
        text += f'smtp many{i} {places}\n\thostname many.healthy.example\n'
    return text


def run(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=3000)
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stderr)
    if done.returncode != 0:
        print(f'FAILED ({done.returncode}):', *command)
    return done.returncode == 0


with tempfile.TemporaryDirectory() as directory:
    directory = pathlib.Path(directory)
    (directory / 'many.lab').write_text(many_addresses())
    lab, ports = labstart.start(lambda ports: [
        labd, '--with-parent', '--ca-out', directory / 'ca.pem', *labstart.settings(ports),
        f'{root}/tests/labd/first-run.lab', directory / 'many.lab'])
    DNS, SMTP, HTTPS = (ports[name] for name in labstart.NAMES)
    settings = [f'resolver=127.0.0.1@{DNS}', 'allow-private=yes', f'ca-file={directory}/ca.pem',
                f'connect-to=:25::{SMTP}', f'connect-to=:53::{DNS}',
                f'connect-to=:443::{HTTPS}', 'timeout=1', 'deadline=3']
    flags = [word for setting in settings for word in
             ((f'--{setting[:-4]}',) if setting.endswith('=yes') else
              ('--' + setting.split('=', 1)[0], setting.split('=', 1)[1]))]
    good = True
    jobs = [('domain', 'healthy.example', '-'), ('domain', 'broken.example', '-'),
            ('dns', 'healthy.example', 'records'),
            ('smtp', f'smtp://127.0.0.11:{SMTP}', '-')]
    for command, target, checks in jobs:
        record = directory / 'record'
        subprocess.run([mailcheck, command, target.removeprefix('smtp://'), *flags, '--record',
                        record], stdout=subprocess.DEVNULL)
        print('replayed: ', end='', flush=True)
        good &= run(faults, replayed or ALL, target, checks, f'replay={record}')
        print('live: ', end='', flush=True)
        good &= run(faults, live or ALL, target, checks, *settings)
    good &= run(runs, count, SMTP, *settings)
    lab.terminate()
    lab.wait(20)
sys.exit(0 if good else 1)
