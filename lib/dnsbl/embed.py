"""Writes the table of lists as a C source."""
import sys

source, target = sys.argv[1:3]
octets = open(source, 'rb').read()
with open(target, 'w') as out:
    out.write('/* made from lists.txt */\n#include "dnsbl/table.h"\n\n')
    out.write('const char mc_lists_text[] = {\n')
    for at in range(0, len(octets), 20):
        out.write('\t' + ' '.join('%d,' % octet for octet in octets[at:at + 20]) + '\n')
    out.write('\t0};\nconst size_t mc_lists_text_length = sizeof(mc_lists_text) - 1;\n')
